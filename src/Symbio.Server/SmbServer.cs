using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Symbio.Cluster;
using Symbio.Cluster.Local;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Rpc.Runtime;
using Symbio.Security.Ntlm;
using Symbio.Security.Spnego;
using Symbio.Server.Connections;
using Symbio.Server.Durability;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Information;
using Symbio.Server.Information.File;
using Symbio.Server.Leases;
using Symbio.Server.Offload;
using Symbio.Server.Opens;
using Symbio.Server.Pipes;
using Symbio.Server.Sessions;
using Symbio.Server.Trees;
using Symbio.Storage;
using Symbio.Transport;
using Symbio.Transport.Tcp;

namespace Symbio.Server;

/// <summary>An SMB 2/3 server: the global state of [MS-SMB2] 3.3.1.5 and the life of it all.</summary>
public sealed class SmbServer : IAsyncDisposable
{
    // Longest wait for requests under way and for a peer to take its answers, whatever the caller's token says.
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(10);

    // How long nobody is let in where there is no memory for another connection.
    private static readonly TimeSpan AcceptPause = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<long, (Connection Connection, Task Run)> _connections = new();
    private readonly List<ITransportListener> _listeners = [];
    private readonly List<Task> _acceptLoops = [];
    private readonly CancellationTokenSource _stopping = new();
    private readonly List<Task> _closing = []; // Stores of shares that are gone; guarded by _sharesTurn.
    private readonly Turn _sharesTurn;
    private readonly NtlmServerOptions _ntlm;
    private long _lastConnectionId;
    private readonly UnauthenticatedConnections _unauthenticated;
    private long _requests;
    private long _finishedBytesReceived;
    private long _finishedBytesSent;
    private int _stopped;

    public SmbServer(SmbServerOptions options)
    {
        Options = options;
        Log = options.LoggerFactory.CreateLogger("Symbio.Server");
        StartTime = Time.GetUtcNow();
        Sessions = new SessionTable(options.RandomNumbers);
        Opens = new OpenTable(options.RandomNumbers);
        OffloadTokens = new OffloadTokens(Time, options.RandomNumbers);
        ReplaceTurns = new ReplaceTurns(Scheduler);
        SecurityTurns = new SecurityTurns(Scheduler);
        _sharesTurn = new Turn(Scheduler);
        Persistent = options.PersistentHandles is { } storage ? new PersistentHandles(this, storage) : null;
        Disconnected = new DisconnectedOpens(options.Limits.MaxDisconnectedOpens);
        Coordinator = options.Coordinator ?? new LocalCoordinator(Time, options.OplockBreakTimeout, Scheduler);
        _ntlm = new NtlmServerOptions
        {
            NetBiosComputerName = options.ServerName,
            NetBiosDomainName = options.DomainName,
            DnsComputerName = options.ServerName.ToLowerInvariant(),
            DnsDomainName = "",
            AllowAnonymous = options.AllowAnonymous,
        };
        SecurityHint = SpnegoAcceptor.CreateHint(MechanismsFor(null));
        _unauthenticated = new UnauthenticatedConnections(options.Limits.MaxUnauthenticatedConnections);
        Shares = new ShareTable(Time, Scheduler, () => Opens.All);
        Shares.Replace(options.Shares);
        Pipes = PipeTable.Create(this);
    }

    /// <summary>Where the server listens, with the true ports.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints => [.. _listeners.Select(l => (IPEndPoint)l.LocalEndPoint)];

    internal SmbServerOptions Options { get; }

    internal ILogger Log { get; }

    internal TimeProvider Time => Options.TimeProvider;

    internal WorkScheduler Scheduler => Options.Scheduler;

    internal DateTimeOffset StartTime { get; }

    internal FramePool FramePool { get; } = new();

    internal SharedIdentities Identities { get; } = new();

    /// <summary>GlobalSessionTable</summary>
    internal SessionTable Sessions { get; }

    /// <summary>GlobalOpenTable</summary>
    internal OpenTable Opens { get; }

    /// <summary>ShareList</summary>
    internal ShareTable Shares { get; }

    internal RpcServer Pipes { get; }

    /// <summary>Opens that survive the server; null when there is no place to keep them.</summary>
    internal PersistentHandles? Persistent { get; }

    /// <summary>What persistent handles of the file were told is on the disk; <see cref="PersistentHandles.SettleAsync"/>.</summary>
    internal ValueTask SettleAsync(FileKey file) => Persistent?.SettleAsync(file) ?? ValueTask.CompletedTask;

    /// <summary>How many opens wait for their client.</summary>
    internal DisconnectedOpens Disconnected { get; }

    /// <summary>The creates that may be sent once more.</summary>
    internal ReplayTable Replays { get; } = new();

    /// <summary>What offloaded reads have made tokens of.</summary>
    internal OffloadTokens OffloadTokens { get; }

    /// <summary>GlobalLeaseTableList</summary>
    internal LeaseTable Leases { get; } = new();

    internal ICoordinator Coordinator { get; }

    /// <summary>Who replaces files, one after the other.</summary>
    internal ReplaceTurns ReplaceTurns { get; }

    /// <summary>Who changes descriptors, one after the other.</summary>
    internal SecurityTurns SecurityTurns { get; }

    /// <summary>Which renames are under way.</summary>
    internal Renames Renames { get; } = new();

    /// <summary>The security buffer of every NEGOTIATE response.</summary>
    internal byte[] SecurityHint { get; }

    internal IEnumerable<Connection> Connections => _connections.Values.Select(c => c.Connection);

    /// <summary>Binds and starts to serve; a port in use is a <see cref="System.Net.Sockets.SocketException"/>.</summary>
    public async ValueTask StartAsync(CancellationToken cancellationToken = default)
    {
        if (Persistent is not null)
            await Persistent.RestoreAsync().ConfigureAwait(false); // Before others can open what is not theirs.
        foreach (IPEndPoint endpoint in Options.Endpoints)
            _listeners.Add(TcpTransportListener.Bind(endpoint, FramePool));
        foreach (ITransportListener listener in _listeners)
        {
            ServerLog.Listening(Log, listener.LocalEndPoint.ToString()!);
            _acceptLoops.Add(AcceptAsync(listener));
        }
    }

    /// <summary>Serves one transport that the caller brings: in-memory tests, other listeners.</summary>
    public void Accept(IMessageTransport transport)
    {
        ServerLimits limits = Options.Limits;
        string? refusal = _stopping.IsCancellationRequested ? "the server is stopping"
            : _connections.Count >= limits.MaxConnections ? "too many connections"
            : !_unauthenticated.TryEnter(transport.RemoteEndPoint) ? "too many connections that have not logged on"
            : null;
        if (refusal is not null)
        {
            ServerLog.ConnectionRefused(Log, transport.RemoteEndPoint?.ToString() ?? "local", refusal);
            transport.Abort();
            return;
        }

        long id = Interlocked.Increment(ref _lastConnectionId);
        try
        {
            Start(transport, id);
        }
        catch
        {
            _connections.TryRemove(id, out _);
            _unauthenticated.Leave(transport.RemoteEndPoint);
            transport.Abort();
            throw;
        }

        if (_stopping.IsCancellationRequested)
            transport.Abort(); // Came between the check and StopAsync's look at who is there.
    }

    private void Start(IMessageTransport transport, long id)
    {
        var connection = new Connection(this, transport, id);
        ServerLog.Connected(Log, connection.Id, connection.Peer);
        var started = new Signal(Scheduler);
        async Task RunAsync()
        {
            await started.Task.ConfigureAwait(false);
            await connection.RunAsync().ConfigureAwait(false);
        }

        _connections[connection.Id] = (connection, RunAsync());
        connection.StartAuthenticationTimer();
        started.Set();
    }

    /// <summary>Stops accepting, lets requests under way finish until the token fires, then closes everything.</summary>
    public async ValueTask StopAsync(CancellationToken cancellationToken = default)
    {
        if (Interlocked.Exchange(ref _stopped, 1) != 0)
            return;
        if (_acceptLoops.Count > 0 || !_connections.IsEmpty) // Not after a start that failed.
            ServerLog.Stopping(Log, _connections.Count);
        _stopping.Cancel();
        foreach (ITransportListener listener in _listeners)
            await listener.DisposeAsync().ConfigureAwait(false);
        await Task.WhenAll(_acceptLoops).ConfigureAwait(false);
        var open = _connections.Values.ToArray();
        await Task.WhenAll(open.Select(c => c.Connection.CloseAsync(DrainTime, cancellationToken))).ConfigureAwait(false);
        await Task.WhenAll(open.Select(c => c.Run)).ConfigureAwait(false);
        foreach (Open disconnected in Opens.All)
        {
            if (disconnected.Durable is { IsPersistent: true })
                await disconnected.SuspendAnywayAsync().ConfigureAwait(false);
            else
                await disconnected.CloseAnywayAsync().ConfigureAwait(false);
        }

        await _sharesTurn.EnterAsync().ConfigureAwait(false);
        await Task.WhenAll(_closing).ConfigureAwait(false);
        _sharesTurn.Leave();
        foreach (IFileStore store in Shares.All.Where(s => !s.IsIpc).Select(s => s.Store).Distinct())
            await CloseAsync(store).ConfigureAwait(false);
    }

    // One store's bug keeps no other one open.
    private async ValueTask CloseAsync(IFileStore store)
    {
        try
        {
            await store.DisposeAsync().ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ServerLog.StoreNotClosed(Log, e);
        }
    }

    /// <summary>Replaces the set of shares. Clients of shares that stay are not disturbed.</summary>
    public async ValueTask UpdateShares(IReadOnlyList<ShareOptions> shares)
    {
        await _sharesTurn.EnterAsync().ConfigureAwait(false);
        try
        {
            IReadOnlyList<Share> gone = Shares.Replace(shares);
            Task[] unused = [.. gone.Select(share => share.RetireAsync())];
            foreach (Session session in Sessions.All)
            {
                foreach (TreeConnect tree in session.TreeConnects.Values.Where(t => gone.Contains(t.Share)))
                    await TreeDisconnectAsync(session, tree).ConfigureAwait(false);
            }

            foreach (Open open in Opens.All.Where(o => o.IsDetached && gone.Contains(o.Tree.Share)))
                await open.CloseAnywayAsync().ConfigureAwait(false);
            _closing.RemoveAll(task => task.IsCompletedSuccessfully);
            _closing.Add(CloseUnusedAsync([.. gone.Select(share => share.Store).Distinct()], Task.WhenAll(unused)));
        }
        finally
        {
            _sharesTurn.Leave();
        }
    }

    // Requests that were at work when their share went still end in order: the store waits for the last of them, but
    // whoever changes the shares does not.
    private async Task CloseUnusedAsync(IFileStore[] stores, Task unused)
    {
        await unused.ConfigureAwait(false);
        foreach (IFileStore store in stores)
        {
            if (!Shares.All.Any(share => !share.IsIpc && ReferenceEquals(share.Store, store)))
                await CloseAsync(store).ConfigureAwait(false);
        }
    }

    /// <summary>What goes on at this moment: sessions, trees, opens, locks, bytes moved.</summary>
    public ServerStatus GetStatus() => StatusReport.Create(this);

    public ValueTask DisposeAsync() => StopAsync();

    /// <summary>The mechanisms that a peer may log on with; failed attempts count against its address.</summary>
    internal IReadOnlyList<ISecurityMechanism> MechanismsFor(EndPoint? peer) =>
        [.. Options.Mechanisms, new NtlmMechanism(_ntlm, Options.Accounts.ForPeer((peer as IPEndPoint)?.Address), Time, Options.RandomNumbers)];

    /// <summary>
    /// An administrator ends a session, [MS-SMB2] 3.3.4.12. A client that understands it is told, 2.2.44.2; others find out
    /// with their next request.
    /// </summary>
    internal ValueTask EndSessionAsync(Session session)
    {
        if (session.GetLiveConnections().FirstOrDefault(c => c.Negotiated!.SupportsNotifications) is { } connection)
        {
            UnsolicitedMessage.TrySend(
                session, connection, Smb2Command.ServerToClientNotification, session.SessionId,
                new ServerToClientNotification(NotificationType.NotifySessionClosed));
        }

        return CloseSessionAsync(session);
    }

    /// <summary>Ends a session: an administrator's wish, a farewell, or a newer session of the same client.</summary>
    /// <param name="keepsDurable">The client is the one who ended it, by going away.</param>
    internal async ValueTask CloseSessionAsync(Session session, bool keepsDurable = false)
    {
        session.End(); // First: a channel that is being added at this moment is either seen below or refused.
        Sessions.Remove(session);
        IReadOnlyList<Connection> connections = session.GetConnections();
        foreach (Connection connection in connections)
            connection.Sessions.TryRemove(session.SessionId, session);
        await session.CloseAsync(keepsDurable).ConfigureAwait(false);
        foreach (Connection connection in connections)
            connection.Pending.CancelAll(session.SessionId, close: false);
        session.GiveUpKeys();
    }

    /// <summary>Ends a tree, [MS-SMB2] 3.3.5.8: its opens are closed.</summary>
    internal static async ValueTask TreeDisconnectAsync(Session session, TreeConnect tree)
    {
        session.TreeConnects.TryRemove(tree.TreeId, tree);
        tree.Release();
        foreach (Open open in session.Opens.Values.Where(o => o.Tree == tree).OrderBy(o => o.FileId.Persistent))
            await open.CloseAnywayAsync().ConfigureAwait(false);
    }

    internal (long Received, long Sent, long Requests) Totals()
    {
        long received = Volatile.Read(ref _finishedBytesReceived);
        long sent = Volatile.Read(ref _finishedBytesSent);
        foreach (Connection connection in Connections)
        {
            received += connection.BytesReceived;
            sent += connection.BytesSent;
        }

        return (received, sent, Volatile.Read(ref _requests));
    }

    internal void CountRequest() => Interlocked.Increment(ref _requests);

    internal void OnAuthenticated(Connection connection) => _unauthenticated.Leave(connection.Transport.RemoteEndPoint);

    internal void OnConnectionEnded(Connection connection)
    {
        if (!connection.IsAuthenticated)
            _unauthenticated.Leave(connection.Transport.RemoteEndPoint);
        Interlocked.Add(ref _finishedBytesReceived, connection.BytesReceived);
        Interlocked.Add(ref _finishedBytesSent, connection.BytesSent);
        _connections.TryRemove(connection.Id, out _);
        ServerLog.Disconnected(Log, connection.Id, connection.Peer);
    }

    /// <summary>Takes what the listener has, until the server stops.</summary>
    internal async Task AcceptAsync(ITransportListener listener)
    {
        try
        {
            while (await TryAcceptAsync(listener).ConfigureAwait(false))
                ;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            ServerLog.AcceptFailed(Log, e, listener.LocalEndPoint.ToString()!);
        }
        catch (OperationCanceledException)
        {
            // Stopping.
        }
    }

    // False: the listener has ended.
    private async Task<bool> TryAcceptAsync(ITransportListener listener)
    {
        try
        {
            if (await listener.AcceptAsync(_stopping.Token).ConfigureAwait(false) is not { } transport)
                return false;
            Accept(transport);
            return true;
        }
        catch (OutOfMemoryException)
        {
            // It may be over in a moment: connections end, and the collector has been told.
            ServerLog.AcceptPaused(Log, listener.LocalEndPoint.ToString()!);
        }

        var over = new Signal(Scheduler);
        using ITimer timer = Time.CreateTimer(
            static state => ((Signal)state!).Set(), over, AcceptPause, Timeout.InfiniteTimeSpan);
        using (_stopping.Token.UnsafeRegister(static state => ((Signal)state!).Set(), over))
            await over.Task.ConfigureAwait(false);
        return true;
    }
}
