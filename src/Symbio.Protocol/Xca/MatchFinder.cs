using System.Buffers;
using System.Buffers.Binary;

namespace Symbio.Protocol.Xca;

/// <summary>
/// Finds what of a buffer was there before: one earlier place per hash of four bytes, the latest. Data without
/// repetitions is stepped through faster and faster, so that it costs little to find out that it does not compress.
/// </summary>
internal ref struct MatchFinder
{
    /// <summary>The shortest match that is found.</summary>
    public const int MinLength = 4;

    private const int LargestTableBits = 14;
    private const int SmallestTableBits = 8;
    private const int MissesPerStep = 5; // As a power of two: after 32 misses two bytes at a time, after 64 three.
    private const int LongestStep = 64; // So that data which becomes compressible is noticed.

    private readonly ReadOnlySpan<byte> _source;
    private readonly int _maxDistance;
    private readonly int _shift;
    private readonly Span<int> _table; // Position + 1; 0 is none.
    private int[]? _rented;

    /// <summary>To be disposed: its table comes from a pool.</summary>
    public MatchFinder(ReadOnlySpan<byte> source, int maxDistance)
    {
        _source = source;
        _maxDistance = maxDistance;
        int bits = Math.Clamp(32 - int.LeadingZeroCount(source.Length), SmallestTableBits, LargestTableBits);
        _shift = 32 - bits;
        _rented = ArrayPool<int>.Shared.Rent(1 << bits);
        _table = _rented.AsSpan(0, 1 << bits);
        _table.Clear();
    }

    /// <summary>Nothing before this place is matched.</summary>
    public int Floor { get; set; }

    /// <summary>
    /// Looks for the next match at or after <paramref name="position"/> that begins before <paramref name="lastStart"/> and
    /// ends before <paramref name="end"/>. What lies before it are literals.
    /// </summary>
    public readonly bool TryFindNext(ref int position, int lastStart, int end, out int distance, out int length)
    {
        lastStart = Math.Min(lastStart, end - MinLength + 1);
        int misses = 1 << MissesPerStep;
        while (position < lastStart)
        {
            uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(_source[position..]);
            ref int entry = ref _table[(int)((bytes * 2654435761u) >> _shift)];
            int candidate = entry - 1;
            entry = position + 1;
            distance = position - candidate;
            if (candidate >= Floor && distance <= _maxDistance
                && BinaryPrimitives.ReadUInt32LittleEndian(_source[candidate..]) == bytes)
            {
                ReadOnlySpan<byte> rest = _source[(position + MinLength)..end];
                length = MinLength + rest.CommonPrefixLength(_source.Slice(candidate + MinLength, rest.Length));
                return true;
            }

            position += Math.Min(misses++ >> MissesPerStep, LongestStep);
        }

        distance = 0;
        length = 0;
        return false;
    }

    /// <summary>Remembers a place inside of a match.</summary>
    public readonly void Remember(int position)
    {
        if (position < 0 || position > _source.Length - MinLength)
            return;
        uint bytes = BinaryPrimitives.ReadUInt32LittleEndian(_source[position..]);
        _table[(int)((bytes * 2654435761u) >> _shift)] = position + 1;
    }

    public void Dispose()
    {
        if (_rented is { } rented)
            ArrayPool<int>.Shared.Return(rented);
        _rented = null;
    }
}
