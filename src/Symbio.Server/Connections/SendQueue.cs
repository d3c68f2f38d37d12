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
    private readonly Queue<Frame> _queue = new();
    private readonly Frame[] _batch = new Frame[MaxBatch];
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
                _queue.Enqueue(frame);
                _queuedBytes += frame.Length;
                if (_sending || (_held && _queuedBytes < MaxHeld && _queue.Count < MaxBatch))
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
            if (_sending || _queue.Count == 0)
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
            if ((!_sending && _queue.Count == 0) || _dead)
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
            dropped = [.. _queue];
            _queue.Clear();
            _queuedBytes = 0;
            Release();
        }

        foreach (Frame frame in dropped)
            frame.Dispose(); // With its tail, whose end may be that of an open: not under the lock.
    }

    private async Task DrainAsync()
    {
        try
        {
            while (true)
            {
                int count = 0;
                long bytes = 0, tails = 0;
                lock (_lock)
                {
                    while (count < MaxBatch && _queue.TryDequeue(out Frame? frame))
                    {
                        _batch[count++] = frame;
                        bytes += frame.Length;
                        tails += frame.Tail?.Length ?? 0;
                    }

                    if (count == 0)
                    {
                        _sending = false;
                        Release();
                        return;
                    }
                }

                await transport.SendAsync(_batch.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
                BytesSent += bytes + tails;
                lock (_lock)
                {
                    _queuedBytes = Math.Max(0, _queuedBytes - bytes);
                    if (_queuedBytes <= HighWater / 2)
                    {
                        _room?.Set();
                        _room = null;
                    }
                }
            }
        }
        catch (Exception e)
        {
            Close();
            onDead(e);
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
