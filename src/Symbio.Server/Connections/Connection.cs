using Microsoft.Extensions.Logging;
using Symbio.Protocol.Smb2;
using Symbio.Cluster.Scheduling;
using Symbio.Server.Sessions;
using Symbio.Transport;

namespace Symbio.Server.Connections;

/// <summary>
/// A transport connection, [MS-SMB2] 3.3.1.7: its negotiated state, its loops and its end. What is in a frame is
/// <see cref="MessageProcessor"/>'s business.
/// </summary>
internal sealed class Connection
{
    private readonly MessageProcessor _processor;
    private readonly SendQueue _sendQueue;
    private readonly Stack<RequestContext> _contexts = new(); // Under its own lock: a ConcurrentStack allocates.
    private readonly Signal _ended;
    private readonly Signal _drained;
    private readonly Signal _quiet;
    private volatile bool _closing;
    private volatile bool _aborted;
    private int _underWay = 1; // Frames being handled, and one for the receive loop itself.
    private ITimer? _authenticationTimer;
    private long _bytesReceived;

    public Connection(SmbServer server, IMessageTransport transport, long id)
    {
        Server = server;
        Transport = transport;
        Id = id;
        Log = server.Log;
        Created = server.Time.GetUtcNow();
        _ended = new Signal(server.Scheduler);
        _drained = new Signal(server.Scheduler);
        _quiet = new Signal(server.Scheduler);
        Window = new CommandSequenceWindow(server.Options.Limits.MaxCredits);
        Pending = new PendingRequests(server.Options.Limits, server.Scheduler);
        Preauthenticating = new PreauthSessions(
            this, server.Options.Limits.MaxUnfinishedLogons + server.Options.Limits.MaxSessionsPerConnection);
        _sendQueue = new SendQueue(transport, server.Scheduler, OnSendFailed);
        _processor = new MessageProcessor(this);
    }

    public SmbServer Server { get; }

    public IMessageTransport Transport { get; }

    public long Id { get; }

    public ILogger Log { get; }

    public DateTimeOffset Created { get; }

    /// <summary>Connection.Dialect and all else that NEGOTIATE settles; null before.</summary>
    public Negotiated? Negotiated { get; set; }

    /// <summary>A READ or WRITE asks for a transfer by RDMA. Before 3.x the field is reserved, [MS-SMB2] 2.2.19 and 2.2.21.</summary>
    public bool IsForRdma(Channel channel) => channel != Channel.None && Dialect >= Dialect.Smb300;

    /// <summary>Connection.Dialect</summary>
    public Dialect Dialect => Negotiated?.Dialect ?? Dialect.None;

    /// <summary>The peer sent an SMB1 negotiate and was told to go on with SMB2, [MS-SMB2] 3.3.5.3.</summary>
    public bool IsMultiProtocol { get; set; }

    /// <summary>Connection.PreauthIntegrityHashValue</summary>
    public PreauthIntegrity Preauth { get; set; } = new();

    /// <summary>Connection.CommandSequenceWindow</summary>
    public CommandSequenceWindow Window { get; }

    /// <summary>Connection.AsyncCommandList</summary>
    public PendingRequests Pending { get; }

    /// <summary>Connection.SessionTable</summary>
    public IdTable<Session> Sessions { get; } = new();

    /// <summary>Connection.PreauthSessionTable</summary>
    public PreauthSessions Preauthenticating { get; }

    /// <summary>A session of this connection has authenticated: larger frames are allowed.</summary>
    public bool IsAuthenticated { get; private set; }

    /// <summary>Completes when all that the connection held has been given back or kept for its client.</summary>
    public Task WhenEnded => _ended.Task;

    /// <summary>The peer has done what ends a connection: nothing more is answered.</summary>
    public bool IsAborted => _aborted;

    /// <summary>As far as we know something that is sent now will arrive.</summary>
    public bool IsLive => !_aborted && !_closing && _sendQueue.IsOpen;

    /// <summary>What has become of what was sent last.</summary>
    public TransportProgress Progress =>
        !IsLive ? TransportProgress.Stalled
        : Transport.Progress is TransportProgress.Arrived && !_sendQueue.IsIdle ? TransportProgress.UnderWay
        : Transport.Progress;

    public long BytesReceived => Volatile.Read(ref _bytesReceived);

    public long BytesSent => Volatile.Read(ref _sendQueue.BytesSent);

    /// <summary>Requests are allowed to cost several credits: Connection.SupportsMultiCredit.</summary>
    public bool SupportsMultiCredit => Negotiated?.SupportsMultiCredit ?? false;

    /// <summary>Connection.MaxReadSize, MaxWriteSize and MaxTransactSize are one value here.</summary>
    public uint MaxIoSize => Negotiated?.MaxIoSize ?? 0;

    /// <summary>Who it is, for logs.</summary>
    public string Peer => Transport.RemoteEndPoint?.ToString() ?? "local";

    /// <summary>The largest frame that is received, compressed or not.</summary>
    public int MaxFrame => IsAuthenticated
        ? Server.Options.Limits.MaxIoSize + (64 << 10) // Headers and the small messages of a compound.
        : Server.Options.Limits.MaxUnauthenticatedFrame;

    /// <summary>A peer that does not log on in time is sent away: it costs a socket and a buffer for nothing.</summary>
    public void StartAuthenticationTimer() => _authenticationTimer = Server.Time.CreateTimer(
        static state =>
        {
            var connection = (Connection)state!;
            if (!connection.IsAuthenticated)
                connection.Abort("no logon in time");
        },
        this, Server.Options.Limits.AuthenticationTimeout, Timeout.InfiniteTimeSpan);

    /// <summary>Receives until the peer goes, breaks the protocol, or the server stops; then cleans up.</summary>
    public async Task RunAsync()
    {
        try
        {
            while (!_aborted)
            {
                if (!Transport.HasMessage)
                    _sendQueue.LetGo();
                await LetGoUnlessDone(_sendQueue.WaitForRoomAsync()).ConfigureAwait(false);
                Frame? frame = await Transport.ReceiveAsync(MaxFrame, CancellationToken.None).ConfigureAwait(false);
                if (frame is null)
                    break;
                Volatile.Write(ref _bytesReceived, _bytesReceived + frame.Length);
                if (_closing)
                {
                    frame.Dispose();
                    continue;
                }

                if (Transport.HasMessage)
                    _sendQueue.Hold();
                await LetGoUnlessDone(ReceiveAsync(frame)).ConfigureAwait(false);
            }
        }
        catch (InvalidDataException e)
        {
            Abort(e.Message);
        }
        catch (Exception e)
        {
            ServerLog.ConnectionFailed(Log, e, Peer);
            Transport.Abort();
        }

        await TearDownAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the connection because of what the peer did; one line in the log says why.</summary>
    public void Abort(string reason)
    {
        _aborted = true;
        ServerLog.ConnectionAborted(Log, Peer, reason);
        Transport.Abort();
    }

    /// <summary>
    /// Ends the connection in order: takes no more requests, lets those under way finish and their answers go out, as long
    /// as the patience lasts.
    /// </summary>
    public async Task CloseAsync(TimeSpan patience, CancellationToken cancellationToken)
    {
        _closing = true;
        Interlocked.MemoryBarrier(); // Either we see the last request leave, or it sees that we are closing.
        if (Volatile.Read(ref _underWay) <= 1)
            _quiet.Set();
        Pending.CancelAll(null, close: true);
        using var limit = new CancellationTokenSource(patience, Server.Time); // Task.WaitAsync may leave its timer behind.
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            await FinishAsync().WaitAsync(either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            // The peer does not listen, or the caller waits no longer.
        }

        await Transport.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Queues a finished frame.</summary>
    public void Send(Frame frame, Session? encryptFor)
    {
        if (encryptFor?.Encryptor is { } encryptor)
        {
            frame.Prepend(Security.Encryption.MessageEncryptor.HeaderSize);
            encryptor.Encrypt(frame.Span, encryptFor.SessionId);
        }

        _sendQueue.Enqueue(frame);
    }

    /// <summary>Completes when the peer has taken enough of what was sent, or is gone.</summary>
    public ValueTask WaitForRoomAsync() => _sendQueue.WaitForRoomAsync();

    /// <summary>Sends STATUS_PENDING, with the responses that were ready before it.</summary>
    public void SendInterim(RequestContext context) => _processor.SendInterim(context);

    /// <summary>Is the request's CreditCharge enough for so many bytes? [MS-SMB2] 3.3.5.2.5.</summary>
    public bool IsChargeEnough(in Smb2Header header, uint payload)
    {
        uint charge = Math.Max(1u, header.CreditCharge);
        return !SupportsMultiCredit ? payload <= 68 * 1024 : payload <= charge * 65536UL;
    }

    /// <summary>A session has authenticated over this connection.</summary>
    public void OnAuthenticated()
    {
        if (IsAuthenticated)
            return;
        IsAuthenticated = true;
        _sendQueue.AllowMore();
        _authenticationTimer?.Dispose();
        _authenticationTimer = null;
        Server.OnAuthenticated(this);
    }

    public RequestContext RentContext()
    {
        lock (_contexts)
            return _contexts.TryPop(out RequestContext? context) ? context : new RequestContext(this);
    }

    /// <summary>Ends the handling of one frame.</summary>
    public void Complete(RequestContext context)
    {
        Frame frame = context.Frame;
        context.Reset();
        frame.Dispose();
        lock (_contexts)
            _contexts.Push(context);
        LeaveUnderWay();
    }

    // Replies are held back only while the receive loop runs on.
    private ValueTask LetGoUnlessDone(ValueTask work)
    {
        if (!work.IsCompleted)
            _sendQueue.LetGo();
        return work;
    }

    private ValueTask ReceiveAsync(Frame frame)
    {
        Interlocked.Increment(ref _underWay);
        RequestContext context = RentContext();
        context.BeginFrame(frame);
        return _processor.ReceiveAsync(context);
    }

    private void LeaveUnderWay()
    {
        int left = Interlocked.Decrement(ref _underWay);
        if (left <= 1 && _closing)
            _quiet.Set();
        if (left == 0)
            _drained.Set();
    }

    private async Task FinishAsync()
    {
        await _quiet.Task.ConfigureAwait(false);
        await _sendQueue.WaitUntilIdleAsync().ConfigureAwait(false);
    }

    private void OnSendFailed(Exception e)
    {
        if (e is not IOException)
            ServerLog.ConnectionFailed(Log, e, Peer);
        Transport.Abort();
    }

    /// <summary>[MS-SMB2] 3.3.7.1: requests under way are cancelled, sessions without another channel end.</summary>
    private async Task TearDownAsync()
    {
        _authenticationTimer?.Dispose();
        Transport.Abort();
        _sendQueue.Close();
        Pending.CancelAll(null, close: true);
        LeaveUnderWay();
        await _drained.Task.ConfigureAwait(false);
        foreach (Session session in Sessions.Values)
        {
            if (!session.RemoveChannel(this))
                continue; // It lives on over its other channels.
            try
            {
                await session.CloseAsync(keepsDurable: true).ConfigureAwait(false);
            }
            catch (Exception e)
            {
                ServerLog.ConnectionFailed(Log, e, Peer); // A bug of ours, which keeps neither other sessions nor the connection.
            }

            Server.Sessions.Remove(session);
            session.GiveUpKeys();
        }

        _ended.Set();
        Sessions.Clear();
        Preauthenticating.Dispose();
        await Transport.DisposeAsync().ConfigureAwait(false);
        Server.OnConnectionEnded(this);
    }
}
