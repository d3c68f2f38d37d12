using System.Collections.Concurrent;
using System.Net;
using Microsoft.Extensions.Logging;
using Symbio.Cluster.Local;
using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server;
using Symbio.Server.Opens;
using Symbio.Server.Trees;
using Symbio.Storage.Memory;
using Symbio.Testing;
using Symbio.Transport;
using Symbio.Transport.Tcp;

[assembly: CollectionBehavior(DisableTestParallelization = true)] // Memory is measured.

namespace Symbio.Fuzz.Tests;

/// <summary>A server to be attacked, and what must be true of it afterwards.</summary>
internal sealed class FuzzServer : IAsyncDisposable
{
    private readonly TestServer _server;
    private readonly ConcurrentDictionary<string, string> _found = new();

    private FuzzServer(TestServer server, CountingLog log)
    {
        _server = server;
        Log = log;
    }

    public SmbServer Server => _server.Server;

    public CountingLog Log { get; }

    public IPEndPoint Endpoint => Server.Endpoints[0];

    public static async ValueTask<FuzzServer> StartAsync(Func<SmbServerOptions, SmbServerOptions>? configure = null)
    {
        var log = new CountingLog();
        var accounts = new LocalAccounts(new LocalAuthorityOptions { TimeProvider = new HurriedTime() })
        {
            { TestServer.User, TestServer.Password },
        };
        TestServer server = await TestServer.StartAsync(
            options => (configure?.Invoke(options) ?? options) with
            {
                Accounts = accounts,
                LoggerFactory = log,
            },
            NewStore());
        return new FuzzServer(server, log);
    }

    public ScriptedPeer Connect() => _server.Connect();

    public ValueTask<ScriptedPeer> LogOnAsync(Dialect dialect = Dialect.Smb311, PeerOptions? options = null) =>
        _server.ConnectAuthenticatedAsync(dialect, options: options);

    /// <summary>A new, empty share in place of the old one, whose trees end.</summary>
    public ValueTask RenewShareAsync() =>
        Server.UpdateShares([new ShareOptions { Name = TestServer.Share, Store = NewStore() }]);

    /// <summary>Fails when the server has logged an error, and says which.</summary>
    public void AssertNoErrors()
    {
        TakeErrors("after the attack");
        if (!_found.IsEmpty)
            Assert.Fail(string.Join("\n\n", _found.Values));
    }

    /// <summary>Notes the errors logged since the last call as the doing of <paramref name="what"/>; true when there were any.</summary>
    public bool TakeErrors(string what)
    {
        bool any = false;
        while (Log.Errors.TryDequeue(out string? error))
        {
            // One example of each is enough to go by.
            _found.TryAdd(string.Join('\n', error.Split('\n').Take(4)), $"{what}\n{error}");
            any = true;
        }

        return any;
    }

    /// <summary>A peer over real TCP, where what it does not read waits at the server.</summary>
    public async ValueTask<ScriptedPeer> LogOnTcpAsync(PeerOptions? options = null)
    {
        var peer = new ScriptedPeer(await TcpTransport.ConnectAsync(Endpoint, FramePool.Shared, CancellationToken.None));
        await peer.NegotiateAsync(Dialect.Smb311, options);
        Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(TestServer.User, TestServer.Password)).Status);
        Assert.Equal(NtStatus.Success, (await peer.TreeConnectAsync(TestServer.Share)).Status);
        return peer;
    }

    /// <summary>A client that does nothing wrong is served as if nothing had happened.</summary>
    public async Task AssertHealthyAsync()
    {
        await using (ScriptedPeer peer = await LogOnAsync())
        {
            FileId file = await peer.OpenAsync("healthy.txt");
            Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, "well"u8.ToArray())).Status);
            Assert.Equal("well"u8.ToArray(), (await peer.ReadAsync(file, 0, 4)).As<ReadResponse>().Data.ToArray());
            Assert.Equal(NtStatus.Success, (await peer.CloseAsync(file)).Status);
        }

        AssertNoErrors();
    }

    /// <summary>All peers are gone: so must be all that was kept for them.</summary>
    public async Task AssertNothingLeftAsync()
    {
        var coordinator = (LocalCoordinator)Server.Coordinator;
        string Left() =>
            $"connections {Server.Connections.Count()}, sessions {Server.Sessions.Count}, opens {Server.Opens.Count}, leases {Server.Leases.Count}, "
            + $"files {coordinator.FileCount}, trees {Server.Shares.All.Sum((Share s) => s.CurrentUses)}, "
            + $"frames {Server.FramePool.Outstanding}";
        string nothing = "connections 0, sessions 0, opens 0, leases 0, files 0, trees 0, frames 0";
        for (int i = 0; i < 200 && Left() != nothing; i++)
        {
            await Task.Delay(50);
            foreach (Open waiting in Server.Opens.All.Where(open => open.IsDetached))
                await waiting.CloseAsync(); // Durable ones: their client does not come back.
        }

        Assert.Equal(nothing, Left());
        AssertNoErrors();
    }

    public ValueTask DisposeAsync() => _server.DisposeAsync();

    private static MemoryFileStore NewStore() => new(new MemoryStoreOptions { CapacityBytes = 64 << 20 });

    /// <summary>A clock that jumps instead of waiting: the delay of failed logons is tested elsewhere.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        private long _ahead;

        public override DateTimeOffset GetUtcNow() => base.GetUtcNow().AddTicks(Interlocked.Read(ref _ahead));

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
        {
            if (dueTime > TimeSpan.Zero)
                Interlocked.Add(ref _ahead, dueTime.Ticks);
            return base.CreateTimer(callback, state, TimeSpan.Zero, Timeout.InfiniteTimeSpan);
        }
    }
}

/// <summary>Counts log lines and keeps errors: millions of lines would be what fills the memory.</summary>
internal sealed class CountingLog : ILoggerFactory, ILogger
{
    private readonly ConcurrentDictionary<int, int> _counts = new();
    private readonly ConcurrentQueue<string> _errors = new();

    /// <summary>The first errors not yet taken; each is a bug of the server.</summary>
    public ConcurrentQueue<string> Errors => _errors;

    /// <summary>Lines of an event id.</summary>
    public int Count(int eventId) => _counts.GetValueOrDefault(eventId);

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
        _counts.AddOrUpdate(eventId.Id, 1, static (_, n) => n + 1);
        if (logLevel >= LogLevel.Error && _errors.Count < 100)
            _errors.Enqueue(formatter(state, exception) + " " + exception);
    }

    public void Dispose()
    {
    }
}
