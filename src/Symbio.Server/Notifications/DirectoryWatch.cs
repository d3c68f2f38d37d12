using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Server.Notifications;

/// <summary>
/// ChangeNotifyEntry, [MS-FSA] 2.1.1.8: what one open of a directory watches. The first request on the open says what; it
/// goes on between requests, and what happens meanwhile is kept for the next one.
/// </summary>
internal sealed class DirectoryWatch(CompletionFilter filter, bool watchTree, int bufferSize, WorkScheduler scheduler)
    : ChangeObserver
{
    private readonly Lock _lock = new();
    private readonly NotifyBuffer _buffer = new(bufferSize);
    private readonly LinkedList<NotifyWaiter> _waiters = new(); // The first is the oldest: FIFO, [MS-SMB2] 3.3.4.4.
    private NtStatus _end;

    /// <summary>ChangeNotifyEntry.CompletionFilter</summary>
    public override CompletionFilter Filter => filter;

    /// <summary>ChangeNotifyEntry.WatchTree</summary>
    public override bool WatchTree => watchTree;

    /// <summary>
    /// A request, [MS-FSA] 2.1.5.11: answered at once with what has been kept, or else a waiter is queued.
    /// </summary>
    public NotifyWaiter? Begin(int outputLength, out NotifyResult result)
    {
        lock (_lock)
        {
            result = new NotifyResult(_end);
            if (_end != NtStatus.Success)
                return null;
            if (!_buffer.IsEmpty && _waiters.Count == 0)
            {
                result = Take(outputLength);
                return null;
            }

            var waiter = new NotifyWaiter(this, outputLength, scheduler);
            _waiters.AddLast(waiter);
            return waiter;
        }
    }

    /// <summary>Adds changes, and ends the oldest request with them.</summary>
    public override void Add(ReadOnlySpan<DirectoryChange> changes, int prefixLength)
    {
        NotifyWaiter waiter;
        NotifyResult result;
        lock (_lock)
        {
            if (_end != NtStatus.Success)
                return;
            foreach (ref readonly DirectoryChange change in changes)
            {
                if ((change.What & filter) == 0)
                    continue;
                ReadOnlySpan<char> name = change.Path.AsSpan(prefixLength);
                _buffer.Add(change.Action, change.Stream.Length == 0 ? name : $"{name}:{change.Stream}");
            }

            if (_buffer.IsEmpty || _waiters.First is not { } oldest)
                return;
            _waiters.RemoveFirst();
            waiter = oldest.Value;
            result = Take(waiter.OutputLength);
        }

        waiter.End(result, inline: false);
    }

    /// <summary>Changes were lost: the client must look for itself.</summary>
    public override void Overflow()
    {
        NotifyWaiter waiter;
        lock (_lock)
        {
            if (_end != NtStatus.Success)
                return;
            _buffer.Overflow();
            if (_waiters.First is not { } oldest)
                return;
            _waiters.RemoveFirst();
            _buffer.Clear();
            waiter = oldest.Value;
        }

        waiter.End(new NotifyResult(NtStatus.NotifyEnumDir), inline: false);
    }

    /// <summary>Ends a request because its client, or the end of its connection, wants so.</summary>
    public void Cancel(NotifyWaiter waiter)
    {
        lock (_lock)
        {
            if (!_waiters.Remove(waiter))
                return; // It has been ended already.
        }

        waiter.End(new NotifyResult(NtStatus.Cancelled), inline: true);
    }

    /// <summary>Takes a waiter back that nobody has begun to wait for; false when it has been ended already.</summary>
    public bool Abandon(NotifyWaiter waiter)
    {
        lock (_lock)
            return _waiters.Remove(waiter);
    }

    /// <summary>Ends the requests that wait.</summary>
    public override void DeletePending() => EndWaiters(NtStatus.DeletePending, close: false);

    /// <summary>Ends the watch.</summary>
    public void Close(NtStatus status) => EndWaiters(status, close: true);

    private void EndWaiters(NtStatus status, bool close)
    {
        NotifyWaiter[] waiters;
        lock (_lock)
        {
            if (close)
            {
                _end = status;
                _buffer.Clear();
            }

            waiters = [.. _waiters];
            _waiters.Clear();
        }

        foreach (NotifyWaiter waiter in waiters)
            waiter.End(new NotifyResult(status), inline: true);
    }

    // [MS-FSA] 2.1.5.11.1. What does not fit the request's buffer is forgotten: the client looks for itself now.
    private NotifyResult Take(int outputLength)
    {
        if (!_buffer.HasOverflowed && _buffer.Length <= outputLength)
            return new NotifyResult(NtStatus.Success, _buffer.Take());
        _buffer.Clear();
        return new NotifyResult(NtStatus.NotifyEnumDir);
    }
}
