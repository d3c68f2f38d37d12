using Symbio.Cluster.Scheduling;
using Symbio.Transport;

namespace Symbio.Server.Connections;

/// <summary>
/// The send side of a connection. Whoever queues a frame while nothing is being sent becomes the sender and goes on
/// until the queue is empty; so a lone reply leaves without a wake-up, and replies that pile up leave in one call.
/// </summary>
internal sealed class SendQueue(IMessageTransport transport, WorkScheduler scheduler, Action<Exception> onDead)
{
    // More queued bytes than this, and the connection stops receiving until the peer has taken some: a client that asks
    // but does not listen costs this much and its one largest reply.
    private const long HighWater = 16 << 20;
    private const int MaxBatch = 64;

    // What is held back at most: a client that has asked for much gets it as it comes.
    private const long MaxHeld = 64 << 10;

    private readonly Lock _lock = new();
    private Frame[] _queue = [];
    private Frame[] _batch = []; // What is being sent; then the next queue.
    private int _count; // In the queue.
    private Signal? _room;
    private Signal? _idle;
    private long _queuedBytes;
    private bool _sending;
    private bool _held;
    private bool _dead;

    /// <summary>Bytes handed to the transport.</summary>
    public long BytesSent;

    /// <summary>False: what is queued goes nowhere.</summary>
    public bool IsOpen => !Volatile.Read(ref _dead);

    /// <summary>All that was queued has been handed to the transport.</summary>
    public bool IsIdle => Volatile.Read(ref _queuedBytes) == 0;

    /// <summary>Queues a frame, whose owner the queue becomes.</summary>
    public void Enqueue(Frame frame)
    {
        bool isDead;
        lock (_lock)
        {
            isDead = _dead;
            if (!isDead)
            {
                if (_count == _queue.Length)
                    Array.Resize(ref _queue, Math.Max(1, _count * 2));
                _queue[_count++] = frame;
                _queuedBytes += frame.Length;
                if (_sending || (_held && _queuedBytes < MaxHeld && _count < MaxBatch))
                    return;
                _sending = true;
            }
        }

        if (isDead)
            frame.Dispose();
        else
            _ = DrainAsync();
    }

    /// <summary>
    /// More replies are about to come: those to small requests that arrived together leave together. Whoever says so does
    /// not wait for anything before <see cref="LetGo"/>.
    /// </summary>
    public void Hold()
    {
        if (_held)
            return;
        lock (_lock)
            _held = true;
    }

    /// <summary>Ends what <see cref="Hold"/> began. Called by the same loop.</summary>
    public void LetGo()
    {
        if (!_held)
            return;
        lock (_lock)
        {
            _held = false;
            if (_sending || _count == 0)
                return;
            _sending = true;
        }

        _ = DrainAsync();
    }

    /// <summary>Completes when there is room for more.</summary>
    public ValueTask WaitForRoomAsync()
    {
        if (Volatile.Read(ref _queuedBytes) <= HighWater)
            return ValueTask.CompletedTask;
        lock (_lock)
        {
            if (_dead || _queuedBytes <= HighWater)
                return ValueTask.CompletedTask;
            _room ??= new Signal(scheduler);
            return new ValueTask(_room.Task);
        }
    }

    /// <summary>Completes when all that was queued has been handed to the transport.</summary>
    public Task WaitUntilIdleAsync()
    {
        lock (_lock)
        {
            if ((!_sending && _count == 0) || _dead)
                return Task.CompletedTask;
            _idle ??= new Signal(scheduler);
            return _idle.Task;
        }
    }

    /// <summary>Drops what is queued; nothing more is sent.</summary>
    public void Close()
    {
        Frame[] dropped;
        lock (_lock)
        {
            _dead = true;
            dropped = _queue[.._count];
            _queue = [];
            _count = 0;
            _queuedBytes = 0;
            Release();
        }

        foreach (Frame frame in dropped)
            frame.Dispose(); // With its tail, whose end may be that of an open: not under the lock.
    }

    private async Task DrainAsync()
    {
        int taken = 0, sent = 0;
        try
        {
            while (true)
            {
                lock (_lock)
                {
                    Array.Clear(_batch, 0, taken);
                    if (_count == 0)
                    {
                        _sending = false;
                        Release();
                        return;
                    }

                    (_batch, _queue) = (_queue, _batch);
                    (taken, sent, _count) = (_count, 0, 0);
                }

                while (sent < taken)
                {
                    int count = Math.Min(MaxBatch, taken - sent);
                    (long bytes, long tails) = Measure(_batch.AsSpan(sent, count));
                    sent += count; // The transport gives back what it is handed, come what may.
                    await transport.SendAsync(_batch.AsMemory(sent - count, count), CancellationToken.None).ConfigureAwait(false);
                    BytesSent += bytes + tails;
                    MakeRoom(bytes);
                }
            }
        }
        catch (Exception e)
        {
            for (; sent < taken; sent++)
                _batch[sent].Dispose();
            Close();
            onDead(e);
        }
    }

    private static (long Bytes, long Tails) Measure(ReadOnlySpan<Frame> frames)
    {
        long bytes = 0, tails = 0;
        foreach (Frame frame in frames)
        {
            bytes += frame.Length;
            tails += frame.Tail?.Length ?? 0;
        }

        return (bytes, tails);
    }

    private void MakeRoom(long bytes)
    {
        lock (_lock)
        {
            _queuedBytes = Math.Max(0, _queuedBytes - bytes);
            if (_queuedBytes > HighWater / 2)
                return;
            _room?.Set();
            _room = null;
        }
    }

    private void Release()
    {
        _room?.Set();
        _room = null;
        _idle?.Set();
        _idle = null;
    }
}
