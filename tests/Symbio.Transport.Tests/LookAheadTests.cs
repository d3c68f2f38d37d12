using Symbio.Transport.Tcp;

namespace Symbio.Transport.Tests;

/// <summary>The buffer that receives go to grows with what comes, and shrinks when nothing does.</summary>
public sealed class LookAheadTests
{
    [Fact]
    public void A_connection_that_waits_has_little_room()
    {
        var ahead = new LookAhead();

        Assert.Equal(LookAhead.SmallSize, ahead.GetRoom(4).Length);
    }

    [Fact]
    public void A_receive_that_fills_the_room_is_followed_by_larger_ones_until_little_comes()
    {
        var ahead = new LookAhead();
        Receive(ref ahead, LookAhead.SmallSize);
        for (int i = 0; i < LookAhead.Patience; i++)
        {
            Assert.Equal(LookAhead.LargeSize, ahead.GetRoom(4).Length);
            Receive(ref ahead, 100);
        }

        Assert.Equal(LookAhead.SmallSize, ahead.GetRoom(4).Length);
    }

    [Fact]
    public void Bytes_stay_in_order_whichever_buffer_they_are_in()
    {
        var ahead = new LookAhead();
        var random = new Random(1);
        int received = 0, taken = 0;
        for (int i = 0; i < 10_000; i++)
        {
            int wanted = ahead.Available + random.Next(1, 5);
            Span<byte> room = ahead.GetRoom(wanted).Span;
            Assert.True(room.Length + ahead.Available >= wanted);
            int count = random.Next(3) == 0 ? room.Length : random.Next(1, Math.Min(room.Length, 600) + 1);
            foreach (ref byte next in room[..count])
                next = (byte)(received++ * 7);
            ahead.Advance(count);

            byte[] some = new byte[random.Next(3) == 0 ? ahead.Available : random.Next(Math.Min(ahead.Available, 2000) + 1)];
            ahead.Take(some);
            Assert.All(some, b => Assert.Equal((byte)(taken++ * 7), b));
            if (ahead.Available > LookAhead.LargeSize - 10)
                ahead.Skip(Discard(ref taken, 1000));
        }

        Assert.Equal(received - taken, ahead.Available);
    }

    [Fact]
    public void Room_is_made_for_what_is_asked_for()
    {
        var ahead = new LookAhead();

        Assert.Equal(LookAhead.LargeSize, ahead.GetRoom(LookAhead.SmallSize + 1).Length);
        ahead.Advance(10);
        Assert.Equal(LookAhead.LargeSize - 10, ahead.GetRoom(LookAhead.SmallSize + 1).Length);
    }

    private static void Receive(ref LookAhead ahead, int count)
    {
        ahead.GetRoom(4);
        ahead.Advance(count);
        ahead.Skip(count);
    }

    private static int Discard(ref int taken, int count)
    {
        taken += count;
        return count;
    }
}
