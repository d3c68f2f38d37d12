using Microsoft.Extensions.Logging;
using Symbio.Cluster;
using Symbio.Cluster.Local;
using Symbio.Identity;
using Symbio.Protocol.Smb2;
using Symbio.Server;

namespace Symbio.Simulation;

/// <summary>The server from its start to its death. What it kept in memory dies with it.</summary>
internal sealed class ServerLife : ILoggerFactory, ILogger
{
    private readonly World _world;

    public ServerLife(World world)
    {
        _world = world;
        Scheduler = new SimulatedScheduler(world);
        Store = new SimulatedStore(world, world.Files);
        Local = new LocalCoordinator(world.Clock, LocalCoordinator.DefaultBreakTimeout, Scheduler);
        Server = new SmbServer(new SmbServerOptions
        {
            Endpoints = [],
            ServerName = "SIM",
            ServerGuid = new Guid(1, 2, 3, new byte[8]),
            Accounts = world.Accounts,
            Shares =
            [
                new ShareOptions { Name = World.PlainShare, Store = Store },
                new ShareOptions { Name = World.AvailableShare, Store = Store, ContinuouslyAvailable = true },
            ],
            RequireSigning = false,
            Encryption = world.Plan.Encryption,
            Compression = CompressionMode.Off,
            DirectoryLeases = world.Plan.DirectoryLeases,
            TimeProvider = world.Clock,
            Scheduler = Scheduler,
            RandomNumbers = world.Rule.Randomize(world.Random.Fill),
            Coordinator = world.Rule.Coordinate(Local),
            PersistentHandles = world.Handles,
            LoggerFactory = this,
            Limits = new ServerLimits { MaxCredits = world.Plan.MaxCredits },
        });
    }

    public SmbServer Server { get; }

    public SimulatedScheduler Scheduler { get; }

    public SimulatedStore Store { get; }

    public LocalCoordinator Local { get; }

    /// <summary>It has been killed: whatever it has begun goes no further.</summary>
    public bool HasDied { get; private set; }

    /// <summary>Nothing is going on in it.</summary>
    public bool IsIdle => Scheduler.Count == 0 && Store.Waiting == 0 && _world.Handles.Waiting == 0;

    public void Kill() => HasDied = true;

    /// <summary>What it still holds, which must be nothing once all clients are gone and every time has run out.</summary>
    public IEnumerable<string> Leftovers()
    {
        (string What, int Count)[] all =
        [
            ("frames", Server.FramePool.Outstanding),
            ("sessions", Server.Sessions.Count),
            ("opens", Server.Opens.Count),
            ("leases", Server.Leases.Count),
            ("creates that may come again", Server.Replays.Count),
            ("disconnected opens", Server.Disconnected.Count),
            ("files in the coordinator", Local.FileCount),
            ("uses of shares", Server.Shares.All.Sum(s => s.CurrentUses)),
            ("connections", Server.Connections.Count()),
            ("handles of the store", Store.OpenHandles),
            ("timers", _world.Clock.Timers),
            ("persistent handles on the disk", _world.Handles.Count),
        ];
        return all.Where(l => l.Count != 0).Select(l => $"{l.Count} {l.What}");
    }

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => _world.Trace.IsKept || logLevel >= LogLevel.Error;

    public void Log<TState>(
        LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        if (logLevel >= LogLevel.Error)
            _world.Fail("error", $"the server says: {formatter(state, exception)} {exception}");
        _world.Trace.Say($"  server: {formatter(state, exception)}");
    }

    public void Dispose()
    {
    }
}
