using System.Diagnostics;

namespace Symbio.Cli.Bench;

/// <summary>
/// When operations begin and when there are no more: after a number of them, or a time. In an open loop the n-th is due
/// at its time, whatever has become of those before; who comes late has waited since then.
/// </summary>
internal sealed class BenchPhase(long operations, TimeSpan duration, double rate)
{
    private readonly long _start = Stopwatch.GetTimestamp();
    private readonly long _end = operations > 0
        ? long.MaxValue
        : Stopwatch.GetTimestamp() + (long)(duration.TotalSeconds * Stopwatch.Frequency);

    private long _taken = -1;
    private volatile bool _stopped;

    public TimeSpan Elapsed => Stopwatch.GetElapsedTime(_start);

    public void Stop() => _stopped = true;

    /// <summary>The number of the next operation and when it begins; false: there is none.</summary>
    public bool TryTake(out long number, out long begin)
    {
        begin = Stopwatch.GetTimestamp();
        number = Interlocked.Increment(ref _taken);
        return !_stopped && begin < _end && (operations == 0 || number < operations);
    }

    /// <summary>Waits until the operation is due; returns when its latency begins.</summary>
    public async ValueTask<long> WaitAsync(long number, long now)
    {
        if (rate <= 0)
            return now;
        long due = _start + (long)(number / rate * Stopwatch.Frequency);
        if (due <= now)
            return due;

        // Timers are good to a millisecond. Waiting for the rest in a loop would cost the server its processor.
        await Task.Delay(Stopwatch.GetElapsedTime(now, due));
        return Stopwatch.GetTimestamp();
    }
}
