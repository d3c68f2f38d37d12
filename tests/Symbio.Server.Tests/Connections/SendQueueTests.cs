using System.Net;
using Symbio.Cluster.Scheduling;
using Symbio.Server.Connections;
using Symbio.Transport;

namespace Symbio.Server.Tests.Connections;

public sealed class SendQueueTests
{
    private readonly FramePool _pool = new();

    [Fact]
    public async Task Frames_leave_in_order_also_when_they_pile_up()
    {
        var transport = new SlowTransport();
        var queue = new SendQueue(transport, WorkScheduler.ThreadPool, _ => { });
        for (int i = 0; i < 200; i++)
            queue.Enqueue(Rent(10, (byte)i));
        await transport.LetGoAsync();
        await queue.WaitUntilIdleAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(Enumerable.Range(0, 200).Select(i => (byte)i), transport.Sent);
        Assert.Equal(2000, queue.BytesSent);
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task A_peer_that_does_not_listen_makes_the_receiver_wait()
    {
        var transport = new SlowTransport();
        var queue = new SendQueue(transport, WorkScheduler.ThreadPool, _ => { });
        await queue.WaitForRoomAsync();
        for (int i = 0; i < 5; i++)
            queue.Enqueue(Rent(4 << 20, 1));

        Task waiting = queue.WaitForRoomAsync().AsTask();
        Assert.False(waiting.IsCompleted);
        await transport.LetGoAsync();

        await waiting.WaitAsync(TimeSpan.FromSeconds(30));
        await queue.WaitUntilIdleAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Theory] // The smallest message takes a buffer of a kilobyte.
    [InlineData(false, 64)]
    [InlineData(true, 16 << 10)]
    public async Task Small_replies_count_with_all_the_memory_that_they_take(bool isLoggedOn, int limit)
    {
        var transport = new SlowTransport();
        var queue = new SendQueue(transport, WorkScheduler.ThreadPool, _ => { });
        if (isLoggedOn)
            queue.AllowMore();
        int queued = 0;
        while (queued <= limit && queue.WaitForRoomAsync().AsTask().IsCompleted)
        {
            queue.Enqueue(Rent(68, 1));
            queued++;
        }

        Assert.Equal((limit + 1, false), (queued, queue.WaitForRoomAsync().AsTask().IsCompleted));
        await transport.LetGoAsync();
        await queue.WaitForRoomAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));
        await queue.WaitUntilIdleAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task A_dead_transport_gives_every_frame_back_and_wakes_who_waits()
    {
        var transport = new SlowTransport { Fails = true };
        Exception? reported = null;
        var queue = new SendQueue(transport, WorkScheduler.ThreadPool, e => reported = e);
        for (int i = 0; i < 5; i++)
            queue.Enqueue(Rent(4 << 20, 1));
        Task room = queue.WaitForRoomAsync().AsTask();
        Task idle = queue.WaitUntilIdleAsync();

        await transport.LetGoAsync();

        await Task.WhenAll(room, idle).WaitAsync(TimeSpan.FromSeconds(30));
        queue.Enqueue(Rent(1, 1));
        Assert.IsType<IOException>(reported);
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task Frames_from_many_threads_all_leave()
    {
        var transport = new SlowTransport();
        await transport.LetGoAsync();
        var queue = new SendQueue(transport, WorkScheduler.ThreadPool, _ => { });

        await Parallel.ForAsync(0, 5000, (i, _) =>
        {
            queue.Enqueue(Rent(1, (byte)i));
            return ValueTask.CompletedTask;
        });
        await queue.WaitUntilIdleAsync().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(5000, transport.Sent.Count);
        Assert.Equal(0, _pool.Outstanding);
    }

    [Fact]
    public async Task What_is_held_back_leaves_together()
    {
        var transport = new SlowTransport();
        await transport.LetGoAsync();
        var queue = new SendQueue(transport, WorkScheduler.ThreadPool, _ => { });

        queue.Hold();
        for (int i = 0; i < 5; i++)
            queue.Enqueue(Rent(100, (byte)i));
        Task idle = queue.WaitUntilIdleAsync();
        Assert.Equal((0, false), (transport.Sent.Count, idle.IsCompleted));
        queue.LetGo();

        await idle.WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal([0, 1, 2, 3, 4], transport.Sent);
        Assert.Equal(1, transport.Calls);
    }

    [Theory]
    [InlineData(64, 10)] // As many as leave in one call.
    [InlineData(2, 40_000)] // As much as is worth it.
    public async Task Much_is_not_held_back(int frames, int length)
    {
        var transport = new SlowTransport();
        await transport.LetGoAsync();
        var queue = new SendQueue(transport, WorkScheduler.ThreadPool, _ => { });

        queue.Hold();
        for (int i = 0; i < frames; i++)
            queue.Enqueue(Rent(length, 0));

        await queue.WaitUntilIdleAsync().WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Equal(frames, transport.Sent.Count);
    }

    private Frame Rent(int length, byte first)
    {
        Frame frame = _pool.Rent(length);
        frame.Span[0] = first;
        return frame;
    }

    private sealed class SlowTransport : IMessageTransport
    {
        private readonly TaskCompletionSource _go = new(TaskCreationOptions.RunContinuationsAsynchronously);

        public List<byte> Sent { get; } = [];

        public int Calls { get; private set; }

        public bool Fails { get; init; }

        public EndPoint? RemoteEndPoint => null;

        public EndPoint? LocalEndPoint => null;

        public Task LetGoAsync()
        {
            _go.TrySetResult();
            return _go.Task;
        }

        public ValueTask<Frame?> ReceiveAsync(int maxLength, CancellationToken cancellationToken) => new((Frame?)null);

        public async ValueTask SendAsync(ReadOnlyMemory<Frame> frames, CancellationToken cancellationToken)
        {
            await _go.Task;
            Calls++;
            for (int i = 0; i < frames.Length; i++)
            {
                Sent.Add(frames.Span[i].Span[0]);
                frames.Span[i].Dispose();
            }

            if (Fails)
                throw new IOException("dead");
        }

        public void Abort()
        {
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
