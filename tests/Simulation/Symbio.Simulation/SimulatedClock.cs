namespace Symbio.Simulation;

/// <summary>A clock that stands still until the simulation puts it forward, one timer at a time.</summary>
internal sealed class SimulatedClock(World world) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly List<Timer> _timers = []; // Few; in the order they were set.
    private DateTimeOffset _now = Beginning;
    private long _set;

    public int Timers => _timers.Count;

    public TimeSpan Elapsed => _now - Beginning;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override DateTimeOffset GetUtcNow() => _now;

    public override long GetTimestamp() => _now.UtcTicks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        world.AssertOwnThread();
        var timer = new Timer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>When the next timer is due; null when there is none.</summary>
    public DateTimeOffset? NextDue => Next()?.Due;

    /// <summary>Puts the clock forward, but not past the next timer: that one fires then.</summary>
    /// <returns>True when a timer has fired, and there may be more to come by then.</returns>
    public bool AdvanceTo(DateTimeOffset until)
    {
        Timer? next = Next();
        if (next is null || next.Due > until)
        {
            _now = until;
            return false;
        }

        _now = next.Due;
        next.Fire();
        return true;
    }

    /// <summary>The server has died, and its timers with it.</summary>
    public void Forget() => _timers.Clear();

    private Timer? Next()
    {
        Timer? next = null;
        foreach (Timer timer in _timers)
        {
            if (next is null || timer.Due < next.Due || (timer.Due == next.Due && timer.Order < next.Order))
                next = timer;
        }

        return next;
    }

    private sealed class Timer(SimulatedClock clock, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public DateTimeOffset Due { get; private set; }

        public long Order { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            clock._timers.Remove(this);
            _period = period;
            if (dueTime == Timeout.InfiniteTimeSpan)
                return true;
            Due = clock._now + dueTime;
            Order = clock._set++;
            clock._timers.Add(this);
            return true;
        }

        public void Fire()
        {
            if (_period == Timeout.InfiniteTimeSpan || _period == TimeSpan.Zero)
                clock._timers.Remove(this);
            else
                Due += _period;
            callback(state);
        }

        public void Dispose() => clock._timers.Remove(this);

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
