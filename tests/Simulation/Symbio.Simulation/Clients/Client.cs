using Symbio.Protocol.Smb2;
using Symbio.Server;
using Symbio.Simulation.Model;

namespace Symbio.Simulation.Clients;

/// <summary>A client: its lines, sessions and opens, and what it believes of them.</summary>
internal sealed partial class Client
{
    private readonly World _world;
    private readonly List<ClientLine> _lines = [];
    private readonly List<ClientOpen> _opens = [];
    private readonly List<ClientLease> _leases = [];
    private readonly Dictionary<FileId, OplockLevel> _early = []; // Breaks of opens that the client has not heard of yet.
    private readonly List<Client> _fellows; // Who uses the same lines, this one included.
    private readonly Guid _guid;
    private readonly Dialect _dialect;
    private readonly bool _encrypts; // Also where it need not.
    private ClientSession? _session;
    private ulong _previousSession;
    private int _writing; // Writes that are under way.
    private long _written;
    private int _connecting; // Lines that are not of use yet.

    /// <param name="host">Another user of the same machine; null for a machine of its own.</param>
    public Client(World world, int index, Client? host)
    {
        _world = world;
        Index = index;
        _guid = host?._guid ?? world.Chance.Guid();
        _dialect = host?._dialect ?? Plan.DialectOf(world.Chance);
        if (world.Plan.Encryption == EncryptionMode.Required && _dialect < Dialect.Smb300)
            _dialect = Dialect.Smb311; // Others are not let in.
        _encrypts = world.Plan.Encryption != EncryptionMode.Off && _dialect >= Dialect.Smb300 && world.Chance.Percent(70);
        _fellows = host?._fellows ?? [];
        _fellows.Add(this);
        Signs = world.Plan.Signs;
    }

    public int Index { get; }

    public bool Signs { get; }

    public IReadOnlyList<ClientLine> Lines => _lines;

    public IReadOnlyList<ClientOpen> Opens => _opens;

    public ClientSession? Session => _session;

    private Chance Chance => _world.Chance;

    /// <summary>Does something, if there is something to do.</summary>
    public void Act()
    {
        if (_session is null || !_session.IsReady)
        {
            if (_connecting == 0)
                LogOn();
            else if (Chance.Percent(2) && _lines.Count > 0)
                Chance.Of(_lines).End(_world); // The user has lost patience.
            return;
        }

        if (AcknowledgeSomething() && Chance.Percent(70))
            return;
        if (Chance.Below(1000) < _world.Plan.Faults)
        {
            BreakSomething();
            return;
        }

        if (_world.Plan.DirectoryLeases && Chance.Percent(5) && PickOpen(ClientAction.List) is { IsDirectory: true } directory)
        {
            List(directory);
            return;
        }

        int action = Chance.Weighted(_world.Plan.Weights);
        if (action >= 0)
            Do((ClientAction)action);
    }

    /// <summary>The line has ended, whoever did it: sessions that have no other end too, as far as the client can tell.</summary>
    public void OnLineEnded(ClientLine line)
    {
        _lines.Remove(line);
        foreach (ClientSession session in line.Sessions)
        {
            bool last = session.RemoveChannel(line);
            session.HasDoubtfulChannel = true;
            session.ChannelSequence++;
            if (last && !session.HasEnded)
                session.Client.EndSession(session, keepsDurable: true, line.Line.Broken);
        }
    }

    /// <summary>The session is gone. What is durable can be asked for again.</summary>
    /// <param name="since">When the server may have noticed; null for now.</param>
    public void EndSession(ClientSession session, bool keepsDurable, DateTimeOffset? since = null)
    {
        session.HasEnded = true;
        if (_session == session)
        {
            _session = null;
            _previousSession = session.SessionId;
        }

        foreach (ClientOpen open in _opens.Where(o => o.Session == session).ToArray())
        {
            if (keepsDurable && open.Durable != DurableKind.None && !open.IsClosing)
                Lose(open, since);
            else
                Forget(open);
        }
    }

    /// <summary>A break, [MS-SMB2] 2.2.23.</summary>
    public void OnBreak(ClientLine line, Reply reply)
    {
        var reader = new Protocol.WireReader(reply.Message, Smb2Header.Size);
        if (reader.ReadUInt16() == 44)
        {
            var lease = reply.As<LeaseBreakNotification>();
            _world.Trace.Say($"  {line} hears: lease {lease.LeaseKey} {lease.CurrentLeaseState} -> {lease.NewLeaseState} epoch {lease.NewEpoch} {lease.Flags}");
            foreach (Client fellow in _fellows)
                fellow.OnLeaseBreak(lease);
            return;
        }

        var oplock = reply.As<OplockBreakNotification>();
        _world.Trace.Say($"  {line} hears: oplock {oplock.FileId} -> {oplock.OplockLevel}");
        if (_fellows.SelectMany(f => f._opens).FirstOrDefault(o => o.FileId == oplock.FileId) is { } open)
        {
            OnOplockBreak(open, oplock.OplockLevel);
            return;
        }

        foreach (Client fellow in _fellows)
            fellow._early[oplock.FileId] = oplock.OplockLevel;
    }

    /// <summary>The client is told to give up all that waits, so that nothing is left that waits for it.</summary>
    public void EndWaiting()
    {
        while (AcknowledgeSomething(all: true))
        {
        }

        foreach (ClientLine line in _lines)
        {
            foreach (Call call in line.Calls.Where(c => c.MayWait).ToArray())
                line.Cancel(call);
        }
    }

    /// <summary>The client is switched off: no farewell, or an orderly end of its lines.</summary>
    public void Vanish()
    {
        foreach (ClientLine line in _lines.ToArray())
            line.End(_world);
        foreach (ClientOpen open in _opens.ToArray())
            Forget(open);
    }

    private static void OnOplockBreak(ClientOpen open, OplockLevel level)
    {
        // A level II oplock is taken away, not asked for: [MS-SMB2] 3.2.5.19.1.
        if (open.Oplock == OplockLevel.LevelII)
            open.Oplock = OplockLevel.None;
        else
            open.OplockBreak = level;
        open.IsDoubtful = false;
        open.Cached = null;
    }

    private void OnLeaseBreak(in LeaseBreakNotification notification)
    {
        Guid key = notification.LeaseKey;
        if (_leases.Find(l => l.Key == key) is not { } lease)
            return;
        if (lease.IsSecond)
        {
            if ((short)(notification.NewEpoch - lease.Epoch) < 0)
                return; // What has been said since counts.
            lease.Epoch = notification.NewEpoch;
        }

        foreach (ClientOpen open in _opens.Where(o => o.Lease == lease))
            (open.Cached, open.Listing) = (null, null);
        lease.Changes++;
        lease.IsDoubtful = false;
        lease.IsStale = false;
        if ((notification.Flags & LeaseBreakFlags.AckRequired) != 0)
            lease.Break = notification.NewLeaseState;
        else
            (lease.State, lease.Break) = (notification.NewLeaseState, null);
    }

    private bool AcknowledgeSomething(bool all = false)
    {
        if (_session is not { IsReady: true } session)
            return false;
        foreach (ClientLease lease in _leases)
        {
            if (lease.Break is { } to && lease.Opens + lease.Asking > 0 && (all || WillAcknowledge(ref lease.Ignored)))
                return Acknowledge(session, lease, to, all);
        }

        foreach (ClientOpen open in _opens)
        {
            if (open.OplockBreak is { } to && open.IsUsable && (all || WillAcknowledge(ref open.Ignored)))
                return Acknowledge(open, to);
        }

        return false;
    }

    private bool WillAcknowledge(ref bool ignored)
    {
        if (ignored)
            return false;
        if (!Chance.Percent(30))
            return false; // Later.
        ignored = !Chance.Percent(_world.Plan.Acknowledges);
        return !ignored;
    }

    private bool Acknowledge(ClientSession session, ClientLease lease, LeaseState to, bool all)
    {
        ClientLine line = session.PickLine(Chance);
        LeaseState answer = Chance.Percent(80) ? to : LeaseState.None;
        if (!all && Chance.Percent(3))
            answer = to | LeaseState.WriteCaching; // More than it may keep: the server goes on waiting.
        bool wrong = (answer & ~to) != 0;
        int changes = lease.Changes;
        Call? call = line.Send(
            new OplockBreakRequest(true, default, new LeaseBreakAcknowledgment(lease.Key, answer)), session, session.PlainTree,
            reply =>
            {
                if (reply is null)
                    lease.IsDoubtful = true; // Who knows whether it has arrived.
                if (reply is { Status: not Protocol.NtStatus.Success } && !wrong && lease.Changes == changes)
                    (lease.State, lease.Break) = (LeaseState.None, null); // Too late.
            });
        if (call is null)
            return false;
        if (wrong)
            return true;
        lease.State = answer;
        lease.Break = null;
        lease.Ignored = false;
        if (Chance.Percent(10))
        {
            line.Send(
                new OplockBreakRequest(true, default, new LeaseBreakAcknowledgment(lease.Key, answer)), session,
                session.PlainTree, reply =>
                {
                });
        }

        return true;
    }

    private bool Acknowledge(ClientOpen open, OplockLevel to)
    {
        OplockLevel answer = Chance.Percent(80) ? to : OplockLevel.None;
        Call? call = open.Session.PickLine(Chance).Send(
            new OplockBreakRequest(false, new OplockBreakAcknowledgment(answer, open.FileId), default), open.Session, open.Tree,
            reply =>
            {
                if (reply is null)
                    open.IsDoubtful = true;
                if (reply is { } r)
                    Expect(open, r, Protocol.NtStatus.InvalidOplockProtocol, Protocol.NtStatus.InvalidDeviceState);
                if (reply is { Status: not Protocol.NtStatus.Success } && open.OplockBreak is null)
                    open.Oplock = OplockLevel.None;
            });
        if (call is null)
            return false;
        open.Oplock = answer;
        open.OplockBreak = null;
        return true;
    }

    private void BreakSomething()
    {
        ClientLine line = PickLine();
        switch (Chance.Below(4))
        {
            case 0:
                line.Line.CloseByClient();
                line.End();
                break;
            case 1:
                _world.Trace.Say($"  {line} is reset");
                line.Line.Reset();
                if (Chance.Percent(50))
                    line.End();
                break;
            default:
                // The client has moved to another network: it knows, the server does not.
                _world.Trace.Say($"  {line} is cut");
                line.Line.Cut();
                if (Chance.Percent(80))
                    line.End();
                break;
        }
    }

    private ClientLine PickLine() => _lines.Count > 0 ? Chance.Of(_lines) : _session!.PickLine(Chance);

    private void Lose(ClientOpen open, DateTimeOffset? since)
    {
        open.Lost ??= since ?? _world.Clock.GetUtcNow();
        open.Listing = null;
        if (open.Durable != DurableKind.Persistent || open.Lease is { IsSecond: false })
            open.Cached = null; // What comes back with a persistent handle is as it was, or the epoch tells.
        open.LostEpoch = open.Lease?.Epoch ?? 0;
        if (open.Lease is { } lease)
            (lease.State, lease.Break, lease.IsStale) = (LeaseState.None, null, true);
    }

    private void Forget(ClientOpen open)
    {
        if (!_opens.Remove(open))
            return;
        open.IsClosing = true;
        if (open.Lease is not { } lease)
            return;
        if (--lease.Opens == 0 && lease.Asking == 0)
            DropLease(lease);
        else if (!_opens.Exists(o => o.Lease == lease && o.Lost is null))
            lease.IsStale = true; // The next one is a new one, unless it was granted before.
    }

    private void DropLease(ClientLease lease)
    {
        lease.State = LeaseState.None;
        lease.Break = null;
        _leases.Remove(lease);
    }

    /// <summary>An attached open does not close by itself, nor does a session end: who says so must have a reason.</summary>
    private void Expect(ClientOpen open, in Reply reply, params ReadOnlySpan<Protocol.NtStatus> other)
    {
        if (reply.Status is Protocol.NtStatus.FileClosed or Protocol.NtStatus.UserSessionDeleted
                or Protocol.NtStatus.NetworkNameDeleted
            && open.IsUsable && _world.IsCertain(open.Session))
        {
            throw new InvariantViolation(
                "opens", $"client {Index} got {reply.Status} for {reply.Header.Command} on its open {open.FileId.Persistent:x} of {open.Name}");
        }

        _ = other;
    }
}
