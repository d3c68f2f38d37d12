using Symbio.Cluster;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Leases;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>The oplock or lease that a CREATE asks for, [MS-SMB2] 3.3.5.9, 3.3.5.9.8 and 3.3.5.9.11.</summary>
/// <param name="Owner">Who is told of breaks; null when nothing is asked for.</param>
/// <param name="Request">The same for the coordinator.</param>
/// <param name="Guard">
/// Has what local processes do break what is cached: <see cref="LocalLease"/> for a file where the share says so, the watch
/// of a directory. Null where there is none.
/// </param>
internal readonly record struct RequestedCaching(CacheOwner? Owner, CacheRequest? Request, IDisposable? Guard = null)
{
    /// <summary>The lease; the create holds a use of it until an open takes that over.</summary>
    public Lease? Lease => Owner as Lease;

    /// <summary>Asks for nothing after all.</summary>
    public RequestedCaching Drop()
    {
        Guard?.Dispose();
        Lease?.Release();
        return default;
    }

    /// <summary>
    /// What can be asked for on a directory: a lease of the second version where both sides know of directory leases,
    /// [MS-SMB2] 3.3.5.9.11. There are no oplocks on directories.
    /// </summary>
    public RequestedCaching OnDirectory(
        RequestContext context, RequestedContexts contexts, IStoreFile directory, FileIdentity identity)
    {
        const Capabilities Needed = Capabilities.GlobalCapDirectoryLeasing;
        Guard?.Dispose(); // Of another one, which has been deleted since.
        if (Lease is null || !contexts.IsLeaseV2 || directory.StreamName.Length > 0
            || (context.Connection.Negotiated!.ServerCapabilities & Needed) == 0
            || context.Tree.Share.Changes.Leased.Enter(identity, directory, context.Server.Coordinator) is not { } leased)
        {
            return (this with { Guard = null }).Drop();
        }

        return this with { Guard = leased };
    }

    /// <summary>
    /// What can be asked for on a file: where local processes count as well, only what makes the client alone with the file,
    /// and nothing while one of them has it open. A lease is for several opens, which would be strangers to each other there.
    /// </summary>
    /// <param name="isStream">The open is for a named stream: local processes do not write to those.</param>
    public RequestedCaching OnFile(RequestContext context, IStoreFile file, FileIdentity identity, bool isStream)
    {
        Guard?.Dispose();
        if (Request is null || !context.Tree.Share.AsksLocalProcesses || (!isStream && file is not ILeasableFile))
            return this with { Guard = null };
        if (Lease is not null || (Request.Wanted & LeaseState.WriteCaching) == 0)
            return (this with { Guard = null }).Drop();
        RequestedCaching alone = this with { Guard = null, Request = Request with { OnlyAlone = true } };
        if (isStream)
            return alone;
        return LocalLease.TryTake((ILeasableFile)file, identity, context.Server.Coordinator) is { } lease
            ? alone with { Guard = lease }
            : alone.Drop();
    }

    /// <summary>The open has been let in, and granted something or not.</summary>
    public async ValueTask<RequestedCaching> AfterGrantAsync(IFileClaim claim)
    {
        if (Guard is not LocalLease lease)
            return this;
        if (claim.Granted.State != LeaseState.None)
        {
            await lease.AfterGrantAsync().ConfigureAwait(false);
            return this;
        }

        lease.Dispose();
        return this with { Guard = null };
    }

    /// <summary>Open.ParentLease, from SMB2_LEASE_FLAG_PARENT_LEASE_KEY_SET, [MS-SMB2] 2.2.13.2.10.</summary>
    public static LeaseId? ParentOf(RequestContext context, in CreateRequest request, RequestedContexts contexts) =>
        request.RequestedOplockLevel == OplockLevel.Lease && context.Connection.Dialect >= Dialect.Smb300
        && contexts is { IsLeaseV2: true, Lease: { } lease } && (lease.Flags & LeaseFlags.ParentLeaseKeySet) != 0
            ? new LeaseId(context.Connection.Negotiated!.ClientGuid, lease.ParentLeaseKey)
            : null;

    public static RequestedCaching Of(RequestContext context, in CreateRequest request, RequestedContexts contexts)
    {
        if (!context.Tree.Share.GrantsOplocks)
            return default;
        if (request.RequestedOplockLevel == OplockLevel.Lease)
            return OfLease(context, contexts);
        LeaseState wanted = Oplock.StateOf(LevelFor(context.Tree.Share, request.RequestedOplockLevel));
        if (wanted == LeaseState.None)
            return default;
        var oplock = new Oplock();
        return new RequestedCaching(oplock, new CacheRequest(wanted, null, 0, oplock));
    }

    /// <summary>Makes the open the one that breaks are told to.</summary>
    public void Attach(Open open)
    {
        if (Owner is Oplock oplock)
            oplock.Open = open;
        Lease?.Add(open);
    }

    // [MS-SMB2] 3.3.5.9, "If TreeConnect.Share.ForceLevel2Oplock is TRUE"; of leases 3.3.5.9.8 and 3.3.5.9.11 say the same.
    private static OplockLevel LevelFor(Share share, OplockLevel requested) =>
        share.ForcesLevel2Oplock && requested is OplockLevel.Exclusive or OplockLevel.Batch ? OplockLevel.LevelII : requested;

    // A context of the wrong dialect, or none, is as if no lease had been asked for.
    private static RequestedCaching OfLease(RequestContext context, RequestedContexts contexts)
    {
        Dialect dialect = context.Connection.Dialect;
        if (contexts.Lease is not { } wanted
            || dialect < (contexts.IsLeaseV2 ? Dialect.Smb300 : Dialect.Smb210))
        {
            return default;
        }

        LeaseState state = wanted.LeaseState;
        if (context.Tree.Share.ForcesLevel2Oplock)
            state &= ~LeaseState.WriteCaching;
        var id = new LeaseId(context.Connection.Negotiated!.ClientGuid, wanted.LeaseKey);
        Lease lease = context.Server.Leases.Use(id, contexts.IsLeaseV2);
        return new RequestedCaching(lease, new CacheRequest(state, id, wanted.Epoch, lease));
    }
}
