using System.Net;
using Microsoft.Extensions.Logging;
using Symbio.Cluster.Local;
using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Transport.InMemory;

namespace Symbio.Testing;

/// <summary>A server without a network: scripted peers connect to it over in-memory transports.</summary>
public sealed class TestServer : IAsyncDisposable
{
    public const string User = "demo";
    public const string Password = "secret";
    public const string Share = "files";

    private TestServer(SmbServer server, IFileStore store, CapturedLog log)
    {
        Server = server;
        Store = store;
        Log = log;
    }

    public SmbServer Server { get; }

    /// <summary>The store behind <see cref="Share"/>.</summary>
    public IFileStore Store { get; }

    /// <summary>What the server logged.</summary>
    public CapturedLog Log { get; }

    /// <summary>Starts a server with one share in memory; <paramref name="configure"/> changes its options.</summary>
    public static async ValueTask<TestServer> StartAsync(
        Func<SmbServerOptions, SmbServerOptions>? configure = null, IFileStore? store = null)
    {
        store ??= new MemoryFileStore(new MemoryStoreOptions());
        var log = new CapturedLog();
        var options = new SmbServerOptions
        {
            Endpoints = [],
            ServerName = "TEST",
            Accounts = new LocalAccounts { { User, Password } },
            Shares = [new ShareOptions { Name = Share, Store = store }],
            DirectoryLeases = true, // All there is, as far as tests may meet it.
            LoggerFactory = log,
        };
        var server = new SmbServer(configure?.Invoke(options) ?? options);
        await server.StartAsync();
        return new TestServer(server, store, log);
    }

    /// <summary>A peer that has not said anything yet.</summary>
    public ScriptedPeer Connect() => Connect(out _);

    /// <summary>A peer that has not said anything yet, and the server's end of its line.</summary>
    public ScriptedPeer Connect(out CutTransport line) => Connect(null, out line);

    /// <summary>A peer of another host that has not said anything yet.</summary>
    public ScriptedPeer Connect(EndPoint? from) => Connect(from, out _);

    private ScriptedPeer Connect(EndPoint? from, out CutTransport line)
    {
        (InMemoryTransport client, InMemoryTransport accepted) = InMemoryTransport.CreatePair();
        line = new CutTransport(accepted) { RemoteEndPoint = from };
        Server.Accept(line);
        return new ScriptedPeer(client);
    }

    /// <summary>A peer that has negotiated this dialect, logged on and connected to <see cref="Share"/>.</summary>
    public async ValueTask<ScriptedPeer> ConnectAuthenticatedAsync(
        Dialect dialect = Dialect.Smb311, string share = Share, PeerOptions? options = null)
    {
        ScriptedPeer peer = Connect();
        await peer.NegotiateAsync(dialect, options);
        await peer.LogOnAsync(User, Password);
        await peer.TreeConnectAsync(share);
        return peer;
    }

    /// <summary>A peer that uses another one's session over a connection of its own.</summary>
    public async ValueTask<ScriptedPeer> ConnectBoundAsync(ScriptedPeer owner)
    {
        ScriptedPeer peer = Connect();
        await peer.NegotiateAsync(owner.Dialect, owner.Options);
        Reply reply = await peer.BindAsync(owner);
        return reply.Status == NtStatus.Success
            ? peer
            : throw new InvalidOperationException($"Binding: {reply.Status}");
    }

    /// <summary>Stops the server; what it then still holds, which must be nothing once the peers are gone.</summary>
    public async ValueTask<IReadOnlyList<string>> LeftoversAsync()
    {
        await Server.StopAsync();
        var left = new List<string>();
        void Add(string what, int count)
        {
            if (count != 0)
                left.Add($"{count} {what}");
        }

        Add("frames", Server.FramePool.Outstanding);
        Add("sessions", Server.Sessions.Count);
        Add("opens", Server.Opens.Count);
        Add("leases", Server.Leases.Count);
        Add("creates that may come again", Server.Replays.Count);
        Add("offload tokens", Server.OffloadTokens.Count);
        Add("disconnected opens", Server.Disconnected.Count);
        Add("files in the coordinator", ((LocalCoordinator)Server.Coordinator).FileCount);
        Add("uses of shares", Server.Shares.All.Sum(s => s.CurrentUses));
        Add("connections", Server.Connections.Count());
        left.AddRange(Log.Errors);
        return left;
    }

    public ValueTask DisposeAsync() => Server.StopAsync();
}

/// <summary>Keeps log lines for assertions.</summary>
public sealed class CapturedLog : ILoggerFactory, ILogger
{
    private readonly List<(LogLevel Level, string Text, Exception? Exception)> _lines = [];

    /// <summary>Lines so far.</summary>
    public IReadOnlyList<(LogLevel Level, string Text, Exception? Exception)> Lines
    {
        get
        {
            lock (_lines)
                return [.. _lines];
        }
    }

    /// <summary>Errors are bugs of the server: most tests assert that there are none.</summary>
    public IEnumerable<string> Errors =>
        Lines.Where(l => l.Level >= LogLevel.Error).Select(l => l.Text + " " + l.Exception);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lines)
            _lines.Add((logLevel, formatter(state, exception), exception));
    }

    public void Dispose()
    {
    }
}
