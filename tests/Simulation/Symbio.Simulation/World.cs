using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Security.Ntlm;
using Symbio.Server.Connections;
using Symbio.Simulation.Clients;
using Symbio.Simulation.Faults;
using Symbio.Simulation.Model;
using Symbio.Storage.Memory;

namespace Symbio.Simulation;

/// <summary>
/// A server, its clients, their network, the store and the clock, on one thread. All that happens follows from the seed:
/// who acts, which message arrives, which work goes on, which timer fires, what breaks.
/// </summary>
internal sealed partial class World
{
    public const string User = "demo";
    public const string PlainShare = "files";
    public const string AvailableShare = "ca";

    private readonly int _thread = Environment.CurrentManagedThreadId;
    private readonly List<Line> _lines = [];
    private readonly List<Client> _clients = [];
    private readonly SortedDictionary<ulong, FileModel> _models = [];
    private readonly List<long> _reads = [];
    private readonly List<long> _doubtfulOverwrites = [];
    private readonly List<(Connection Connection, ServerLife Life, SlotWrite[] Writes)> _doubtful = [];
    private readonly string[] _files;
    private readonly string[] _names; // Of files, and of streams.
    private InvariantViolation? _failure;
    private DateTimeOffset? _clockTarget;
    private ulong _lastValue;
    private int _lastLine;
    private int _overwriting;

    public World(ulong seed, bool keepTrace = false, BrokenRule? rule = null)
    {
        Seed = seed;
        Rule = rule ?? BrokenRule.None;
        Trace = new Trace(keepTrace);
        Chance = new Chance(seed);
        Plan = new Plan(seed, Chance);
        Random = new Chance(Chance.Next());
        Clock = new SimulatedClock(this);
        Files = new MemoryFileStore(new MemoryStoreOptions
        {
            TimeProvider = Clock,
            VolumeId = new Guid(1, 1, 1, new byte[8]),
        });
        Handles = new SimulatedHandles(this);
        PasswordHash = NtlmHash.FromPassword("secret");
        Accounts = new LocalAccounts(
            new LocalAuthorityOptions { TimeProvider = Clock }, machineSid: Sid.Parse("S-1-5-21-1-2-3"))
        {
            { User, "secret" },
        };
        _files = [.. Enumerable.Range(0, Plan.Names).Select(i => $"f{i}")];
        _names = Plan.Streams ? [.. _files, .. _files.Select(f => f + ":s")] : _files;
        Life = new ServerLife(this);
        Pump(Life.Server.StartAsync().AsTask());
        for (int i = 0; i < Plan.Clients; i++)
            _clients.Add(new Client(this, i, Plan.SharedLines && i % 2 == 1 ? _clients[i - 1] : null));
    }

    public ulong Seed { get; }

    public BrokenRule Rule { get; }

    public Plan Plan { get; }

    public Trace Trace { get; }

    /// <summary>What happens.</summary>
    public Chance Chance { get; }

    /// <summary>What the server takes for random.</summary>
    public Chance Random { get; }

    public SimulatedClock Clock { get; }

    public MemoryFileStore Files { get; }

    public SimulatedHandles Handles { get; }

    public LocalAccounts Accounts { get; }

    public NtlmHash PasswordHash { get; }

    public ServerLife Life { get; private set; }

    /// <summary>Steps so far: the order in which things have happened.</summary>
    public long Now { get; private set; }

    /// <summary>What must not have happened, but did.</summary>
    public InvariantViolation? Failure => _failure;

    /// <summary>Lets so many things happen, then everything end; false when an invariant did not hold.</summary>
    public bool Run(int steps)
    {
        try
        {
            if (Plan.StartsLoggedOn)
                LogOnAll();
            long end = Now + steps;
            while (Now < end)
            {
                Step();
                ThrowIfFailed();
            }

            Finish();
            ThrowIfFailed();
        }
        catch (InvariantViolation e)
        {
            _failure ??= e;
        }

        return _failure is null;
    }

    public void AssertOwnThread()
    {
        if (Environment.CurrentManagedThreadId != _thread)
            Fail("replay", $"work has escaped to another thread:\n{Environment.StackTrace}");
    }

    /// <summary>For where an exception would be caught by who is being watched.</summary>
    public void Fail(string rule, string what) => _failure ??= new InvariantViolation(rule, what);

    public ulong NextValue() => ++_lastValue;

    public string PickName() => _names[Chance.Below(_names.Length)];

    public string PickFileName() => _files[Chance.Below(_files.Length)];

    public FileModel ModelOf(ulong file)
    {
        if (_models.TryGetValue(file, out FileModel? model))
            return model;
        _models.Add(file, model = new FileModel());
        foreach (long sent in _doubtfulOverwrites)
            model.MayBeOverwritten(sent);
        return model;
    }

    public void BeginRead(long sent) => _reads.Add(sent);

    public void EndRead(long sent) => _reads.Remove(sent);

    /// <summary>Nobody knows whether these writes have happened, or whether they will: not before the line's end has been cleared away.</summary>
    public void Doubt(ClientLine line, SlotWrite[] writes) => _doubtful.Add((line.Connection, line.Line.Life, writes));

    /// <summary>A create that overwrites may happen or not, and nobody knows to which file.</summary>
    public void DoubtAll(long sent)
    {
        _doubtfulOverwrites.Add(sent);
        foreach (FileModel model in _models.Values)
            model.MayBeOverwritten(sent);
    }

    /// <summary>A create has been sent that overwrites a file, nobody knows yet which.</summary>
    public void BeginOverwriting() => _overwriting++;

    public void EndOverwriting() => _overwriting--;

    /// <summary>Can a read that was sent then and is answered now have found this?</summary>
    public bool Allows(FileModel model, int slot, ulong value, long sent) =>
        model.Allows(slot, value, sent, Now) || (value == 0 && _overwriting > 0);

    public ClientLine OpenLine(Client client)
    {
        var line = new Line(this, ++_lastLine, Life) { IsSlow = Plan.SlowLines && Chance.Percent(50) };
        _lines.Add(line);
        Life.Server.Accept(line);
        return new ClientLine(this, client, line, Life.Server.Connections.First(c => c.Transport == line));
    }

    /// <summary>An open of another session; null when there is none.</summary>
    public ClientOpen? PickOpenOf(ClientSession notOf, Chance chance)
    {
        ClientOpen[] others = [.. _clients.SelectMany(c => c.Opens).Where(o => o.IsUsable && o.Session != notOf)];
        return others.Length == 0 ? null : others[chance.Below(others.Length)];
    }

    private enum Event
    {
        Work,
        Store,
        ToServer,
        ToClient,
        Relieve,
        Client,
        Clock,
        Crash,
        Handles,
    }

    private void Step()
    {
        Now++;
        ReadOnlySpan<int> weights =
        [
            Life.Scheduler.Count > 0 ? Plan.ServerSpeed : 0,
            Life.Store.Waiting > 0 ? Plan.ServerSpeed : 0,
            _lines.Exists(l => l.HasForServer) ? Plan.NetworkSpeed : 0,
            _lines.Exists(l => l.HasForClient) ? Plan.NetworkSpeed : 0,
            _lines.Exists(l => l.IsCongested) ? 20 : 0,
            50,
            _clockTarget is not null ? 40 : Plan.Clock,
            Plan.Crashes ? 1 : 0,
            Handles.Waiting > 0 ? 30 : 0,
        ];
        var next = (Event)Chance.Weighted(weights);
        Trace.Add((ulong)next);
        if (Trace.IsKept)
            Trace.Say($"{Now} {next}");
        Happen(next);
        CheckAll();
    }

    private void Happen(Event next)
    {
        switch (next)
        {
            case Event.Work:
                Life.Scheduler.RunOne(Chance);
                break;
            case Event.Store:
                Life.Store.RunOne(Chance);
                break;
            case Event.ToServer:
                PickLine(l => l.HasForServer).DeliverToServer();
                break;
            case Event.ToClient:
                ClientLineOf(PickLine(l => l.HasForClient))?.Receive();
                break;
            case Event.Relieve:
                PickLine(l => l.IsCongested).Relieve();
                break;
            case Event.Client:
                Chance.Of(_clients).Act();
                break;
            case Event.Clock:
                _clockTarget ??= Clock.GetUtcNow() + Chance.Of(0.01, 0.1, 0.4, 0.6, 2, 10, 36, 36, 61, 130, 310) * TimeSpan.FromSeconds(1);
                if (!Clock.AdvanceTo(_clockTarget.Value))
                    _clockTarget = null;
                break;
            case Event.Crash:
                Crash();
                break;
            case Event.Handles:
                Handles.RunOne(Chance);
                break;
        }

        _lines.RemoveAll(l => l.IsOver && ClientLineOf(l) is null);
    }

    private Line PickLine(Predicate<Line> which)
    {
        List<Line> lines = _lines.FindAll(which);
        Line line = Chance.Of(lines);
        Trace.Add((ulong)line.Id);
        Trace.Say($"  line {line.Id}");
        return line;
    }

    private ClientLine? ClientLineOf(Line line)
    {
        foreach (Client client in _clients)
        {
            foreach (ClientLine end in client.Lines)
            {
                if (end.Line == line)
                    return end;
            }
        }

        line.DropForClient();
        return null;
    }

    /// <summary>The process is killed. Files and persistent handles are what they are at this moment; all else is gone.</summary>
    private void Crash()
    {
        Trace.Say("  the server is killed");
        Life.Kill();
        Handles.LoseWaiting();
        Clock.Forget();
        _clockTarget = null;
        _doubtful.Clear();
        foreach (Client client in _clients)
        {
            foreach (ClientLine line in client.Lines.ToArray())
                line.End();
        }

        _doubtful.Clear(); // What the clients have just lost will not happen any more.
        _lines.Clear();
        _reads.Clear();
        CheckStore(settle: true);
        Life = new ServerLife(this);
        Pump(Life.Server.StartAsync().AsTask());
        foreach (ClientOpen open in _clients.SelectMany(c => c.Opens).Where(o => o.Durable == DurableKind.Persistent))
            MustComeBack(open);
    }

    // A start, or a stop, which nothing else happens beside.
    private void Pump(Task task)
    {
        while (!task.IsCompleted)
        {
            if (Life.Scheduler.Count > 0)
                Life.Scheduler.RunOne(Chance);
            else if (Life.Store.Waiting > 0)
                Life.Store.RunOne(Chance);
            else if (Handles.Waiting > 0)
                Handles.RunOne(Chance);
            else
                throw new InvariantViolation("end", "the server waits for nobody");
        }

        task.GetAwaiter().GetResult();
    }

    private void ThrowIfFailed()
    {
        if (_failure is not null)
            throw _failure;
    }
}
