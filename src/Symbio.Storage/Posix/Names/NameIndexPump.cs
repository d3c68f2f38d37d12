using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Empties the shards' inotify queues when nobody looks names up. Without it a busy process could fill a queue (16,384
/// events by default) between two look-ups; the index would be lost, and the next look-up would pay for a reading.
/// </summary>
internal sealed class NameIndexPump : IDisposable
{
    // After the first event more will follow: one turn for all of them. A queue takes longer than this to fill.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(10);

    private readonly NameIndexShard[] _shards;
    private readonly PosixHandle? _wake;
    private int _started;
    private volatile bool _stopped;

    public NameIndexPump(NameIndexShard[] shards)
    {
        _shards = shards;
        if (Libc.CreateEvent(out int fd) == Errno.None)
            _wake = new PosixHandle(fd);
    }

    /// <summary>A shard has begun to watch.</summary>
    public void Notice()
    {
        if (_wake is null)
            return; // Nothing would stop the thread.
        if (Interlocked.Exchange(ref _started, 1) == 0)
            new Thread(Run) { IsBackground = true, Name = "Symbio names" }.UnsafeStart();
        Wake();
    }

    public void Dispose()
    {
        _stopped = true;
        Wake();
        _wake?.Dispose();
    }

    private void Wake()
    {
        if (_wake is null)
            return;
        using var lease = _wake.Lease();
        if (lease.IsOpen)
            Libc.SetEvent(lease.Fd);
    }

    private void Run()
    {
        var descriptors = new PollFd[_shards.Length + 1];
        using var wake = _wake!.Lease();
        while (!_stopped && wake.IsOpen)
        {
            for (int i = 0; i < _shards.Length; i++)
                // -1 is passed over.
                descriptors[i] = new PollFd { Fd = _shards[i].InotifyFd, Events = PollFd.Readable };
            descriptors[^1] = new PollFd { Fd = wake.Fd, Events = PollFd.Readable };
            var errno = Libc.Poll(descriptors);
            if (_stopped || errno is not (Errno.None or Errno.EINTR))
                return;
            if (descriptors[^1].Returned != 0)
                Libc.ResetEvent(wake.Fd);
            Thread.Sleep(s_pause);
            for (int i = 0; i < _shards.Length; i++)
            {
                if (descriptors[i].Returned != 0)
                    _shards[i].Catch();
            }
        }
    }
}
