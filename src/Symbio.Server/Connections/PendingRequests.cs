using Symbio.Cluster.Scheduling;

using Symbio.Protocol.Smb2;

namespace Symbio.Server.Connections;

/// <summary>
/// Connection.AsyncCommandList, [MS-SMB2] 3.3.1.7: requests that wait for an event. They can be cancelled by AsyncId or
/// by MessageId.
/// </summary>
internal sealed class PendingRequests(int limit, WorkScheduler scheduler)
{
    private readonly Lock _lock = new();
    private Dictionary<ulong, PendingRequest>? _byAsyncId; // Made by the first: many connections have none ever.
    private ulong _nextAsyncId;
    private bool _closed;

    /// <summary>Registers a request; null when there are too many already.</summary>
    public PendingRequest? TryAdd(ulong messageId, ulong sessionId)
    {
        lock (_lock)
        {
            if (_closed || _byAsyncId?.Count >= limit)
                return null;
            var request = new PendingRequest(++_nextAsyncId, messageId, sessionId).Start();
            (_byAsyncId ??= []).Add(request.AsyncId, request);
            return request;
        }
    }

    public void Remove(PendingRequest request)
    {
        lock (_lock)
            _byAsyncId!.Remove(request.AsyncId);
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
internal sealed class PendingRequest(ulong asyncId, ulong messageId, ulong sessionId) : IDisposable, IThreadPoolWorkItem
{
    private readonly CancellationTokenSource _cancellation = new();
    private readonly Lock _lock = new();
    private Signal? _told;
    private bool _disposed;

    public ulong AsyncId => asyncId;

    public ulong MessageId => messageId;

    public ulong SessionId => sessionId;

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
