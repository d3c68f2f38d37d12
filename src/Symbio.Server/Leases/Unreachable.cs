using Symbio.Cluster;
using Symbio.Server.Opens;

namespace Symbio.Server.Leases;

/// <summary>
/// Nobody can be told of a break because the client is not connected, [MS-SMB2] 3.3.4.6 and 3.3.4.7: others do not wait for
/// it. Its opens go, but for resilient and persistent ones; the latter give up nothing unasked.
/// </summary>
internal static class Unreachable
{
    public static async Task GiveUpAsync(IReadOnlyList<Open> opens, CacheBreak cacheBreak)
    {
        foreach (Open open in opens)
        {
            // An open that is not disconnected (yet) is closed by who is busy doing so.
            if (open.IsDetached && open.Durable is not ({ IsResilient: true } or { IsPersistent: true }))
                await open.CloseAsync().ConfigureAwait(false);
        }

        if (!cacheBreak.AcknowledgeRequired)
            return;
        foreach (Open open in opens)
        {
            if (open.IsDetached && open.Durable is not { IsPersistent: true })
                await open.Claim.AcknowledgeBreakAsync(cacheBreak.To, CancellationToken.None).ConfigureAwait(false);
        }
    }
}
