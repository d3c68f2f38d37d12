using Symbio.Transport.InMemory;

namespace Symbio.Transport.Tests;

public sealed class InMemoryTransportTests
{
    private readonly FramePool _pool = new();

    [Fact]
    public async Task What_one_end_sends_the_other_receives_in_order()
    {
        (InMemoryTransport client, InMemoryTransport server) = InMemoryTransport.CreatePair();
        await client.SendAsync(new[] { Rent(1), Rent(2) }, default);
        await client.SendAsync(new[] { Rent(3) }, default);

        for (byte expected = 1; expected <= 3; expected++)
        {
            using Frame? frame = await server.ReceiveAsync(100, default);
            Assert.Equal([expected], frame!.Span.ToArray());
        }

        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task A_peer_that_goes_is_the_end_after_what_it_had_sent()
    {
        (InMemoryTransport client, InMemoryTransport server) = InMemoryTransport.CreatePair();
        await client.SendAsync(new[] { Rent(1) }, default);
        client.Abort();

        (await server.ReceiveAsync(100, default))!.Dispose();
        Assert.Null(await server.ReceiveAsync(100, default));
        await Assert.ThrowsAsync<IOException>(async () => await server.SendAsync(new[] { Rent(2) }, default));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task After_an_abort_nothing_is_received_that_had_come_before()
    {
        (InMemoryTransport client, InMemoryTransport server) = InMemoryTransport.CreatePair();
        await client.SendAsync(new[] { Rent(1) }, default);

        server.Abort();

        Assert.Null(await server.ReceiveAsync(100, default));
        await server.DisposeAsync();
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_refused()
    {
        (InMemoryTransport client, InMemoryTransport server) = InMemoryTransport.CreatePair();
        await client.SendAsync(new[] { _pool.Rent(101) }, default);

        await Assert.ThrowsAsync<InvalidDataException>(async () => await server.ReceiveAsync(100, default));
        Assert.Equal(0, _pool.Outstanding);
    }

    private Frame Rent(byte content)
    {
        Frame frame = _pool.Rent(1);
        frame.Span[0] = content;
        return frame;
    }
}
