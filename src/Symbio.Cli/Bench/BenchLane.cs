namespace Symbio.Cli.Bench;

/// <summary>One operation after the other: a client has as many lanes as operations under way.</summary>
internal sealed class BenchLane(BenchClient client, int index)
{
    private ulong _random = (ulong)(index + 1) * 0x9E3779B97F4A7C15;

    public BenchClient Client => client;

    /// <summary>Among all lanes of the run.</summary>
    public int Index => index;

    /// <summary>What the workload keeps for the lane.</summary>
    public object? State { get; set; }

    public LatencyHistogram Latencies { get; } = new();

    public long Operations { get; set; }

    public long Bytes { get; set; }

    public long Errors { get; set; }

    /// <summary>A number below the limit; the same ones in every run.</summary>
    public long Next(long limit)
    {
        _random ^= _random << 13;
        _random ^= _random >> 7;
        _random ^= _random << 17;
        return (long)(_random % (ulong)limit);
    }

    public void Reset()
    {
        Latencies.Clear();
        Operations = Bytes = Errors = 0;
    }
}
