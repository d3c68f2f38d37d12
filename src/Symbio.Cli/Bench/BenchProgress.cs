using System.Diagnostics;
using System.Globalization;
using Symbio.Cli.Configuration;

namespace Symbio.Cli.Bench;

/// <summary>What was done in each second; on a terminal, or for a log, as a line while the benchmark runs.</summary>
internal sealed class BenchProgress(TextWriter? output, bool rewritesLine) : IDisposable
{
    private readonly List<BenchSecond> _seconds = [];
    private readonly Lock _lock = new();
    private IReadOnlyList<BenchLane> _lanes = [];
    private Timer? _timer;
    private long _start;
    private long _operations;
    private long _bytes;

    public void Begin(IReadOnlyList<BenchLane> lanes)
    {
        _lanes = lanes;
        _start = Stopwatch.GetTimestamp();
        _timer = new Timer(_ => Tick(last: false), null, 1000, 1000);
    }

    public IReadOnlyList<BenchSecond> End()
    {
        Dispose();
        Tick(last: true);
        return _seconds;
    }

    public void Dispose() => _timer?.Dispose();

    private void Tick(bool last)
    {
        lock (_lock)
        {
            // The lanes' counters are read while they run: a figure may be an operation behind.
            long operations = _lanes.Sum(l => l.Operations), bytes = _lanes.Sum(l => l.Bytes), errors = _lanes.Sum(l => l.Errors);
            double at = Stopwatch.GetElapsedTime(_start).TotalSeconds;
            _seconds.Add(new BenchSecond(at, operations - _operations, bytes - _bytes));
            double span = at - (_seconds.Count > 1 ? _seconds[^2].At : 0);
            string line = string.Create(
                CultureInfo.InvariantCulture,
                $"{at,6:0.0} s  {(operations - _operations) / span,10:0} operations/s  {Units.About((long)((bytes - _bytes) / span)),10}/s  {errors} errors");
            _operations = operations;
            _bytes = bytes;
            if (last && rewritesLine)
                output?.WriteLine();
            else if (!last)
                output?.Write(rewritesLine ? "\r" + line : line + "\n");
            output?.Flush();
        }
    }
}
