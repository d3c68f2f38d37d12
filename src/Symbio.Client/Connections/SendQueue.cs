using Symbio.Transport;

namespace Symbio.Client.Connections;

/// <summary>
/// The send side of a connection. Whoever queues a frame while nothing is being sent becomes the sender and goes on until
/// the queue is empty. What is queued is bounded by the credits: each frame has paid for itself, but for CANCELs, of
/// which there is one for a request at most.
/// </summary>
internal sealed class SendQueue(IMessageTransport transport, Action<Exception> onDead)
{
    private const int MaxBatch = 64;

    private readonly Lock _lock = new();
    private readonly Queue<Frame> _queue = new();
    private readonly Frame[] _batch = new Frame[MaxBatch];
    private bool _corked;
    private bool _sending;
    private bool _dead;

    /// <summary>Queues a frame, whose owner the queue becomes.</summary>
    public void Enqueue(Frame frame)
    {
        lock (_lock)
        {
            if (_dead)
            {
                frame.Dispose();
                return;
            }

            _queue.Enqueue(frame);
            if (_sending || (_corked && _queue.Count < MaxBatch))
                return;
            _sending = true;
        }

        _ = DrainAsync();
    }

    /// <summary>
    /// What is queued from now on waits for <see cref="Uncork"/>: responses that come together cause requests that
    /// leave together.
    /// </summary>
    public void Cork()
    {
        lock (_lock)
            _corked = true;
    }

    /// <summary>Sends what has been held back.</summary>
    public void Uncork()
    {
        lock (_lock)
        {
            _corked = false;
            if (_sending || _dead || _queue.Count == 0)
                return;
            _sending = true;
        }

        _ = DrainAsync();
    }

    /// <summary>Drops what is queued; nothing more is sent.</summary>
    public void Close()
    {
        lock (_lock)
        {
            _dead = true;
            while (_queue.TryDequeue(out Frame? frame))
                frame.Dispose();
        }
    }

    private async Task DrainAsync()
    {
        try
        {
            while (true)
            {
                int count = 0;
                lock (_lock)
                {
                    while (count < MaxBatch && _queue.TryDequeue(out Frame? frame))
                        _batch[count++] = frame;
                    if (count == 0)
                    {
                        _sending = false;
                        return;
                    }
                }

                await transport.SendAsync(_batch.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
            }
        }
        catch (Exception e)
        {
            Close();
            onDead(e);
        }
    }
}
