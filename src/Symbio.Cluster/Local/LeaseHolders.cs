namespace Symbio.Cluster.Local;

/// <summary>The leases on one stream by their keys: a short list as a rule, a dictionary where there are many.</summary>
internal sealed class LeaseHolders
{
    private const int ShortList = 16;

    private List<CacheHolder>? _few = [];
    private Dictionary<LeaseId, CacheHolder>? _many;

    public CacheHolder? Find(LeaseId lease)
    {
        if (_many is not null)
            return _many.GetValueOrDefault(lease);
        foreach (CacheHolder holder in _few!)
        {
            if (holder.Lease == lease)
                return holder;
        }

        return null;
    }

    public void Add(CacheHolder holder)
    {
        if (_few is { Count: < ShortList })
        {
            _few.Add(holder);
            return;
        }

        _many ??= _few!.ToDictionary(h => h.Lease!.Value);
        _few = null;
        _many.Add(holder.Lease!.Value, holder);
    }

    public void Remove(CacheHolder holder)
    {
        _few?.Remove(holder);
        _many?.Remove(holder.Lease!.Value);
    }
}
