using System.Collections.Concurrent;
using Symbio.Cluster;

namespace Symbio.Server.Leases;

/// <summary>GlobalLeaseTableList, [MS-SMB2] 3.3.1.5, all its tables in one: a lease's id names the client as well.</summary>
internal sealed class LeaseTable
{
    private readonly ConcurrentDictionary<LeaseId, Lease> _leases = new();

    public int Count => _leases.Count;

    public bool TryGet(LeaseId id, out Lease lease) => _leases.TryGetValue(id, out lease!);

    /// <summary>The lease of this id, a new one if need be; the caller gives it back by <see cref="Lease.Release"/>.</summary>
    public Lease Use(LeaseId id, bool hasEpoch)
    {
        while (true)
        {
            Lease lease = _leases.GetOrAdd(id, static (i, a) => new Lease(a.Table, i, a.HasEpoch), (Table: this, HasEpoch: hasEpoch));
            if (lease.TryUse())
                return lease;
            Remove(lease);
        }
    }

    public void Remove(Lease lease) => _leases.TryRemove(new(lease.Id, lease));
}
