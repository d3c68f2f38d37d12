using Symbio.Cluster.Scheduling;

namespace Symbio.Cluster.Local;

/// <summary>
/// The byte-range locks of one stream and those who wait for one; [MS-FSA] 2.1.1.10 and 2.1.4.10. Guarded by the file
/// record's lock. Sorted by offset, so that a check looks at neighbours and not at every lock.
/// </summary>
internal sealed class RangeLocks
{
    private readonly List<Entry> _entries = []; // By offset, then in order of arrival.
    private readonly List<LockWaiter> _waiters = [];
    private ulong _longest; // No entry is longer: bounds how far left of a range a check must look.

    public bool IsEmpty => _entries.Count == 0;

    public bool TryAdd(FileClaim claim, ByteRange range, bool exclusive)
    {
        if (Conflicts(claim, range, exclusive))
            return false;
        int index = FirstAfter(range.Offset);
        _entries.Insert(index, new Entry(claim, range, exclusive));
        claim.LockCount++;
        _longest = Math.Max(_longest, range.Length);
        return true;
    }

    /// <param name="exclusive">The kind that is to go; null: any.</param>
    public bool Remove(FileClaim claim, ByteRange range, bool? exclusive, List<LockWaiter> wake)
    {
        // An exclusive lock under a shared one of the same range and owner goes first.
        int found = -1;
        for (int i = FirstAt(range.Offset); i < _entries.Count && _entries[i].Range.Offset == range.Offset; i++)
        {
            Entry entry = _entries[i];
            if (entry.Claim != claim || entry.Range != range || (exclusive ?? entry.Exclusive) != entry.Exclusive)
                continue;
            if (found < 0 || (entry.Exclusive && !_entries[found].Exclusive))
                found = i;
        }

        if (found < 0)
            return false;
        _entries.RemoveAt(found);
        claim.LockCount--;
        AfterRemoval(wake);
        return true;
    }

    public void RemoveAll(FileClaim claim, List<LockWaiter> wake)
    {
        for (int i = _waiters.Count - 1; i >= 0; i--)
        {
            if (_waiters[i].Claim != claim)
                continue;
            _waiters[i].Granted = false;
            wake.Add(_waiters[i]);
            _waiters.RemoveAt(i);
        }

        if (claim.LockCount == 0)
            return;
        claim.LockCount = 0;
        _entries.RemoveAll(e => e.Claim == claim);
        AfterRemoval(wake);
    }

    public LockWaiter Enqueue(FileClaim claim, ByteRange range, bool exclusive, WorkScheduler scheduler)
    {
        var waiter = new LockWaiter(claim, range, exclusive, scheduler);
        _waiters.Add(waiter);
        return waiter;
    }

    public void Dequeue(LockWaiter waiter) => _waiters.Remove(waiter);

    public List<(ByteRange Range, bool Exclusive)> Of(FileClaim claim, ByteRange? range)
    {
        var locks = new List<(ByteRange, bool)>();
        int first = range is { } from ? FirstCandidate(from) : 0;
        ulong last = range is { } to ? Last(to) : ulong.MaxValue;
        for (int i = first; i < _entries.Count && _entries[i].Range.Offset <= last; i++)
        {
            Entry entry = _entries[i];
            if (entry.Claim == claim && (range is not { } wanted || Overlap(entry.Range, wanted)))
                locks.Add((entry.Range, entry.Exclusive));
        }

        return locks;
    }

    /// <summary>Reads conflict with others' exclusive locks; writes with those and with every shared lock, one's own too.</summary>
    public bool ConflictsWithAccess(FileClaim claim, ByteRange range, bool write)
    {
        for (int i = FirstCandidate(range); i < _entries.Count && _entries[i].Range.Offset <= Last(range); i++)
        {
            Entry entry = _entries[i];
            if (Overlap(entry.Range, range) && (entry.Exclusive ? entry.Claim != claim : write))
                return true;
        }

        return false;
    }

    // Shared locks go together; a shared lock may stand on one's own exclusive one; all else conflicts.
    private bool Conflicts(FileClaim claim, ByteRange range, bool exclusive)
    {
        for (int i = FirstCandidate(range); i < _entries.Count && _entries[i].Range.Offset <= Last(range); i++)
        {
            Entry entry = _entries[i];
            if (!exclusive && (!entry.Exclusive || entry.Claim == claim))
                continue;
            if (Overlap(entry.Range, range))
                return true;
        }

        return false;
    }

    private void AfterRemoval(List<LockWaiter> wake)
    {
        if (_entries.Count == 0)
            _longest = 0;
        for (int i = 0; i < _waiters.Count;)
        {
            LockWaiter waiter = _waiters[i];
            if (!TryAdd(waiter.Claim, waiter.Range, waiter.Exclusive))
            {
                i++;
                continue;
            }

            waiter.Granted = true;
            wake.Add(waiter);
            _waiters.RemoveAt(i);
        }
    }

    // Last bytes are compared, not ends: the end of a range that holds byte 2^64-1 is no 64-bit number. An empty range
    // stands between two bytes: it meets another only strictly inside it, and never an empty one.
    private static bool Overlap(ByteRange a, ByteRange b)
    {
        if (a.Length == 0)
            return b.Length != 0 && b.Offset < a.Offset && a.Offset <= Last(b);
        if (b.Length == 0)
            return a.Offset < b.Offset && b.Offset <= Last(a);
        return a.Offset <= Last(b) && b.Offset <= Last(a);
    }

    // The last byte; of an empty range its place.
    private static ulong Last(ByteRange range)
    {
        if (range.Length == 0)
            return range.Offset;
        ulong last = range.Offset + (range.Length - 1);
        return last < range.Offset ? ulong.MaxValue : last;
    }

    private int FirstCandidate(ByteRange range) => FirstAt(range.Offset > _longest ? range.Offset - _longest : 0);

    private int FirstAt(ulong offset)
    {
        int low = 0, high = _entries.Count;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_entries[middle].Range.Offset < offset)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    private int FirstAfter(ulong offset) => offset == ulong.MaxValue ? _entries.Count : FirstAt(offset + 1);

    private readonly record struct Entry(FileClaim Claim, ByteRange Range, bool Exclusive);
}

/// <summary>A lock request that waits.</summary>
internal sealed class LockWaiter(FileClaim claim, ByteRange range, bool exclusive, WorkScheduler scheduler)
{
    private readonly Signal _done = new(scheduler);

    public FileClaim Claim { get; } = claim;

    public ByteRange Range { get; } = range;

    public bool Exclusive { get; } = exclusive;

    /// <summary>Set under the record's lock before <see cref="Wake"/>: granted, or the claim was released.</summary>
    public bool? Granted { get; set; }

    public Task Done => _done.Task;

    public void Wake() => _done.Set();
}
