using System.Numerics;

namespace Symbio.Cli.Bench;

/// <summary>
/// Counts of durations in buckets that are at most 1/64 of their value wide, up to more than an hour: any
/// percentile is right within 1.6 %. Recording is a few instructions and never allocates. Not thread-safe.
/// </summary>
internal sealed class LatencyHistogram
{
    private const int SubBucketBits = 6;
    private const int SubBuckets = 1 << SubBucketBits;
    private const int LargestExponent = 42; // 2^42 ns: 73 minutes.

    private readonly long[] _counts = new long[IndexOf(1L << LargestExponent) + 1];

    public long Count { get; private set; }

    public TimeSpan Max { get; private set; }

    public TimeSpan Mean => Count == 0 ? TimeSpan.Zero : TimeSpan.FromMicroseconds(_sum / 1000 / Count);

    private double _sum;

    public void Record(TimeSpan duration)
    {
        long nanoseconds = Math.Clamp((long)duration.TotalNanoseconds, 0, 1L << LargestExponent);
        _counts[IndexOf(nanoseconds)]++;
        Count++;
        _sum += nanoseconds;
        if (duration > Max)
            Max = duration;
    }

    public void Add(LatencyHistogram other)
    {
        for (int i = 0; i < _counts.Length; i++)
            _counts[i] += other._counts[i];
        Count += other.Count;
        _sum += other._sum;
        if (other.Max > Max)
            Max = other.Max;
    }

    public void Clear()
    {
        Array.Clear(_counts);
        Count = 0;
        _sum = 0;
        Max = TimeSpan.Zero;
    }

    /// <summary>The duration that so many of a hundred operations did not exceed.</summary>
    public TimeSpan Percentile(double percent)
    {
        if (Count == 0)
            return TimeSpan.Zero;
        long wanted = Math.Max(1, (long)Math.Ceiling(Count * percent / 100));
        long seen = 0;
        for (int i = 0; i < _counts.Length; i++)
        {
            seen += _counts[i];
            if (seen >= wanted)
                return TimeSpan.FromMicroseconds(Math.Min(UpperEnd(i) / 1000.0, Max.TotalMicroseconds));
        }

        return Max;
    }

    /// <summary>Below 128 each value has a bucket; above, each power of two has 64.</summary>
    private static int IndexOf(long nanoseconds)
    {
        if (nanoseconds < 2 * SubBuckets)
            return (int)nanoseconds;
        int shift = BitOperations.Log2((ulong)nanoseconds) - SubBucketBits;
        return (shift * SubBuckets) + (int)(nanoseconds >> shift);
    }

    private static long UpperEnd(int index)
    {
        if (index < 2 * SubBuckets)
            return index;
        int shift = (index / SubBuckets) - 1;
        return ((((long)index - (shift * SubBuckets)) + 1) << shift) - 1;
    }
}
