using Symbio.Server.Opens;

namespace Symbio.Server.Durability;

/// <summary>
/// A client says that it lost the connection of an open. It may be back before we have noticed, or have put in order what
/// it left: it is given that time before it is told that the open is in use.
/// </summary>
internal static class Departure
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(0.5);

    public static async ValueTask WaitAsync(Open open)
    {
        if (open.IsDetached || open.IsClosed)
            return;
        using var limit = new CancellationTokenSource(Patience, open.Server.Time);
        try
        {
            await open.Connection.WhenEnded.WaitAsync(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // Then it is in use.
        }
    }
}
