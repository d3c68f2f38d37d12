namespace Symbio.Testing;

/// <summary>The system's clock, which a test can put forward. Timers run as ever.</summary>
public sealed class ManualTime : TimeProvider
{
    private long _ahead;

    public void Advance(TimeSpan by) => Interlocked.Add(ref _ahead, by.Ticks);

    public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));
}
