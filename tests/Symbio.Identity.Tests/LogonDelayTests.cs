using System.Net;

namespace Symbio.Identity.Tests;

public sealed class LogonDelayTests
{
    private static readonly IPAddress Address = IPAddress.Parse("192.0.2.1");

    private readonly ManualTime _time = new();

    private LogonDelay NewDelay(int capacity = LogonDelay.DefaultCapacity) => new(_time, capacity);

    [Fact]
    public void First_attempt_does_not_wait() =>
        Assert.Equal(TimeSpan.Zero, NewDelay().Reserve("demo", Address));

    [Fact]
    public void Each_failure_doubles_the_wait_up_to_a_bound()
    {
        var delay = NewDelay();
        var expected = LogonDelay.FirstDelay;
        for (int i = 0; i < 8; i++)
        {
            delay.Failed("demo", Address);
            var wait = delay.Reserve("demo", Address);
            Assert.Equal(expected < LogonDelay.MaxDelay ? expected : LogonDelay.MaxDelay, wait);
            _time.Advance(wait!.Value + LogonDelay.MaxDelay); // Past the slot that was reserved.
            expected *= 2;
        }
    }

    [Fact]
    public void Case_of_the_name_does_not_matter()
    {
        var delay = NewDelay();
        delay.Failed("Demo", Address);
        Assert.NotEqual(TimeSpan.Zero, delay.Reserve("dEMO", Address));
    }

    [Fact]
    public void Attempts_at_the_same_time_queue_up_and_are_refused_when_the_queue_is_long()
    {
        var delay = NewDelay();
        for (int i = 0; i < 5; i++)
            delay.Failed("demo", Address);
        TimeSpan? last = TimeSpan.Zero;
        int served = 0;
        while (delay.Reserve("demo", Address) is { } wait)
        {
            Assert.True(wait > last);
            Assert.True(wait <= LogonDelay.MaxWait);
            last = wait;
            Assert.True(++served < 100);
        }
        Assert.True(served is > 1 and < 10);
    }

    [Fact]
    public void Other_addresses_and_other_accounts_do_not_wait()
    {
        var delay = NewDelay();
        for (int i = 0; i < 5; i++)
            delay.Failed("demo", Address);
        Assert.Equal(TimeSpan.Zero, delay.Reserve("demo", IPAddress.Parse("192.0.2.2")));
        Assert.Equal(TimeSpan.Zero, delay.Reserve("other", Address));
    }

    [Fact]
    public void An_address_that_fails_with_many_accounts_waits_with_all()
    {
        var delay = NewDelay();
        for (int i = 0; i < 15; i++)
            delay.Failed($"user{i}", Address);
        Assert.NotEqual(TimeSpan.Zero, delay.Reserve("somebody", Address));
    }

    [Fact]
    public void IPv6_neighbours_count_as_one_and_mapped_IPv4_as_IPv4()
    {
        var delay = NewDelay();
        delay.Failed("demo", IPAddress.Parse("2001:db8::1"));
        Assert.NotEqual(TimeSpan.Zero, delay.Reserve("demo", IPAddress.Parse("2001:db8::ffff:2")));
        Assert.Equal(TimeSpan.Zero, delay.Reserve("demo", IPAddress.Parse("2001:db8:0:1::1")));
        delay.Failed("demo", IPAddress.Parse("::ffff:192.0.2.9"));
        Assert.NotEqual(TimeSpan.Zero, delay.Reserve("demo", IPAddress.Parse("192.0.2.9")));
    }

    [Fact]
    public void Success_forgets_and_so_does_time()
    {
        var delay = NewDelay();
        delay.Failed("demo", Address);
        delay.Succeeded("demo", Address);
        Assert.Equal(TimeSpan.Zero, delay.Reserve("demo", Address));

        delay.Failed("demo", Address);
        _time.Advance(LogonDelay.Memory + TimeSpan.FromSeconds(1));
        Assert.Equal(TimeSpan.Zero, delay.Reserve("demo", Address));
    }

    [Fact]
    public void Memory_is_bounded_and_the_newest_stay()
    {
        var delay = NewDelay(capacity: 100);
        for (int i = 0; i < 10_000; i++)
            delay.Failed($"user{i}", new IPAddress(i));
        Assert.Equal(100, delay.Count);
        Assert.NotEqual(TimeSpan.Zero, delay.Reserve("user9999", new IPAddress(9999)));
        Assert.Equal(TimeSpan.Zero, delay.Reserve("user0", new IPAddress(0)));
    }
}
