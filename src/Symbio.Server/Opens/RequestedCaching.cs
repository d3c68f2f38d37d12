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
/// <param name="LeasedDirectory">Has changes in the directory break the lease; null for a file.</param>
internal readonly record struct RequestedCaching(
    CacheOwner? Owner, CacheRequest? Request, IDisposable? LeasedDirectory = null)
{
    /// <summary>The lease; the create holds a use of it until an open takes that over.</summary>
    public Lease? Lease => Owner as Lease;

    /// <summary>Asks for nothing after all.</summary>
    public RequestedCaching Drop()
    {
        LeasedDirectory?.Dispose();
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
        LeasedDirectory?.Dispose(); // Of another one, which has been deleted since.
        if (Lease is null || !contexts.IsLeaseV2 || directory.StreamName.Length > 0
            || (context.Connection.Negotiated!.ServerCapabilities & Needed) == 0
            || context.Tree.Share.Changes.Leased.Enter(identity, directory, context.Server.Coordinator) is not { } leased)
        {
            return (this with { LeasedDirectory = null }).Drop();
        }

        return this with { LeasedDirectory = leased };
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
