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
    public void A_receive_that_fills_the_room_is_followed_by_a_larger_one_and_that_by_a_small_one()
    {
        var ahead = new LookAhead();
        byte[] sent = [.. Enumerable.Range(0, LookAhead.SmallSize + 100).Select(i => (byte)(i * 7))];
        sent.AsSpan(0, LookAhead.SmallSize).CopyTo(ahead.GetRoom(4).Span);
        ahead.Advance(LookAhead.SmallSize);
        byte[] first = new byte[500];
        ahead.Take(first);

        Memory<byte> room = ahead.GetRoom(100);
        Assert.Equal(LookAhead.LargeSize - 12, room.Length);
        sent.AsSpan(LookAhead.SmallSize, 100).CopyTo(room.Span);
        ahead.Advance(100);
        byte[] second = new byte[100];
        ahead.Take(second);

        Assert.Equal(LookAhead.SmallSize - 12, ahead.GetRoom(20).Length);
        byte[] third = new byte[12];
        ahead.Take(third);
        Assert.Equal(sent, (byte[])[.. first, .. second, .. third]);
        Assert.Equal(0, ahead.Available);
    }

    [Fact]
    public void Room_is_made_for_what_is_asked_for()
    {
        var ahead = new LookAhead();

        Assert.Equal(LookAhead.LargeSize, ahead.GetRoom(LookAhead.SmallSize + 1).Length);
        ahead.Advance(10);
        Assert.Equal(LookAhead.LargeSize - 10, ahead.GetRoom(LookAhead.SmallSize + 1).Length);
    }
}
