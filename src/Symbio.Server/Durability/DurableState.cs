using Symbio.Cluster;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Leases;
using Symbio.Server.Opens;

namespace Symbio.Server.Durability;

/// <summary>
/// Why and for whom an open outlives its connection: the durable and resilient fields of [MS-SMB2] 3.3.1.10.
/// </summary>
internal sealed class DurableState(WorkScheduler scheduler)
{
    /// <summary>How long a durable handle of the first version is kept; the client is not told. As in Windows.</summary>
    private static readonly TimeSpan FirstVersionTimeout = TimeSpan.FromMinutes(16);

    /// <summary>What a client gets that leaves the time to us, and the longest it may ask for; [MS-SMB2] 3.3.5.9.10.</summary>
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(300);

    /// <summary>Open.DurableOwner</summary>
    public required Sid Owner { get; init; }

    /// <summary>Open.ClientGuid</summary>
    public required Guid ClientGuid { get; init; }

    /// <summary>Open.CreateGuid; null for the first version.</summary>
    public Guid? CreateGuid { get; init; }

    /// <summary>Open.IsDurable</summary>
    public bool IsDurable { get; set; }

    /// <summary>Open.IsPersistent</summary>
    public bool IsPersistent { get; set; }

    /// <summary>Open.IsResilient</summary>
    public bool IsResilient { get; set; }

    /// <summary>Open.DurableOpenTimeout or Open.ResiliencyTimeout</summary>
    public TimeSpan Timeout { get; set; }

    /// <summary>The turn of who writes the open's state to the disk.</summary>
    public Turn Saving { get; } = new(scheduler);

    /// <summary>What the open gets of what its CREATE asks for, [MS-SMB2] 3.3.5.9.6 and 3.3.5.9.10; null for nothing.</summary>
    public static DurableState? Grant(RequestContext context, RequestedContexts contexts, Open open)
    {
        bool second = contexts.DurableV2 is not null && context.Connection.Dialect >= Dialect.Smb300;
        bool persistent = second && context.MayBePersistent
            && (contexts.DurableV2!.Value.Flags & DurableHandleFlags.Persistent) != 0;
        if ((!contexts.WantsDurable && !second) || open.IsDirectory || (!persistent && !CachesHandle(open)))
            return null;
        return new DurableState(context.Server.Scheduler)
        {
            Owner = context.Session.Identity!.Token.UserSid,
            ClientGuid = context.Connection.Negotiated!.ClientGuid,
            CreateGuid = second ? contexts.DurableV2!.Value.CreateGuid : null,
            IsDurable = !persistent,
            IsPersistent = persistent,
            Timeout = second ? TimeoutOf(contexts.DurableV2!.Value.Timeout) : FirstVersionTimeout,
        };
    }

    /// <summary>Is the open to be kept when its connection is lost at this moment? [MS-SMB2] 3.3.7.1.</summary>
    public bool Holds(Open open) => IsPersistent || IsResilient || (IsDurable && CachesHandle(open));

    // Who else would want the file can be put off only as long as nobody has asked yet: batch, or a lease with H.
    private static bool CachesHandle(Open open)
    {
        CacheGrant grant = open.Claim.Cache;
        return !grant.Breaking && (grant.State & LeaseState.HandleCaching) != 0
            && (open.Caching is Lease || (grant.State & LeaseState.WriteCaching) != 0);
    }

    private static TimeSpan TimeoutOf(uint milliseconds)
    {
        if (milliseconds == 0)
            return DefaultTimeout;
        var wanted = TimeSpan.FromMilliseconds(milliseconds);
        return wanted < LongestTimeout ? wanted : LongestTimeout;
    }
}
