using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Server.Information.File;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.CreateContexts;

/// <summary>The create contexts of a response, [MS-SMB2] 2.2.14.2.</summary>
internal static class ContextResponses
{
    private const int MaxLength = 512;

    public static ReadOnlyMemory<byte> Create(RequestedContexts requested, OpenOperation operation, Open open)
    {
        Lease? lease = open.Caching as Lease;
        if (requested.MaximalAccess is null && !requested.OnDiskId && lease is null && open.Durable is null && !open.IsPosix
            && requested.Apple is null)
            return default;
        Span<byte> buffer = stackalloc byte[MaxLength];
        var writer = new CreateContextListWriter(buffer);

        // [MS-SMB2] 3.3.5.9.5: nothing new to tell a client whose own knowledge is as fresh.
        FileStat stat = operation.Stat;
        if (requested.MaximalAccess is { } maximal)
        {
            bool known = maximal.Timestamp is { } time && time == stat.LastWriteTime && time != FileTime.None;
            writer.Add(known
                ? new QueryMaximalAccessResponse(NtStatus.NoneMapped, AccessMask.None)
                : new QueryMaximalAccessResponse(NtStatus.Success, operation.MaximalAccess));
        }

        if (requested.OnDiskId)
        {
            // macOS takes an id for one that no other file ever gets, as on HFS+. Inode numbers are used again: it is told none.
            ulong id = open.Tree.IsApple ? 0 : stat.FileId;
            writer.Add(new QueryOnDiskIdResponse(id, operation.File.Key.Volume));
        }

        AddDurable(ref writer, open);
        if (lease is not null)
            AddLease(ref writer, requested, lease, open.Claim.Granted);
        if (requested.Apple is { } apple && AppleExtensions.Answer(open.Tree, apple, open.Server.Options.AppleModel) is { } answer)
            writer.Add(answer);
        if (open.IsPosix)
            writer.Add(new PosixCreateResponse(PosixInformation.PropertiesOf(stat)));
        return writer.Written.ToArray();
    }

    /// <summary>For a client that has sent its CREATE once more: what it was answered, but the lease as it is now.</summary>
    public static ReadOnlyMemory<byte> ForReplay(CreateContextList before, RequestedContexts requested, Open open)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        var writer = new CreateContextListWriter(buffer);
        foreach (CreateContext context in before)
        {
            if (!context.Is(CreateContextName.RqLs))
                writer.Add(context.Name.Span, context.Data.Span);
        }

        if (open.Caching is Lease lease)
            AddLease(ref writer, requested, lease, open.Claim.Cache);
        return writer.Written.ToArray();
    }

    /// <summary>That the open is durable, and nothing else.</summary>
    public static ReadOnlyMemory<byte> ForDurable(Open open)
    {
        Span<byte> buffer = stackalloc byte[MaxLength];
        var writer = new CreateContextListWriter(buffer);
        AddDurable(ref writer, open);
        return writer.Written.ToArray();
    }

    /// <summary>For a client that has come back to an open it had: it hears of the lease, and knows all else.</summary>
    public static ReadOnlyMemory<byte> ForReconnect(RequestedContexts requested, Open open)
    {
        if (open.Caching is not Lease lease)
            return default;
        Span<byte> buffer = stackalloc byte[MaxLength];
        var writer = new CreateContextListWriter(buffer);
        AddLease(ref writer, requested, lease, open.Claim.Cache);
        return writer.Written.ToArray();
    }

    // [MS-SMB2] 3.3.5.9.6 and 3.3.5.9.10
    private static void AddDurable(ref CreateContextListWriter writer, Open open)
    {
        if (open.Durable is { CreateGuid: null })
            writer.Add(default(DurableHandleResponse));
        else if (open.Durable is { } durable)
        {
            writer.Add(new DurableHandleResponseV2(
                (uint)durable.Timeout.TotalMilliseconds,
                durable.IsPersistent ? DurableHandleFlags.Persistent : DurableHandleFlags.None));
        }
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
