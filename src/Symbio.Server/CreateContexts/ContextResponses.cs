using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.CreateContexts;

/// <summary>The create contexts of a response, [MS-SMB2] 2.2.14.2.</summary>
internal static class ContextResponses
{
    private const int MaxLength = 512;

    public static ReadOnlyMemory<byte> Create(
        RequestedContexts requested, OpenOperation operation, in FileStat stat)
    {
        if (requested.MaximalAccess is null && !requested.OnDiskId && operation.Caching.Lease is null)
            return default;
        Span<byte> buffer = stackalloc byte[MaxLength];
        var writer = new CreateContextListWriter(buffer);

        // [MS-SMB2] 3.3.5.9.5: nothing new to tell a client whose own knowledge is as fresh.
        if (requested.MaximalAccess is { } maximal)
        {
            bool known = maximal.Timestamp is { } time && time == stat.LastWriteTime && time != FileTime.None;
            writer.Add(known
                ? new QueryMaximalAccessResponse(NtStatus.NoneMapped, AccessMask.None)
                : new QueryMaximalAccessResponse(NtStatus.Success, operation.MaximalAccess));
        }

        if (requested.OnDiskId)
            writer.Add(new QueryOnDiskIdResponse(stat.FileId, operation.File.Key.Volume));
        if (operation.Caching.Lease is { } lease)
            AddLease(ref writer, requested, lease, operation.Claim.Cache);
        return writer.Written.ToArray();
    }

    // [MS-SMB2] 3.3.5.9.8 and 3.3.5.9.11
    private static void AddLease(
        ref CreateContextListWriter writer, RequestedContexts requested, Lease lease, in CacheGrant grant)
    {
        LeaseFlags flags = grant.Breaking ? LeaseFlags.BreakInProgress : LeaseFlags.None;
        if (!lease.HasEpoch)
        {
            writer.Add(new LeaseV1(lease.Id.Key, grant.State, flags));
            return;
        }

        // The lease's version decides, not that of this request.
        LeaseV2 wanted = requested.Lease!.Value;
        flags |= wanted.Flags & LeaseFlags.ParentLeaseKeySet;
        Guid parent = (flags & LeaseFlags.ParentLeaseKeySet) != 0 ? wanted.ParentLeaseKey : Guid.Empty;
        writer.Add(new LeaseV2(lease.Id.Key, grant.State, flags, parent, grant.Epoch));
    }
}
