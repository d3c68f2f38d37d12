using Symbio.Cluster.Scheduling;
using Symbio.Transport;

namespace Symbio.Server.Connections;

/// <summary>
/// The send side of a connection. Whoever queues a frame while nothing is being sent becomes the sender and goes on
/// until the queue is empty; so a lone reply leaves without a wake-up, and replies that pile up leave in one call.
/// </summary>
internal sealed class SendQueue(IMessageTransport transport, WorkScheduler scheduler, Action<Exception> onDead)
{
    // When the buffers of what is queued take more than this, the connection stops receiving until the peer has taken some: a
    // client that asks but does not listen costs this much and its one largest reply. (Buffers, not messages: the smallest
    // reply has a kilobyte.) Who has not logged on is not owed as much.
    private const long HighWater = 16 << 20;
    private const long HighWaterBeforeLogon = 64 << 10;
    private const int MaxBatch = 64;

    // What is held back at most: a client that has asked for much gets it as it comes.
    private const long MaxHeld = 64 << 10;

    // Places in the queue that a connection keeps when all has been sent.
    private const int MaxKeptPlaces = 1024;

    private readonly Lock _lock = new();
    private Frame[] _queue = [];
    private Frame[] _batch = []; // What is being sent; then the next queue.
    private int _count; // In the queue.
    private Signal? _room;
    private Signal? _idle;
    private long _highWater = HighWaterBeforeLogon;
    private long _queuedBytes; // Of buffers, until they have been handed to the transport.
    private long _waitingBytes; // Of messages, in the queue.
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
                _queuedBytes += frame.Buffer.Length;
                _waitingBytes += frame.Length;
                if (_sending || (_held && _waitingBytes < MaxHeld && _count < MaxBatch))
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

    /// <summary>The peer has logged on: more may wait for it.</summary>
    public void AllowMore() => Volatile.Write(ref _highWater, HighWater);

    /// <summary>Completes when there is room for more.</summary>
    public ValueTask WaitForRoomAsync()
    {
        if (Volatile.Read(ref _queuedBytes) <= Volatile.Read(ref _highWater))
            return ValueTask.CompletedTask;
        lock (_lock)
        {
            if (_dead || _queuedBytes <= _highWater)
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
            _queuedBytes = _waitingBytes = 0;
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
                        if (_queue.Length > MaxKeptPlaces)
                            _queue = [];
                        if (_batch.Length > MaxKeptPlaces)
                            _batch = [];
                        Release();
                        return;
                    }

                    (_batch, _queue) = (_queue, _batch);
                    (taken, sent, _count, _waitingBytes) = (_count, 0, 0, 0);
                }

                while (sent < taken)
                {
                    int count = Math.Min(MaxBatch, taken - sent);
                    (long bytes, long buffers) = Measure(_batch.AsSpan(sent, count));
                    sent += count; // The transport gives back what it is handed, come what may.
                    await transport.SendAsync(_batch.AsMemory(sent - count, count), CancellationToken.None).ConfigureAwait(false);
                    BytesSent += bytes;
                    MakeRoom(buffers);
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

    private static (long Bytes, long Buffers) Measure(ReadOnlySpan<Frame> frames)
    {
        long bytes = 0, buffers = 0;
        foreach (Frame frame in frames)
        {
            bytes += frame.Length + (frame.Tail?.Length ?? 0);
            buffers += frame.Buffer.Length;
        }

        return (bytes, buffers);
    }

    private void MakeRoom(long buffers)
    {
        lock (_lock)
        {
            _queuedBytes = Math.Max(0, _queuedBytes - buffers);
            if (_queuedBytes > _highWater / 2)
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
