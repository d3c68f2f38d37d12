using Symbio.Cluster.Scheduling;

using Symbio.Protocol.Smb2;

namespace Symbio.Server.Connections;

/// <summary>
/// Connection.AsyncCommandList, [MS-SMB2] 3.3.1.7: requests that wait for an event. They can be cancelled by AsyncId or
/// by MessageId.
/// </summary>
/// <remarks>
/// What waits keeps its frame, since handlers have slices of it, while its credits have gone back to the client with the interim
/// response: so the bytes are bounded as well as the number. What waits for an event may do so for ever, and is small (but for what a
/// client makes it): <see cref="ServerLimits.MaxWaitingBytes"/>. A break is over within its time-out, and who waits for it may be
/// one of many WRITEs that must not fail: all that the credits pay for at once.
/// </remarks>
internal sealed class PendingRequests(ServerLimits limits, WorkScheduler scheduler)
{
    private readonly Lock _lock = new();
    private Dictionary<ulong, PendingRequest>? _byAsyncId; // Made by the first: many connections have none ever.
    private ulong _nextAsyncId;
    private bool _closed;
    private long _eventBytes;
    private long _breakBytes;

    /// <summary>Registers a request; null when there are too many already.</summary>
    /// <param name="bytes">What its frame takes.</param>
    /// <param name="endsByItself">It waits for a break.</param>
    public PendingRequest? TryAdd(ulong messageId, ulong sessionId, int bytes, bool endsByItself)
    {
        long most = endsByItself
            ? Math.Max(limits.MaxWaitingBytes, (long)limits.MaxCredits * FrameSurvey.CreditBytes)
            : limits.MaxWaitingBytes;
        lock (_lock)
        {
            ref long waiting = ref endsByItself ? ref _breakBytes : ref _eventBytes;
            if (_closed || _byAsyncId?.Count >= limits.MaxAsyncCommands || waiting + bytes > most)
                return null;
            waiting += bytes;
            var request = new PendingRequest(++_nextAsyncId, messageId, sessionId, bytes, endsByItself).Start();
            (_byAsyncId ??= []).Add(request.AsyncId, request);
            return request;
        }
    }

    /// <summary>
    /// What has waited for a break is about to wait for an event, and so perhaps for ever. False: too much does already.
    /// </summary>
    public bool TryWaitForEvent(PendingRequest request)
    {
        lock (_lock)
        {
            if (!request.EndsByItself)
                return true;
            if (_eventBytes + request.Bytes > limits.MaxWaitingBytes)
                return false;
            _breakBytes -= request.Bytes;
            _eventBytes += request.Bytes;
            request.EndsByItself = false;
            return true;
        }
    }

    /// <summary>
    /// Registers a request that is being carried out, and of which the client has not been told that it takes time: CANCEL finds all
    /// of Connection.RequestList, [MS-SMB2] 3.3.5.16. Null: the connection has ended.
    /// </summary>
    public PendingRequest? TryAddCancellable(ulong messageId, ulong sessionId)
    {
        lock (_lock)
        {
            if (_closed)
                return null;
            var request = new PendingRequest(++_nextAsyncId, messageId, sessionId).Start();
            (_byAsyncId ??= []).Add(request.AsyncId, request);
            return request;
        }
    }

    public void Remove(PendingRequest request)
    {
        lock (_lock)
        {
            _byAsyncId!.Remove(request.AsyncId);
            if (request.EndsByItself)
                _breakBytes -= request.Bytes;
            else
                _eventBytes -= request.Bytes;
        }

        request.Dispose();
    }

    /// <summary>
    /// Receiving an SMB2 CANCEL Request, [MS-SMB2] 3.3.5.16. Completes when what waited has been told; null when nothing waits.
    /// </summary>
    public Task? Cancel(in Smb2Header header)
    {
        PendingRequest? found = null;
        lock (_lock)
        {
            if (_byAsyncId is null)
                return null;
            if ((header.Flags & Smb2HeaderFlags.AsyncCommand) != 0)
            {
                _byAsyncId.TryGetValue(header.AsyncId, out found);
            }
            else
            {
                foreach (PendingRequest request in _byAsyncId.Values)
                {
                    if (request.MessageId == header.MessageId)
                        found = request;
                }
            }
        }

        return found?.Cancel(scheduler);
    }

    /// <summary>Cancels all of a session, or all there are.</summary>
    public void CancelAll(ulong? sessionId, bool close)
    {
        PendingRequest[] all;
        lock (_lock)
        {
            _closed |= close;
            if (_byAsyncId is null)
                return;
            all = [.. _byAsyncId.Values.Where(r => sessionId is null || r.SessionId == sessionId)];
        }

        foreach (PendingRequest request in all)
            request.Cancel(scheduler);
    }
}

/// <summary>A request that was answered STATUS_PENDING.</summary>
internal sealed class PendingRequest(
    ulong asyncId, ulong messageId, ulong sessionId, int bytes = 0, bool endsByItself = false) : IDisposable, IThreadPoolWorkItem
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Lock _lock = new();
    private Signal? _told;
    private bool _disposed;

    public ulong AsyncId => asyncId;

    public ulong MessageId => messageId;

    public ulong SessionId => sessionId;

    /// <summary>What the frame takes that waits with it.</summary>
    public int Bytes => bytes;

    /// <summary>It waits for a break.</summary>
    public bool EndsByItself { get; set; } = endsByItself;

    public CancellationToken Token { get; private set; }

    public PendingRequest Start()
    {
        Token = _cancellation.Token;
        return this;
    }

    /// <summary>Ends the wait; null when it is over already.</summary>
    public Task? Cancel(WorkScheduler scheduler)
    {
        Signal told;
        lock (_lock)
        {
            if (_disposed)
                return null;
            if (_told is not null)
                return _told.Task;
            told = _told = new Signal(scheduler);
        }

        // Off the caller's stack: what the cancelled request goes on to do is none of the receive loop's business.
        scheduler.Schedule(this);
        return told.Task;
    }

    void IThreadPoolWorkItem.Execute()
    {
        try
        {
            _cancellation.Cancel();
        }
        finally
        {
            _told!.Set();
        }
    }

    public void Dispose()
    {
        lock (_lock)
            _disposed = true;
    }
}
