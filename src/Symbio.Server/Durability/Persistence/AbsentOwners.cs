using Symbio.Cluster;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Durability.Persistence;

/// <summary>
/// Whose persistent opens of a file wait for their clients, as seen by a request: [MS-SMB2] 3.3.5.9 has others come later
/// (STATUS_FILE_NOT_AVAILABLE).
/// </summary>
/// <remarks>
/// The client that asks is back. Linux comes back like this: what a program opens may be there before the handles that were
/// lost, and a handle that was closed while the connection was down never comes. So nobody stands in his own way by what he
/// caches: an open under the same lease shares it, and for another one of the same client the lease is broken without
/// anybody to ask. How the lost open shares the file still counts.
/// </remarks>
internal readonly struct AbsentOwners
{
    private readonly RequestContext _context;
    private readonly FileKey _file;
    private readonly LeaseId? _lease;

    /// <param name="context">Who asks.</param>
    /// <param name="file">The file that is about to be opened or changed.</param>
    /// <param name="lease">The lease that it is to be opened under.</param>
    public AbsentOwners(RequestContext context, FileKey file, LeaseId? lease = null) =>
        (_context, _file, _lease) = (context, file, lease);

    /// <summary>Is there any, be it the one that asks?</summary>
    public bool HasAny => MayHave && Find().Any();

    /// <summary>One that caches cannot be told of a break.</summary>
    /// <param name="writesOnly">Only if it may have data that are not written yet.</param>
    public bool HasOthersWhoCache(bool writesOnly)
    {
        if (!MayHave)
            return false;
        foreach (Open open in Find())
        {
            if (!IsOwn(open) && !CanBeTold(open)
                && (!writesOnly || (open.Claim.Cache.State & LeaseState.WriteCaching) != 0))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>
    /// What the client that asks has lost gives up what it caches and is asked for: there is nobody else who could agree to
    /// that. When it comes back for the handle it is told what is left.
    /// </summary>
    public async ValueTask GiveUpOwnAsync()
    {
        if (!MayHave)
            return;
        foreach (Open open in Find())
        {
            if (!IsOwn(open) || CanBeTold(open) || open.Claim.Cache is not { Breaking: true } grant)
                continue;
            await open.Claim.AcknowledgeBreakAsync(grant.BreakTo, CancellationToken.None).ConfigureAwait(false);
        }
    }

    private bool MayHave => _context.Server is { Disconnected.PersistentCount: > 0 };

    private IEnumerable<Open> Find()
    {
        FileKey file = _file;
        return _context.Server.Opens.All.Where(open =>
            open.IsDetached && open.Durable is { IsPersistent: true } && open.File.Key == file);
    }

    private bool IsOwn(Open open)
    {
        if (_lease is not null && open.Caching is Lease lease && lease.Id == _lease)
            return true;
        Sid? user = _context.Session.Identity?.Token.UserSid;
        return open.Durable is { } durable && durable.Owner == user
            && durable.ClientGuid == _context.Connection.Negotiated!.ClientGuid;
    }

    // By another open that shares the lease.
    private static bool CanBeTold(Open open) =>
        open.Caching is Lease lease && lease.Opens.Any(other => other is { IsClosed: false, IsDetached: false });
}
