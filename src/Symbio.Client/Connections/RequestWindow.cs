using Symbio.Client.Sessions;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Client.Connections;

/// <summary>
/// The requests of a connection: Connection.SequenceWindow and Connection.OutstandingRequests, [MS-SMB2] 3.2.1.2. A
/// request takes its MessageIds and pays its credits in one step; one that cannot pay waits its turn.
/// </summary>
internal sealed class RequestWindow(SmbClientOptions options)
{
    // More than any use of a connection has under way at once without waiting for credits.
    private const int MaxKept = 1024;

    private readonly Lock _lock = new();
    private readonly Dictionary<ulong, PendingRequest> _pending = [];
    private readonly HashSet<ulong> _abandoned = []; // MessageIds whose responses nobody waits for.
    private readonly LinkedList<Waiter> _waiting = [];
    private readonly Stack<PendingRequest> _kept = [];
    private ulong _nextMessageId;
    private int _credits = 1;
    private int _spent; // Credits of what is under way.
    private int _awaited; // Requests that have not been answered, by an interim response neither.
    private int _inFlight;
    private long _quietSince = options.TimeProvider.GetTimestamp();
    private Exception? _failure;

    /// <summary>Requests under way: what channels are chosen by.</summary>
    public int InFlight => Volatile.Read(ref _inFlight);

    /// <summary>Credits at hand and under way.</summary>
    public int TotalCredits
    {
        get
        {
            lock (_lock)
                return _credits + _spent;
        }
    }

    public PendingRequest Rent(Smb2Command command, int charge, in RequestTarget target)
    {
        PendingRequest? request;
        lock (_lock)
            _kept.TryPop(out request);
        request ??= new PendingRequest(this, options.InlineContinuations);
        request.Command = command;
        request.Charge = charge;
        request.Channel = target.Channel;
        request.Signed = target.Sign && !target.Encrypt;
        request.Encrypted = target.Encrypt;
        return request;
    }

    public void Return(PendingRequest request)
    {
        lock (_lock)
        {
            if (_kept.Count < MaxKept)
                _kept.Push(request);
        }
    }

    /// <summary>
    /// Gives a request, or the requests of a compound, their MessageIds; from then on the response is waited for, and
    /// the request must be sent. Waits while there are too few credits.
    /// </summary>
    /// <exception cref="SmbConnectionException">The connection is over.</exception>
    /// <exception cref="InvalidOperationException">Too many wait already.</exception>
    public ValueTask AdmitAsync(PendingRequest chain, CancellationToken cancellationToken)
    {
        int charge = ChargeOf(chain);
        Waiter waiter;
        lock (_lock)
        {
            if (_failure is not null)
                return ValueTask.FromException(_failure);
            if (_waiting.Count == 0 && charge <= _credits)
            {
                Admit(chain);
                return ValueTask.CompletedTask;
            }

            if (_waiting.Count >= options.MaxWaitingRequests)
            {
                return ValueTask.FromException(new InvalidOperationException(
                    $"{_waiting.Count} requests wait for credits already (SmbClientOptions.MaxWaitingRequests)."));
            }

            waiter = new Waiter(chain, charge);
            waiter.Node = _waiting.AddLast(waiter);
        }

        return new ValueTask(WaitAsync(waiter, cancellationToken));
    }

    /// <summary>As <see cref="AdmitAsync"/>, before all that wait; false when somebody else took the credit.</summary>
    /// <exception cref="SmbConnectionException">There is none, and none can come.</exception>
    public bool TryAdmitFirst(PendingRequest request, Func<SmbConnectionException> onNoCredit)
    {
        lock (_lock)
        {
            if (_failure is null && request.Charge <= _credits)
            {
                Admit(request);
                return true;
            }

            if (_failure is not null || _awaited > 0)
                return false;
        }

        throw onNoCredit();
    }

    /// <summary>True when somebody waits for credits that no response under way can bring.</summary>
    public bool IsStarved
    {
        get
        {
            lock (_lock)
                return _waiting.Count > 0 && _awaited == 0 && _failure is null;
        }
    }

    /// <summary>Ends the wait of whoever is next: the server does not grant what the request costs.</summary>
    public void RefuseFirst(Exception failure)
    {
        lock (_lock)
        {
            if (_waiting.First is not { } first)
                return;
            _waiting.RemoveFirst();
            first.Value.Node = null;
            first.Value.Admitted.TrySetException(failure);
        }
    }

    /// <summary>A response has come: its credits are ours. False when there was no such request.</summary>
    /// <param name="request">Whose response it is; null when nobody waits for it any more.</param>
    public bool TryTake(in Smb2Header header, bool interim, out PendingRequest? request)
    {
        lock (_lock)
        {
            if (_pending.TryGetValue(header.MessageId, out request))
            {
                if (!interim)
                    Remove(request);
                else if (!request.IsAsync)
                    _awaited--;
                request.IsAsync |= interim;
                request.AsyncId = interim ? header.AsyncId : request.AsyncId;
            }
            else if (interim ? !_abandoned.Contains(header.MessageId) : !_abandoned.Remove(header.MessageId))
            {
                return false;
            }

            _quietSince = options.TimeProvider.GetTimestamp();
            _credits += header.Credits;
            while (_waiting.First is { } first && first.Value.Charge <= _credits)
            {
                _waiting.RemoveFirst();
                first.Value.Node = null;
                Admit(first.Value.Chain);
                first.Value.Admitted.TrySetResult();
            }

            return true;
        }
    }

    /// <summary>
    /// Ends the requests of a session that has ended. True when there were encrypted ones: by their responses nobody will
    /// see whose they are.
    /// </summary>
    public bool Abandon(SmbChannel channel)
    {
        bool encrypted = false;
        PendingRequest[] abandoned;
        lock (_lock)
        {
            abandoned = [.. _pending.Values.Where(request => request.Channel == channel)];
            foreach (PendingRequest request in abandoned)
            {
                Remove(request);
                encrypted |= request.Encrypted;
                if (!request.Encrypted)
                    _abandoned.Add(request.MessageId);
            }
        }

        foreach (PendingRequest request in abandoned)
            request.Fail(new SmbException(NtStatus.UserSessionDeleted, request.Command));
        return encrypted;
    }

    /// <summary>
    /// A request is being cancelled, so that it may not take any time any more. False when it is not under way.
    /// </summary>
    /// <param name="asyncId">By which it is cancelled; 0: by its MessageId.</param>
    public bool TryBeginCancel(ulong messageId, out ulong asyncId)
    {
        lock (_lock)
        {
            asyncId = 0;
            if (!_pending.TryGetValue(messageId, out PendingRequest? request))
                return false;
            asyncId = request.AsyncId;
            if (request.IsAsync)
            {
                request.IsAsync = false;
                Await();
            }

            return true;
        }
    }

    /// <summary>True when answers are owed and nothing has come for too long.</summary>
    public bool IsOverdue()
    {
        lock (_lock)
            return _awaited > 0 && options.TimeProvider.GetElapsedTime(_quietSince) >= options.ResponseTimeout;
    }

    /// <summary>
    /// True when nothing has come for long, and nothing had to: all that is under way may take any time, and somebody should
    /// ask whether the server is still there.
    /// </summary>
    public bool IsInDoubt()
    {
        lock (_lock)
        {
            return _awaited == 0 && _inFlight > 0 && _credits > 0 && _waiting.Count == 0
                && options.TimeProvider.GetElapsedTime(_quietSince) >= options.ResponseTimeout;
        }
    }

    /// <summary>Ends everything that waits and refuses everything to come.</summary>
    public void Fail(Exception failure)
    {
        PendingRequest[] pending;
        lock (_lock)
        {
            _failure = failure;
            pending = [.. _pending.Values];
            _pending.Clear();
            _inFlight = 0;
            _awaited = 0;
            foreach (Waiter waiter in _waiting)
            {
                waiter.Node = null;
                waiter.Admitted.TrySetException(failure);
            }

            _waiting.Clear();
        }

        foreach (PendingRequest request in pending)
            request.Fail(failure);
    }

    private static int ChargeOf(PendingRequest chain)
    {
        int charge = 0;
        for (PendingRequest? request = chain; request is not null; request = request.Next)
            charge += request.Charge;
        return charge;
    }

    private void Admit(PendingRequest chain)
    {
        for (PendingRequest? request = chain; request is not null; request = request.Next)
        {
            request.MessageId = _nextMessageId;
            _nextMessageId += (ulong)request.Charge;
            _credits -= request.Charge;
            int lacking = options.CreditTarget - _credits - _spent;
            _spent += request.Charge;
            request.CreditRequest = (ushort)Math.Clamp(lacking, 1, ushort.MaxValue);
            _pending.Add(request.MessageId, request);
            Await();
            _inFlight++;
        }
    }

    private void Await()
    {
        if (_awaited++ == 0)
            _quietSince = options.TimeProvider.GetTimestamp();
    }

    private void Remove(PendingRequest request)
    {
        _pending.Remove(request.MessageId);
        _spent -= request.Charge;
        _inFlight--;
        if (!request.IsAsync)
            _awaited--;
    }

    private async Task WaitAsync(Waiter waiter, CancellationToken cancellationToken)
    {
        // Who is admitted has a MessageId and must go on; so only who still waits can give up.
        await using CancellationTokenRegistration registration = cancellationToken.UnsafeRegister(
            _ =>
            {
                lock (_lock)
                {
                    if (waiter.Node is null)
                        return;
                    _waiting.Remove(waiter.Node);
                    waiter.Node = null;
                    waiter.Admitted.TrySetCanceled(cancellationToken);
                }
            },
            null);
        await waiter.Admitted.Task.ConfigureAwait(false);
    }

    private sealed class Waiter(PendingRequest chain, int charge)
    {
        public PendingRequest Chain => chain;

        public int Charge => charge;

        public LinkedListNode<Waiter>? Node { get; set; }

        public TaskCompletionSource Admitted { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }
}
