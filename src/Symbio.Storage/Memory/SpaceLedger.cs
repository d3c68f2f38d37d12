using System.Diagnostics;

namespace Symbio.Storage.Memory;

/// <summary>Counts the bytes that a store uses against its capacity. Thread-safe without a lock.</summary>
internal sealed class SpaceLedger(long capacity)
{
    private long _used;

    public long Capacity => capacity;

    public long Free => capacity - Volatile.Read(ref _used);

    /// <summary>Takes all of it, or nothing and returns false.</summary>
    public bool TryTake(long bytes)
    {
        Debug.Assert(bytes >= 0);
        long used = Volatile.Read(ref _used);
        while (bytes <= capacity - used)
        {
            long seen = Interlocked.CompareExchange(ref _used, used + bytes, used);
            if (seen == used)
                return true;
            used = seen;
        }

        return false;
    }

    public void Return(long bytes)
    {
        long left = Interlocked.Add(ref _used, -bytes);
        Debug.Assert(bytes >= 0 && left >= 0, "More space was returned than taken.");
    }
}
