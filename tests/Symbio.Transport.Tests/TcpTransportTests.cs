using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Symbio.Transport.Tcp;

namespace Symbio.Transport.Tests;

/// <summary>Direct TCP, [MS-SMB2] 2.1, over the loopback interface.</summary>
public sealed class TcpTransportTests : IAsyncDisposable
{
    private const int MaxLength = 1 << 20;

    private readonly FramePool _pool = new();
    private readonly TcpTransportListener _listener;
    private readonly Socket _client;
    private readonly Task<IMessageTransport?> _accepted;

    public TcpTransportTests()
    {
        _listener = TcpTransportListener.Bind(new IPEndPoint(IPAddress.Loopback, 0), _pool);
        _accepted = _listener.AcceptAsync(default).AsTask();
        _client = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        _client.Connect(_listener.LocalEndPoint);
    }

    [Fact]
    public async Task A_message_sent_byte_by_byte_arrives_whole()
    {
        IMessageTransport server = (await _accepted)!;
        byte[] bytes = Framed(Payload(300));
        Task sending = SendSlowlyAsync(bytes);

        using Frame? frame = await server.ReceiveAsync(MaxLength, default);

        await sending;
        Assert.Equal(Payload(300), frame!.Span.ToArray());
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(507)]
    [InlineData(508)]
    [InlineData(509)]
    [InlineData(512)]
    [InlineData(513)]
    [InlineData(2047)]
    [InlineData(2048)]
    [InlineData(2560)]
    [InlineData(4091)]
    [InlineData(4092)]
    [InlineData(4096)]
    [InlineData(100_000)]
    [InlineData(1_000_000)] // Of which the socket tells in large steps (SO_RCVLOWAT), and of what follows at once.
    public async Task Messages_sent_at_once_arrive_one_by_one(int length)
    {
        IMessageTransport server = (await _accepted)!;
        byte[] payload = Payload(length);
        byte[] all = [.. Framed(payload), .. Framed([1, 2, 3]), .. Framed(payload), .. Framed([4])];
        Task sending = _client.SendAsync(all);

        foreach (byte[] expected in (byte[][])[payload, [1, 2, 3], payload, [4]])
        {
            using Frame? frame = await server.ReceiveAsync(MaxLength, default);
            Assert.Equal(expected, frame!.Span.ToArray());
        }

        await sending;
        Assert.Equal(0, _pool.Outstanding);
    }

    [Theory]
    [InlineData(68)]
    [InlineData(100_000)]
    public async Task Waiting_for_a_message_allocates_nothing(int length)
    {
        IMessageTransport server = (await _accepted)!;
        byte[] bytes = Framed(Payload(length));
        long allocated = 0;
        for (int round = 0; round < 100; round++)
        {
            long before = GC.GetAllocatedBytesForCurrentThread();
            ValueTask<Frame?> receiving = server.ReceiveAsync(MaxLength, default);
            Assert.False(receiving.IsCompleted);
            if (round >= 50)
                allocated += GC.GetAllocatedBytesForCurrentThread() - before;
            _client.Send(bytes);

            // On this thread, as the socket's threads of a server do: there is a spare object for each thread.
            while (!receiving.IsCompleted)
                Thread.Yield();
            using Frame? frame = await receiving;
        }

        // What other tests do may take the spare object away now and then.
        Assert.InRange(allocated, 0, 50 * 100);
    }

    [Fact] // RFC 1002 4.3.6
    public async Task A_keep_alive_is_passed_over()
    {
        IMessageTransport server = (await _accepted)!;
        await _client.SendAsync((byte[])[0x85, 0, 0, 0, .. Framed([7])]);

        using Frame? frame = await server.ReceiveAsync(MaxLength, default);

        Assert.Equal([7], frame!.Span.ToArray());
    }

    [Fact]
    public async Task A_message_that_is_too_long_is_refused_before_memory_is_taken_for_it()
    {
        IMessageTransport server = (await _accepted)!;
        byte[] prefix = new byte[4];
        BinaryPrimitives.WriteInt32BigEndian(prefix, MaxLength + 1);
        await _client.SendAsync(prefix);

        await Assert.ThrowsAsync<InvalidDataException>(async () => await server.ReceiveAsync(MaxLength, default));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task Bytes_that_are_no_message_are_refused()
    {
        IMessageTransport server = (await _accepted)!;
        await _client.SendAsync("GET / HTTP/1.1\r\n\r\n"u8.ToArray());

        await Assert.ThrowsAsync<InvalidDataException>(async () => await server.ReceiveAsync(MaxLength, default));
    }

    [Theory]
    [InlineData(2)] // In the prefix.
    [InlineData(10)] // In a small message.
    [InlineData(50_000)] // In a large one.
    public async Task A_peer_that_goes_in_the_middle_is_the_end(int sent)
    {
        IMessageTransport server = (await _accepted)!;
        await _client.SendAsync(Framed(Payload(60_000)).AsMemory(0, sent));
        _client.Shutdown(SocketShutdown.Send);

        Assert.Null(await server.ReceiveAsync(MaxLength, default));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task After_an_abort_nothing_is_received_that_had_come_before()
    {
        IMessageTransport server = (await _accepted)!;
        await _client.SendAsync((byte[])[.. Framed([1]), .. Framed([2])]);
        (await server.ReceiveAsync(MaxLength, default))!.Dispose();

        server.Abort();

        Assert.Null(await server.ReceiveAsync(MaxLength, default));
    }

    [Fact]
    public async Task An_abort_ends_a_receive_that_waits()
    {
        IMessageTransport server = (await _accepted)!;
        Task<Frame?> receiving = server.ReceiveAsync(MaxLength, default).AsTask();

        server.Abort();

        Assert.Null(await receiving.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    [Fact]
    public async Task What_the_peers_system_has_has_arrived()
    {
        IMessageTransport server = (await _accepted)!;
        Frame frame = _pool.Rent(10);
        await server.SendAsync(new[] { frame }, default);
        for (int read = 0; read < 14;)
            read += await _client.ReceiveAsync(new byte[14]);
        for (int i = 0; server.Progress != TransportProgress.Arrived && i < 3000; i++)
            await Task.Delay(10); // The acknowledgment is on its way, or repeated.

        Assert.Equal(TransportProgress.Arrived, server.Progress);
        server.Abort();
        Assert.Equal(TransportProgress.Stalled, server.Progress);
    }

    [Theory]
    [InlineData(200, true)] // Both came with one look.
    [InlineData(100_000, false)] // The second is not here as a whole.
    public async Task What_has_come_already_is_known(int length, bool expected)
    {
        IMessageTransport server = (await _accepted)!;
        await _client.SendAsync((byte[])[.. Framed([1, 2, 3]), .. Framed(Payload(length))]);
        Assert.False(server.HasMessage); // Nothing has been looked at yet.

        (await server.ReceiveAsync(MaxLength, default))!.Dispose();
        Assert.Equal(expected, server.HasMessage);
        (await server.ReceiveAsync(MaxLength, default))!.Dispose();
        Assert.False(server.HasMessage);
    }

    [Fact] // More than the socket takes at once, and more frames than one call.
    public async Task Many_large_frames_arrive_in_order()
    {
        IMessageTransport server = (await _accepted)!;
        Frame[] frames = [.. Enumerable.Range(0, 100).Select(i =>
        {
            Frame frame = _pool.Rent(100_000 + i);
            frame.Span.Fill((byte)i);
            return frame;
        })];
        await using var client = new TcpTransport(_client, _pool);

        Task sending = server.SendAsync(frames, default).AsTask();
        for (int i = 0; i < 100; i++)
        {
            using Frame? frame = await client.ReceiveAsync(MaxLength, default);
            Assert.Equal(100_000 + i, frame!.Length);
            Assert.False(frame.Span.ContainsAnyExcept((byte)i));
        }

        await sending;
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task Frames_sent_together_arrive_in_order_and_are_given_back()
    {
        IMessageTransport server = (await _accepted)!;
        byte[][] payloads = [Payload(1), Payload(3_000_000), Payload(5), Payload(70_000)];
        Frame[] frames = [.. payloads.Select(Rent)];
        Task sending = server.SendAsync(frames, default).AsTask();

        foreach (byte[] payload in payloads)
        {
            byte[] received = new byte[payload.Length + 4];
            await ReceiveExactlyAsync(received);
            Assert.Equal(Framed(payload), received);
        }

        await sending;
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task Sending_over_a_dead_connection_fails_and_gives_the_frames_back()
    {
        IMessageTransport server = (await _accepted)!;
        server.Abort();

        await Assert.ThrowsAsync<IOException>(async () => await server.SendAsync(new[] { Rent([1]), Rent([2]) }, default));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task An_ipv4_peer_of_a_socket_for_both_families_has_its_own_address()
    {
        Assert.SkipUnless(Socket.OSSupportsIPv6, "There is no IPv6 here.");
        using var listener = new Socket(AddressFamily.InterNetworkV6, SocketType.Stream, ProtocolType.Tcp) { DualMode = true };
        listener.Bind(new IPEndPoint(IPAddress.IPv6Any, 0));
        listener.Listen();
        using var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        await client.ConnectAsync(IPAddress.Loopback, ((IPEndPoint)listener.LocalEndPoint!).Port);

        await using var server = new TcpTransport(await listener.AcceptAsync(), _pool);

        Assert.Equal(client.LocalEndPoint, server.RemoteEndPoint);
        Assert.Equal(client.RemoteEndPoint, server.LocalEndPoint);
    }

    [Fact]
    public async Task A_disposed_listener_accepts_no_more()
    {
        (await _accepted)!.Abort();
        Task<IMessageTransport?> next = _listener.AcceptAsync(default).AsTask();

        await _listener.DisposeAsync();

        Assert.Null(await next.WaitAsync(TimeSpan.FromSeconds(30)));
    }

    public async ValueTask DisposeAsync()
    {
        _client.Dispose();
        if (_accepted.IsCompletedSuccessfully && _accepted.Result is { } transport)
            await transport.DisposeAsync();
        await _listener.DisposeAsync();
    }

    private static byte[] Payload(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return bytes;
    }

    private static byte[] Framed(byte[] payload)
    {
        byte[] bytes = new byte[payload.Length + 4];
        BinaryPrimitives.WriteInt32BigEndian(bytes, payload.Length);
        payload.CopyTo(bytes, 4);
        return bytes;
    }

    private Frame Rent(byte[] payload)
    {
        Frame frame = _pool.Rent(payload.Length);
        payload.CopyTo(frame.Span);
        return frame;
    }

    private async Task SendSlowlyAsync(byte[] bytes)
    {
        foreach (byte b in bytes)
        {
            await _client.SendAsync((byte[])[b]);
            await Task.Yield();
        }
    }

    private async Task ReceiveExactlyAsync(Memory<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            int count = await _client.ReceiveAsync(buffer);
            Assert.NotEqual(0, count);
            buffer = buffer[count..];
        }
    }
}
