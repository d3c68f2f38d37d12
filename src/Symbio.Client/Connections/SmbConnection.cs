using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using Symbio.Client.Connections;
using Symbio.Client.Sessions;
using Symbio.Protocol.Smb2;
using Symbio.Transport;
using Symbio.Transport.Tcp;

namespace Symbio.Client;

/// <summary>
/// A connection to a server, [MS-SMB2] 3.2.1.2. Any number of callers may use it at once: each has its request under way,
/// and the server's credits say how many. It carries any number of sessions.
/// </summary>
/// <remarks>
/// What the server refuses is an <see cref="SmbException"/>, and only that request's affair. What ends the connection is
/// one <see cref="SmbConnectionException"/>, which everything under way and everything later gets.
/// </remarks>
public sealed partial class SmbConnection : IAsyncDisposable
{
    /// <summary>Direct TCP, [MS-SMB2] 2.1.</summary>
    public const int DefaultPort = 445;

    // Beside a message's data: header, fixed part, and what a server may put between them.
    private const int MessageOverhead = 4096;

    private readonly IMessageTransport _transport;
    private readonly RequestWindow _window;
    private readonly SendQueue _sendQueue;
    private readonly PreauthChain _preauth = new();
    private readonly ConcurrentDictionary<ulong, SmbChannel> _channels = new();

    // Sessions that ended before all that they had encrypted was answered.
    private readonly ConcurrentDictionary<ulong, SmbChannel> _leftEarly = new();
    private readonly ITimer _watchdog;
    private readonly Task _receiving;
    private readonly Lock _askingLock = new();
    private Task _asking = Task.CompletedTask;
    private bool _isAsking;
    private SmbConnectionException? _failure;

    private SmbConnection(IMessageTransport transport, string serverName, SmbClientOptions options)
    {
        _transport = transport;
        ServerName = serverName;
        Options = options;
        _window = new RequestWindow(options);
        _sendQueue = new SendQueue(transport, e => End(new SmbConnectionException($"Connection to {ServerName}: {e.Message}", e)));
        TimeSpan period = options.ResponseTimeout / 4;
        _watchdog = options.TimeProvider.CreateTimer(static c => ((SmbConnection)c!).Watch(), this, period, period);
        _receiving = ReceiveAsync();
    }

    /// <summary>Whom the client means to reach: in share paths, and in what the logon is bound to.</summary>
    public string ServerName { get; }

    public SmbClientOptions Options { get; }

    /// <summary>Connection.Dialect</summary>
    public Dialect Dialect => Negotiated.Dialect;

    /// <summary>Connection.CipherId; None: the connection cannot encrypt.</summary>
    public EncryptionAlgorithm Cipher => Negotiated.Cipher;

    /// <summary>Connection.SigningAlgorithmId</summary>
    public SigningAlgorithm SigningAlgorithm => Negotiated.SigningAlgorithm;

    /// <summary>Connection.ServerGuid</summary>
    public Guid ServerGuid => Negotiated.ServerGuid;

    /// <summary>Bytes of one READ at most.</summary>
    public int MaxReadSize => Negotiated.MaxReadSize;

    /// <summary>Bytes of one WRITE at most.</summary>
    public int MaxWriteSize => Negotiated.MaxWriteSize;

    /// <summary>Bytes of one query, listing or IOCTL at most.</summary>
    public int MaxTransactSize => Negotiated.MaxTransactSize;

    /// <summary>Credits at hand and under way.</summary>
    public int Credits => _window.TotalCredits;

    /// <summary>False once the connection is over.</summary>
    public bool IsAlive => Volatile.Read(ref _failure) is null;

    internal NegotiatedParameters Negotiated { get; private set; } = NegotiatedParameters.None;

    /// <summary>Requests under way.</summary>
    internal int InFlight => _window.InFlight;

    /// <summary>Connection.PreauthIntegrityHashValue</summary>
    internal PreauthChain Preauth => _preauth;

    /// <summary>Connects by TCP and negotiates.</summary>
    /// <param name="server">A name or an address.</param>
    /// <exception cref="SmbConnectionException">Nobody listens there, or no agreement was found.</exception>
    public static async ValueTask<SmbConnection> ConnectAsync(
        string server, int port = DefaultPort, SmbClientOptions? options = null, CancellationToken cancellationToken = default)
    {
        options ??= new SmbClientOptions();
        EndPoint endPoint = IPAddress.TryParse(server, out IPAddress? address)
            ? new IPEndPoint(address, port)
            : new DnsEndPoint(server, port);
        TcpTransport transport;
        try
        {
            transport = await TcpTransport.ConnectAsync(endPoint, options.FramePool, cancellationToken).ConfigureAwait(false);
        }
        catch (SocketException e)
        {
            throw new SmbConnectionException($"Connection to {server}, port {port}: {e.Message}", e);
        }

        return await OverAsync(transport, server, options, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Negotiates over a transport, whose owner the connection becomes.</summary>
    public static async ValueTask<SmbConnection> OverAsync(
        IMessageTransport transport, string serverName, SmbClientOptions? options = null,
        CancellationToken cancellationToken = default)
    {
        var connection = new SmbConnection(transport, serverName, options ?? new SmbClientOptions());
        try
        {
            connection.Negotiated =
                await Negotiation.RunAsync(connection, connection._preauth, cancellationToken).ConfigureAwait(false);
            return connection;
        }
        catch
        {
            await connection.DisposeAsync().ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>Logs on.</summary>
    /// <exception cref="SmbException">The server refuses the credential.</exception>
    public ValueTask<SmbSession> LogOnAsync(SmbCredential credential, CancellationToken cancellationToken = default) =>
        SmbSession.LogOnAsync(this, credential, cancellationToken);

    /// <summary>Asks the server whether it is there, [MS-SMB2] 2.2.28.</summary>
    public async ValueTask EchoAsync(CancellationToken cancellationToken = default)
    {
        using Reply reply = await SendAsync(default, new EchoRequest(), replySize: 0, cancellationToken).ConfigureAwait(false);
        reply.ThrowIfFailed();
    }

    /// <summary>Closes the connection; what is under way on it ends with an exception.</summary>
    public async ValueTask DisposeAsync()
    {
        End(new SmbConnectionException($"The connection to {ServerName} has been closed."));
        await _receiving.ConfigureAwait(false);
        await _asking.ConfigureAwait(false);
        await _transport.DisposeAsync().ConfigureAwait(false);
        await _watchdog.DisposeAsync().ConfigureAwait(false);
    }

    /// <summary>Ends the connection because of what the server sent; returns what to throw.</summary>
    internal SmbConnectionException Fail(string reason)
    {
        End(new SmbConnectionException($"The connection to {ServerName} was ended, for {reason}."));
        return _failure!;
    }

    internal void Add(SmbChannel channel) => _channels[channel.SessionId] = channel;

    /// <summary>The session has ended, and with it what it has under way.</summary>
    internal void Remove(SmbChannel channel)
    {
        if (_window.Abandon(channel))
            _leftEarly[channel.SessionId] = channel;
        _channels.TryRemove(new(channel.SessionId, channel));
        AskForCreditsIfStarved();
    }

    private void End(SmbConnectionException failure)
    {
        if (Interlocked.CompareExchange(ref _failure, failure, null) is not null)
            return;
        _sendQueue.Close();
        _transport.Abort();
        _window.Fail(failure);
    }

    private void Watch()
    {
        if (_window.IsOverdue())
            _ = Fail($"it has not answered for {Options.ResponseTimeout.TotalSeconds} seconds");
        else if (_window.IsInDoubt())
            _ = ProbeAsync();
    }

    private async Task ProbeAsync()
    {
        try
        {
            await EchoAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is IOException or InvalidOperationException)
        {
            // That it has come is what counts; and when it does not, the connection ends.
        }
    }
}
