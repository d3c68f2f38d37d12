namespace Symbio.Transport.Tests;

public sealed class FramePoolTests
{
    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(960)] // With the headroom exactly the smallest size.
    [InlineData(961)]
    [InlineData((32 << 10) - 64)]
    [InlineData((32 << 10) - 63)]
    [InlineData((68 << 10) - 64)] // Exactly 64 KiB and room for headers.
    [InlineData((68 << 10) - 63)]
    [InlineData(8 << 20)]
    [InlineData((1 << 24) - 1)] // The longest that Direct TCP can state.
    public void A_frame_has_the_length_and_the_headroom(int length)
    {
        var pool = new FramePool();

        using Frame frame = pool.Rent(length);

        Assert.Equal(length, frame.Length);
        Assert.Equal(Frame.Headroom, frame.Start);
        Assert.True(frame.Capacity >= length);
        Assert.Equal(1, pool.Outstanding);
    }

    [Fact]
    public void A_buffer_is_used_again_with_its_headroom_restored()
    {
        var pool = new FramePool();
        Frame frame = pool.Rent(100);
        frame.Prepend(52);
        byte[] buffer = frame.Buffer;
        frame.Dispose();

        using Frame again = pool.Rent(500);

        Assert.Same(buffer, again.Buffer);
        Assert.Equal(Frame.Headroom, again.Start);
        Assert.Equal(500, again.Length);
    }

    [Fact]
    public void What_the_pool_keeps_is_bounded()
    {
        var pool = new FramePool();
        Frame[] frames = [.. Enumerable.Range(0, 64).Select(_ => pool.Rent(1 << 20))];
        var buffers = frames.Select(f => f.Buffer).ToHashSet();
        foreach (Frame frame in frames)
            frame.Dispose();

        Frame[] again = [.. Enumerable.Range(0, 64).Select(_ => pool.Rent(1 << 20))];

        Assert.Equal(8, again.Count(f => buffers.Contains(f.Buffer))); // 8 MiB; the headers do not make two of one.
        foreach (Frame frame in again)
            frame.Dispose();
        Assert.Equal(0, pool.Outstanding);
    }

#if !DEBUG
    [Fact] // In Debug it is an assertion.
    public void A_frame_given_back_twice_is_in_the_pool_once()
    {
        var pool = new FramePool();
        Frame frame = pool.Rent(1);
        frame.Dispose();
        frame.Dispose();

        using Frame first = pool.Rent(1);
        using Frame second = pool.Rent(1);

        Assert.NotSame(first.Buffer, second.Buffer);
    }
#endif

    [Fact]
    public void More_than_a_message_can_be_is_refused()
    {
        var pool = new FramePool();

        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(1 << 26));
        Assert.Throws<ArgumentOutOfRangeException>(() => pool.Rent(-1));
        Assert.Equal(0, pool.Outstanding);
    }
}
