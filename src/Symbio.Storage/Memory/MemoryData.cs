using System.Numerics;
using Symbio.Protocol;

namespace Symbio.Storage.Memory;

/// <summary>
/// The bytes of one stream: sparse chunks of up to 64 KiB, so a write at 2^40 costs one chunk. A chunk's array holds
/// only its first 4, 8, … or 64 KiB; what has no array reads as zeros. Thread-safe; its lock is a leaf.
/// </summary>
internal sealed class MemoryData(SpaceLedger ledger)
{
    public const int BlockSize = 4096;

    /// <summary>The largest size of a stream: every chunk of it has an end that fits in 63 bits.</summary>
    public const long MaxLength = long.MaxValue - (ChunkSize - 1);

    private const int ChunkSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<long, byte[]> _chunks = [];
    private long _length;
    private long _stored; // Bytes in the arrays.
    private long _reserved; // SetAllocation's promise; the arrays count towards it.
    private bool _discarded;

    public long Length => Volatile.Read(ref _length);

    /// <summary>What the ledger is charged.</summary>
    public long Allocated => Math.Max(Volatile.Read(ref _stored), Volatile.Read(ref _reserved));

    public int Read(ulong offset, Span<byte> destination)
    {
        lock (_gate)
        {
            if (offset >= (ulong)_length)
                return 0;
            long position = (long)offset;
            int count = (int)Math.Min(destination.Length, _length - position);
            for (int done = 0; done < count;)
            {
                var (chunk, start, part) = Locate(position + done, count - done);
                var target = destination.Slice(done, part);
                int held = 0;
                if (_chunks.TryGetValue(chunk, out byte[]? array) && array.Length > start)
                {
                    held = Math.Min(part, array.Length - start);
                    array.AsSpan(start, held).CopyTo(target);
                }

                target[held..].Clear();
                done += part;
            }

            return count;
        }
    }

    /// <summary>Writes all or, when space is short, nothing.</summary>
    public NtStatus Write(ulong offset, ReadOnlySpan<byte> source)
    {
        lock (_gate)
        {
            if (offset > MaxLength || source.Length > MaxLength - (long)offset)
                return NtStatus.InvalidParameter;
            long position = (long)offset;
            if (!TryCharge(_stored + Growth(position, source.Length), _reserved))
                return _discarded ? NtStatus.FileClosed : NtStatus.DiskFull;
            for (int done = 0; done < source.Length;)
            {
                var (chunk, start, part) = Locate(position + done, source.Length - done);
                source.Slice(done, part).CopyTo(Hold(chunk, start + part).AsSpan(start));
                done += part;
            }

            if (source.Length > 0)
                Volatile.Write(ref _length, Math.Max(_length, position + source.Length));
            return NtStatus.Success;
        }
    }

    /// <summary>Writes at the end.</summary>
    public NtStatus Append(ReadOnlySpan<byte> source)
    {
        lock (_gate)
            return Write((ulong)_length, source); // A Lock may be taken again by who holds it.
    }

    /// <summary>Cuts, giving space back, or grows by a hole.</summary>
    public NtStatus SetLength(ulong length)
    {
        if (length > MaxLength)
            return NtStatus.InvalidParameter;
        lock (_gate)
        {
            if (_discarded)
                return NtStatus.FileClosed;
            if ((long)length < _length)
                Cut((long)length);
            Volatile.Write(ref _length, (long)length);
            return NtStatus.Success;
        }
    }

    /// <summary>Reserves space; less than the length cuts. [MS-FSA] 2.1.5.15.1.</summary>
    public NtStatus SetAllocation(ulong size)
    {
        if (size > MaxLength - BlockSize)
            return size > long.MaxValue ? NtStatus.InvalidParameter : NtStatus.DiskFull;
        long reserved = ((long)size + BlockSize - 1) & ~(BlockSize - 1L);
        lock (_gate)
        {
            if ((long)size < _length)
            {
                Cut((long)size);
                Volatile.Write(ref _length, (long)size);
            }

            if (!TryCharge(_stored, reserved))
                return _discarded ? NtStatus.FileClosed : NtStatus.DiskFull;
            return NtStatus.Success;
        }
    }

    /// <summary>Reserves space, and cuts nothing.</summary>
    public NtStatus Reserve(ulong size)
    {
        if (size > MaxLength - BlockSize)
            return size > long.MaxValue ? NtStatus.InvalidParameter : NtStatus.DiskFull;
        long reserved = ((long)size + BlockSize - 1) & ~(BlockSize - 1L);
        lock (_gate)
        {
            if (!TryCharge(_stored, Math.Max(_reserved, reserved)))
                return _discarded ? NtStatus.FileClosed : NtStatus.DiskFull;
            return NtStatus.Success;
        }
    }

    /// <summary>Reserves space for all that is there.</summary>
    public NtStatus FillHoles()
    {
        lock (_gate)
            return SetAllocation((ulong)_length);
    }

    /// <summary>Zeros the part of the range that lies within the length.</summary>
    public void Zero(StoreRange range, bool deallocate)
    {
        lock (_gate)
        {
            if (range.Offset >= (ulong)_length)
                return;
            long start = (long)range.Offset;
            long end = start + (long)Math.Min(range.Length, (ulong)(_length - start));
            bool toEnd = end == _length; // The slack behind the end holds only zeros: the last chunk can go whole.
            long released = 0;
            foreach (long chunk in ChunksIn(start, end))
            {
                byte[] array = _chunks[chunk];
                long first = chunk * ChunkSize;
                int from = (int)Math.Clamp(start - first, 0, array.Length);
                int to = (int)Math.Clamp(end - first, 0, array.Length);
                if (deallocate && from == 0 && (to == array.Length || toEnd))
                {
                    _chunks.Remove(chunk);
                    released += array.Length;
                }
                else
                {
                    array.AsSpan(from, to - from).Clear();
                }
            }

            TryCharge(_stored - released, _reserved);
        }
    }

    public List<StoreRange> AllocatedRanges(StoreRange range, int limit)
    {
        var ranges = new List<StoreRange>();
        lock (_gate)
        {
            if (range.Offset >= (ulong)_length)
                return ranges;
            long start = (long)range.Offset;
            long end = start + (long)Math.Min(range.Length, (ulong)(_length - start));
            var chunks = ChunksIn(start, end);
            chunks.Sort();
            foreach (long chunk in chunks)
            {
                long from = Math.Max(start, chunk * ChunkSize);
                long to = Math.Min(end, (chunk * ChunkSize) + _chunks[chunk].Length);
                if (to <= from)
                    continue;
                if (ranges.Count > 0 && ranges[^1] is var last && last.Offset + last.Length == (ulong)from)
                    ranges[^1] = last with { Length = (ulong)to - last.Offset };
                else if (ranges.Count == limit)
                    break;
                else
                    ranges.Add(new StoreRange((ulong)from, (ulong)(to - from)));
            }
        }

        return ranges;
    }

    /// <summary>Gives everything back; nothing can be stored any more.</summary>
    public void Discard()
    {
        lock (_gate)
        {
            _chunks.Clear();
            TryCharge(0, 0);
            Volatile.Write(ref _length, 0);
            _discarded = true;
        }
    }

    private static (long Chunk, int Start, int Part) Locate(long position, int left)
    {
        int start = (int)(position & (ChunkSize - 1));
        return (position / ChunkSize, start, Math.Min(left, ChunkSize - start));
    }

    private static int ArrayLength(int end) => (int)BitOperations.RoundUpToPowerOf2((uint)Math.Max(end, BlockSize));

    private long Growth(long position, int length)
    {
        long growth = 0;
        for (int done = 0; done < length;)
        {
            var (chunk, start, part) = Locate(position + done, length - done);
            int held = _chunks.TryGetValue(chunk, out byte[]? array) ? array.Length : 0;
            growth += Math.Max(0, ArrayLength(start + part) - held);
            done += part;
        }

        return growth;
    }

    /// <summary>The array of a chunk, long enough for its bytes before <paramref name="end"/>.</summary>
    private byte[] Hold(long chunk, int end)
    {
        _chunks.TryGetValue(chunk, out byte[]? array);
        if (array is null || array.Length < end)
        {
            Array.Resize(ref array, ArrayLength(end));
            _chunks[chunk] = array;
        }

        return array;
    }

    private void Cut(long length)
    {
        long stored = _stored;
        foreach (long chunk in ChunksIn(length, _length))
        {
            byte[] array = _chunks[chunk];
            int kept = (int)Math.Clamp(length - (chunk * ChunkSize), 0, ChunkSize);
            stored -= array.Length;
            if (kept == 0)
            {
                _chunks.Remove(chunk);
                continue;
            }

            if (ArrayLength(kept) < array.Length)
            {
                Array.Resize(ref array, ArrayLength(kept));
                _chunks[chunk] = array;
            }

            stored += array.Length;
            if (kept < array.Length)
                array.AsSpan(kept).Clear(); // What lies behind the end is always zero.
        }

        TryCharge(stored, 0); // A cut ends the reservation too, as NTFS does.
    }

    /// <summary>The chunks that hold something in [start, end), in no order; walks whichever is fewer.</summary>
    private List<long> ChunksIn(long start, long end)
    {
        var found = new List<long>();
        if (end <= start)
            return found;
        long first = start / ChunkSize, last = (end - 1) / ChunkSize;
        if (last - first < _chunks.Count)
        {
            for (long chunk = first; chunk <= last; chunk++)
            {
                if (_chunks.ContainsKey(chunk))
                    found.Add(chunk);
            }
        }
        else
        {
            foreach (long chunk in _chunks.Keys)
            {
                if (chunk >= first && chunk <= last)
                    found.Add(chunk);
            }
        }

        return found;
    }

    private bool TryCharge(long stored, long reserved)
    {
        if (_discarded)
            return false;
        long change = Math.Max(stored, reserved) - Math.Max(_stored, _reserved);
        if (change > 0 && !ledger.TryTake(change))
            return false;
        if (change < 0)
            ledger.Return(-change);
        Volatile.Write(ref _stored, stored);
        Volatile.Write(ref _reserved, reserved);
        return true;
    }
}
