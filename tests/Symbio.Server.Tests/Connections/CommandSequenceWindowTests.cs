using Symbio.Server.Connections;

namespace Symbio.Server.Tests.Connections;

/// <summary>Connection.CommandSequenceWindow, [MS-SMB2] 3.3.1.1.</summary>
public sealed class CommandSequenceWindowTests
{
    [Fact]
    public void A_new_connection_may_use_message_id_0_once()
    {
        var window = new CommandSequenceWindow(128);

        Assert.False(window.TryUse(1, 1));
        Assert.True(window.TryUse(0, 1));
        Assert.False(window.TryUse(0, 1));
        Assert.Equal(0, window.Credits);
    }

    [Fact]
    public void Grants_are_bounded_by_the_most_a_client_may_hold()
    {
        var window = new CommandSequenceWindow(128);

        Assert.Equal(127, window.Grant(500));
        Assert.Equal(0, window.Grant(500));
        Assert.Equal(128, window.Credits);
    }

    [Fact]
    public void A_client_with_nothing_gets_one()
    {
        var window = new CommandSequenceWindow(128);
        window.TryUse(0, 1);

        Assert.Equal(1, window.Grant(0));
        Assert.Equal(0, window.Grant(0));
    }

    [Fact]
    public void Ids_that_are_not_used_cost_nothing()
    {
        var window = new CommandSequenceWindow(8192);
        window.TryUse(0, 1);
        long before = GC.GetAllocatedBytesForCurrentThread();

        window.Grant(8192);
        for (ulong id = 1; id < 1000; id++)
            Assert.True(window.TryUse(id, 1));

        Assert.Equal(before, GC.GetAllocatedBytesForCurrentThread());
        Assert.True(window.TryUse(8192, 1));
        Assert.False(window.TryUse(8192, 1));
        Assert.True(window.TryUse(1000, 7192));
        Assert.False(window.TryUse(1000, 1));
    }

    [Fact]
    public void A_charge_uses_as_many_ids()
    {
        var window = new CommandSequenceWindow(128);
        window.Grant(9);

        Assert.True(window.TryUse(2, 5));
        Assert.False(window.TryUse(6, 1));
        Assert.False(window.TryUse(0, 3));
        Assert.True(window.TryUse(0, 2));
        Assert.False(window.TryUse(7, 4));
        Assert.True(window.TryUse(7, 3));
        Assert.Equal(0, window.Credits);
    }

    [Fact]
    public void The_end_of_the_id_space_is_no_way_around()
    {
        var window = new CommandSequenceWindow(128);

        Assert.False(window.TryUse(ulong.MaxValue, 1));
        Assert.False(window.TryUse(ulong.MaxValue, 2));
        Assert.False(window.TryUse(ulong.MaxValue - 3, 10));
    }

    [Fact] // smb2.credits.skipped_mid
    public void A_skipped_id_holds_the_window_back_at_twice_the_credits()
    {
        var window = new CommandSequenceWindow(128);
        window.Grant(127);
        ulong id = 1; // 0 is never used.
        int granted = 1;
        while (granted > 0 && id < 1000)
        {
            Assert.True(window.TryUse(id++, 1));
            granted = window.Grant(1);
        }

        Assert.InRange(id, 128ul, 256ul);
        while (window.Credits > 1)
            Assert.True(window.TryUse(id++, 1));
        Assert.Equal(256ul, id);
        Assert.True(window.TryUse(0, 1));
        Assert.Equal(100, window.Grant(100));
        Assert.True(window.TryUse(256, 100));
    }

    [Fact] // Against a set.
    public void Random_use_agrees_with_a_plain_set()
    {
        var random = new Random(7);
        var window = new CommandSequenceWindow(512);
        var free = new SortedSet<ulong> { 0 };
        ulong high = 1;
        for (int i = 0; i < 100_000; i++)
        {
            if (random.Next(3) == 0)
            {
                int granted = window.Grant(random.Next(40));
                for (int n = 0; n < granted; n++)
                    free.Add(high++);
            }
            else
            {
                ulong low = free.Count > 0 ? free.Min : high;
                ulong id = low + (ulong)random.Next(20);
                int charge = random.Next(1, 5);
                bool expected = Enumerable.Range(0, charge).All(n => free.Contains(id + (ulong)n));
                Assert.Equal(expected, window.TryUse(id, charge));
                for (int n = 0; expected && n < charge; n++)
                    free.Remove(id + (ulong)n);
            }

            Assert.Equal(free.Count, window.Credits);
        }
    }
}
