using Symbio.Simulation.Faults;

namespace Symbio.Simulation;

/// <summary>What came of a seed.</summary>
/// <param name="Rule">The rule that was broken; null for none.</param>
/// <param name="Failure">What happened; null when nothing did that must not.</param>
internal sealed record SeedResult(
    ulong Seed, long Steps, ulong Trace, string? Rule, string? Failure, IReadOnlyList<string> Lines);

/// <summary>Many seeds, one after the other on every processor.</summary>
internal sealed class Campaign(ulong from, int seeds, int steps, BrokenRule? rule = null)
{
    // Continuations run where they are completed: one that leads to the next, and so on, needs room.
    private const int StackSize = 16 << 20;

    private readonly List<SeedResult> _failures = [];
    private long _steps;
    private long _done;

    /// <summary>Seeds in whose run an invariant did not hold, in order.</summary>
    public IReadOnlyList<SeedResult> Failures => _failures;

    /// <summary>Things that happened, in all.</summary>
    public long Steps => _steps;

    /// <summary>Seeds that were run.</summary>
    public long Done => _done;

    /// <summary>Stop at the first failure of this rule: it is enough that there is one.</summary>
    public string? StopsAt { get; init; }

    public void Run()
    {
        long next = -1;
        void Work()
        {
            for (long i = Interlocked.Increment(ref next); i < seeds; i = Interlocked.Increment(ref next))
            {
                SeedResult result = RunHere(from + (ulong)i, steps, keepTrace: false, rule);
                Interlocked.Add(ref _steps, result.Steps);
                Interlocked.Increment(ref _done);
                if (result.Failure is null)
                    continue;
                lock (_failures)
                    _failures.Add(result);
                if (result.Rule == StopsAt)
                    Interlocked.Exchange(ref next, seeds);
            }
        }

        Thread[] threads = [.. Enumerable.Range(0, Environment.ProcessorCount).Select(_ => new Thread(Work, StackSize))];
        foreach (Thread thread in threads)
            thread.Start();
        foreach (Thread thread in threads)
            thread.Join();
        _failures.Sort((a, b) => a.Seed.CompareTo(b.Seed));
    }

    /// <summary>Runs one seed, on a thread where nothing else has a say in where work goes on.</summary>
    public static SeedResult RunSeed(ulong seed, int steps, bool keepTrace = false, BrokenRule? rule = null)
    {
        SeedResult? result = null;
        var thread = new Thread(() => result = RunHere(seed, steps, keepTrace, rule), StackSize);
        thread.Start();
        thread.Join();
        return result!;
    }

    private static SeedResult RunHere(ulong seed, int steps, bool keepTrace, BrokenRule? rule)
    {
        var world = new World(seed, keepTrace, rule);
        try
        {
            world.Run(steps);
        }
        catch (Exception e) when (e is not OutOfMemoryException)
        {
            // A bug, of the server or of the simulation: in either case the seed is not clean.
            world.Fail("exception", e.ToString());
        }

        return new SeedResult(
            seed, world.Now, world.Trace.Hash, world.Failure?.Rule, world.Failure?.Message, world.Trace.Lines);
    }
}
