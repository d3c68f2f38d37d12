using System.Buffers.Binary;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Simulation.Model;

namespace Symbio.Simulation.Clients;

/// <content>What clients do with what they have open.</content>
internal sealed partial class Client
{
    private void Do(ClientAction action)
    {
        switch (action)
        {
            case ClientAction.Create:
            case ClientAction.CreateCached:
            case ClientAction.CreateDurable:
                Create(action);
                return;
            case ClientAction.Compound:
                OpenReadClose();
                return;
            case ClientAction.Cancel:
                CancelSomething();
                return;
            case ClientAction.Echo:
                _session!.PickLine(Chance).Send(new EchoRequest(), _session, 0, Ignore);
                return;
            case ClientAction.Bind:
                if (_dialect >= Dialect.Smb300 && _session!.Channels + _connecting < _world.Plan.ConnectionsPerClient)
                    Bind(_session);
                return;
            case ClientAction.Logoff:
                if (Chance.Percent(10))
                    LogOff();
                return;
            case ClientAction.TreeDisconnect:
                if (Chance.Percent(20))
                    DisconnectTree();
                return;
            case ClientAction.LeaveLine:
                if (Chance.Percent(10))
                    PickLine().End(_world);
                return;
            case ClientAction.ResetLine:
            case ClientAction.CutLine:
                if (Chance.Percent(10))
                    BreakSomething();
                return;
            case ClientAction.Reconnect:
                ComeBack();
                return;
            case ClientAction.Replay:
                ReplayCreate();
                return;
        }

        if (PickOpen(action) is not { } open)
        {
            Create(Chance.Of(ClientAction.Create, ClientAction.CreateCached, ClientAction.CreateDurable));
            return;
        }

        switch (action)
        {
            case ClientAction.Write when !open.IsDirectory:
                Write(open);
                break;
            case ClientAction.Read when !open.IsDirectory:
                Read(open);
                break;
            case ClientAction.Close:
                Close(open);
                break;
            case ClientAction.Flush:
                Ask(open, new FlushRequest(open.FileId), Ignore);
                break;
            case ClientAction.Lock when !open.IsDirectory:
                Lock(open);
                break;
            case ClientAction.Unlock:
                Unlock(open);
                break;
            case ClientAction.Rename when !open.IsDirectory && !open.IsStream:
                SetName(open, new FileRenameInformation(Chance.Percent(50), 0, _world.PickFileName()));
                break;
            case ClientAction.Delete when !open.IsDirectory:
                if (open.IsStream)
                    open.Model.MayBeOverwritten(_world.Now); // The file stays, and may have a stream of this name again.
                SetName(open, new FileDispositionInformation(Chance.Percent(80)));
                break;
            case ClientAction.Truncate when !open.IsDirectory:
                Truncate(open);
                break;
            case ClientAction.Notify when open.IsDirectory:
                Ask(
                    open, new ChangeNotifyRequest(
                        Chance.Percent(50) ? NotifyFlags.WatchTree : NotifyFlags.None, (uint)Chance.Of(0, 64, 4096), open.FileId,
                        CompletionFilter.All), Ignore, mayWait: true);
                break;
            case ClientAction.List when open.IsDirectory:
                List(open);
                break;
            case ClientAction.Query when _world.Plan.SharedLines && Chance.Percent(20):
                Trespass();
                break;
            case ClientAction.Query:
                Ask(
                    open, new QueryInfoRequest(
                        InfoType.File, (byte)Chance.Of(FileInformationClass.Standard, FileInformationClass.All), 4096, 0,
                        QueryInfoFlags.None, open.FileId, default), Ignore);
                break;
            case ClientAction.Resilience when _dialect >= Dialect.Smb210:
                AskForResilience(open);
                break;
        }
    }

    // One that the action makes sense with, as a rule; sometimes any.
    private ClientOpen? PickOpen(ClientAction action)
    {
        bool forDirectory = action is ClientAction.Notify or ClientAction.List;
        AccessMask needed = action switch
        {
            ClientAction.Read => AccessMask.ReadData,
            ClientAction.Write or ClientAction.Truncate or ClientAction.Flush => AccessMask.WriteData,
            ClientAction.Rename or ClientAction.Delete => AccessMask.Delete,
            _ => AccessMask.None,
        };
        bool any = Chance.Percent(5);
        ClientOpen[] fitting =
            [.. _opens.Where(o => o.IsUsable && (any || (o.Access & needed) == needed) && (!forDirectory || o.IsDirectory))];
        return fitting.Length > 0 ? fitting[Chance.Below(fitting.Length)] : null;
    }

    private static void Ignore(Reply? reply)
    {
    }

    private void Ask<T>(
        ClientOpen open, T request, Action<Reply?> onReply, bool mayWait = false, Smb2HeaderFlags flags = Smb2HeaderFlags.None)
        where T : struct, IRequest<T>
    {
        TryAsk(open, request, onReply, mayWait, flags);
    }

    private ClientLine? TryAsk<T>(
        ClientOpen open, T request, Action<Reply?> onReply, bool mayWait = false, Smb2HeaderFlags flags = Smb2HeaderFlags.None)
        where T : struct, IRequest<T>
    {
        ClientLine line = open.Session.PickLine(Chance);
        Call? call = line.Send(
            request, open.Session, open.Tree,
            reply =>
            {
                if (reply is { } answer)
                    Expect(open, answer);
                onReply(reply);
            },
            mayWait, flags);
        return call is null ? null : line;
    }

    private ClientLine? SetInfo<T>(ClientOpen open, T information, Action<Reply?> onReply)
        where T : struct, IFileInformation<T>
    {
        byte[] bytes = new byte[Math.Max(information.Length, T.MinimumLength)];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        return TryAsk(open, new SetInfoRequest(InfoType.File, (byte)T.Class, 0, open.FileId, bytes), onReply);
    }

    // What the client keeps it knows to be stale itself while it writes.
    private void BeginWriting(ClientOpen open)
    {
        _writing++;
        _written++;
        foreach (ClientOpen same in _opens.Where(o => o.File == open.File))
            same.Cached = null;
    }

    private void EndWriting() => _writing--;

    private void Write(ClientOpen open)
    {
        int first = Chance.Below(FileModel.Slots);
        int count = Math.Min(Chance.Between(1, 2), FileModel.Slots - first);
        Write(open, first, count, _world.NextValue(), []);
    }

    private void Write(ClientOpen open, int first, int count, ulong value, SlotWrite[] earlier)
    {
        byte[] data = new byte[count * FileModel.SlotSize];
        for (int i = 0; i < count; i++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan(i * FileModel.SlotSize), value);
            BinaryPrimitives.WriteUInt64LittleEndian(data.AsSpan((i * FileModel.SlotSize) + 8), ~value);
        }

        FileModel model = open.Model;
        long sent = _world.Now;
        SlotWrite[] writes = [.. Enumerable.Range(first, count).Select(slot => model.Begin(slot, value, sent))];
        BeginWriting(open);
        ClientSession session = open.Session;
        ClientLine line = session.PickLine(Chance);
        Call? call = line.Send(
            new WriteRequest(
                Smb2Header.Size + WriteRequest.FixedSize, (uint)data.Length, (ulong)(first * FileModel.SlotSize), open.FileId,
                Channel.None, 0, WriteFlags.None, default, data),
            session, open.Tree,
            reply =>
            {
                EndWriting();
                if (reply is not { } answer)
                {
                    _world.Doubt(line, writes);
                    if (open.IsUsable && open.Session == session && _dialect >= Dialect.Smb300 && Chance.Percent(70))
                        Write(open, first, count, value, [.. earlier, .. writes]);
                    return;
                }

                Expect(open, answer);
                if (answer.Status != NtStatus.Success)
                {
                    for (int i = 0; i < count; i++)
                        model.Refuse(first + i, writes[i]);
                    return;
                }

                // What an earlier channel still had under way is turned away from now on, [MS-SMB2] 3.3.5.2.10.
                foreach (SlotWrite write in (SlotWrite[])[.. earlier, .. writes])
                    write.Done = Math.Min(write.Done, _world.Now);
                _world.CheckLocked(open, first, count, sent, write: true);
                _world.OnWritten(open.File);
            },
            flags: earlier.Length > 0 ? Smb2HeaderFlags.ReplayOperation : Smb2HeaderFlags.None);
        if (call is not null)
            return;
        EndWriting();
        for (int i = 0; i < count; i++)
            model.Refuse(first + i, writes[i]);
    }

    private void Read(ClientOpen open)
    {
        int first = Chance.Below(FileModel.Slots);
        int count = Chance.Between(1, FileModel.Slots - first);
        long sent = _world.Now;
        int? changes = open.Lease?.Changes;
        long written = _written;
        bool caches = MayCache(open) && _writing == 0;
        if (TryAsk(
            open, new ReadRequest(
                0, ReadFlags.None, (uint)(count * FileModel.SlotSize), (ulong)(first * FileModel.SlotSize), open.FileId, 0,
                Channel.None, 0, default),
            reply =>
            {
                _world.EndRead(sent);
                if (reply is not { } answer || answer.Status is not (NtStatus.Success or NtStatus.EndOfFile))
                    return;
                ReadOnlySpan<byte> data = answer.Status == NtStatus.Success
                    ? answer.As<ReadResponse>().Data.Span
                    : default;
                Check(open, first, count, data, sent);
                if (caches && MayCache(open) && open.Lease?.Changes == changes && _written == written)
                    Keep(open, first, count, data);
            }) is not null)
        {
            _world.BeginRead(sent);
        }
    }

    private static bool MayCache(ClientOpen open) => open.Lease is { } lease
        ? (lease.State & LeaseState.ReadCaching) != 0 && lease.Break is null
        : open.Oplock is OplockLevel.LevelII or OplockLevel.Exclusive or OplockLevel.Batch && open.OplockBreak is null;

    private void Check(ClientOpen open, int first, int count, ReadOnlySpan<byte> data, long sent)
    {
        for (int i = 0; i < count; i++)
        {
            ulong value = FileModel.ValueAt(data, i);
            if (!_world.Allows(open.Model, first + i, value, sent))
            {
                throw new InvariantViolation(
                    "content", $"client {Index} read {value:x} in slot {first + i} of file {open.File}, between {sent} and {_world.Now}; "
                    + $"it may hold {open.Model.Describe(first + i)}");
            }
        }

        _world.CheckLocked(open, first, count, sent, write: false);
    }

    private static void Keep(ClientOpen open, int first, int count, ReadOnlySpan<byte> data)
    {
        open.Cached ??= new ulong?[FileModel.Slots];
        for (int i = 0; i < count; i++)
            open.Cached[first + i] = FileModel.ValueAt(data, i);
    }

    private void Truncate(ClientOpen open)
    {
        int keep = Chance.Below(FileModel.Slots);
        long sent = _world.Now;
        SlotWrite[] writes = [.. Enumerable.Range(keep, FileModel.Slots - keep).Select(slot => open.Model.Begin(slot, 0, sent))];
        BeginWriting(open);
        ClientLine? line = null;
        void Refuse()
        {
            for (int i = 0; i < writes.Length; i++)
                open.Model.Refuse(keep + i, writes[i]);
        }

        line = SetInfo(open, new FileEndOfFileInformation(keep * FileModel.SlotSize), reply =>
            {
                EndWriting();
                if (reply is not { } answer)
                {
                    _world.Doubt(line!, writes);
                }
                else if (answer.Status != NtStatus.Success)
                {
                    Refuse();
                }
                else
                {
                    foreach (SlotWrite write in writes)
                        write.Done = _world.Now;
                    _world.OnWritten(open.File);
                }
            });
        if (line is not null)
            return;
        EndWriting();
        Refuse();
    }

    private void Lock(ClientOpen open)
    {
        ulong offset = (ulong)(Chance.Below(FileModel.Slots) * FileModel.SlotSize);
        ulong length = (ulong)(Chance.Between(1, 3) * FileModel.SlotSize);
        bool exclusive = Chance.Percent(60);
        bool waits = Chance.Percent(60);
        LockFlags flags = (exclusive ? LockFlags.ExclusiveLock : LockFlags.SharedLock)
            | (waits ? LockFlags.None : LockFlags.FailImmediately);
        Ask(open, new LockRequest(0, 0, open.FileId, [new LockElement(offset, length, flags)]), reply =>
        {
            if (reply is not { Status: NtStatus.Success } || open.IsClosing)
                return;
            open.Locks.Add(new HeldLock(offset, length, exclusive, _world.Now));
            _world.CheckLocks(open);
        }, mayWait: waits);
    }

    private void Unlock(ClientOpen open)
    {
        if (open.Locks.Count == 0)
            return;
        int index = Chance.Below(open.Locks.Count);
        HeldLock held = open.Locks[index];
        if (TryAsk(
            open, new LockRequest(0, 0, open.FileId, [new LockElement(held.Offset, held.Length, LockFlags.Unlock)]), Ignore) is not null)
        {
            // Which of several equal ones it is the server decides: an exclusive one goes first.
            open.Locks.RemoveAll(l => l.Offset == held.Offset && l.Length == held.Length);
        }
    }

    private void Close(ClientOpen open)
    {
        if (TryAsk(open, new CloseRequest(CloseFlags.None, open.FileId), ChangingNames(open.Session, Ignore, out Action undo)) is not null)
            Forget(open);
        else
            undo();
    }

    private void CancelSomething()
    {
        ClientLine line = _session!.PickLine(Chance);
        Call[] waiting = [.. line.Calls.Where(c => (c.AsyncId != 0 || c.MayWait) && !c.IsCancelled)];
        if (waiting.Length > 0)
            line.Cancel(waiting[Chance.Below(waiting.Length)]);
    }

    private void LogOff()
    {
        ClientSession session = _session!;
        ClientLine line = session.PickLine(Chance);
        if (line.Send(new LogoffRequest(), session, 0, _ => EndAll(session)) is not null)
        {
            session.HasLoggedOff = true;
            EndSession(session, keepsDurable: false);
        }
    }

    private void EndAll(ClientSession session)
    {
        foreach (ClientLine line in session.Lines.ToArray())
            EndUnused(line);
    }

    private void DisconnectTree()
    {
        ClientSession session = _session!;
        bool available = Chance.Percent(50);
        ClientLine line = session.PickLine(Chance);
        _connecting++;
        Call? call = line.Send(
            new TreeDisconnectRequest(), session, available ? session.AvailableTree : session.PlainTree,
            ChangingNames(
                session,
                reply =>
                {
                    if (reply is null || session.HasEnded || !line.IsOpen)
                        _connecting--;
                    else
                        ConnectTree(line, session, available ? World.AvailableShare : World.PlainShare);
                },
                out Action undo));
        if (call is null)
        {
            undo();
            _connecting--;
            return;
        }

        if (available)
            session.AvailableTree = 0;
        else
            session.PlainTree = 0;
        foreach (ClientOpen open in _opens.Where(o => o.Session == session && o.IsOnAvailableShare == available).ToArray())
            Forget(open);
    }

    // What another session has open is nobody else's, though it came over the same connection.
    private void Trespass()
    {
        ClientSession session = _session!;
        ClientOpen? theirs = _world.PickOpenOf(session, Chance);
        if (theirs is null)
            return;
        session.PickLine(Chance).Send(
            new FlushRequest(theirs.FileId), session, session.TreeOf(theirs.IsOnAvailableShare),
            reply =>
            {
                if (reply is { Status: NtStatus.Success })
                {
                    throw new InvariantViolation(
                        "opens", $"client {Index} has flushed {theirs.FileId.Persistent:x}, which is client {theirs.Session.Client.Index}'s");
                }
            });
    }

    private void AskForResilience(ClientOpen open)
    {
        if (open.IsDirectory)
            return;
        uint timeout = (uint)Chance.Of(0, 5_000, 120_000);
        open.Timeout = TimeSpan.Zero; // Another time counts from now on, also where the handle is persistent.
        byte[] input = new byte[8];
        var writer = new WireWriter(input);
        new NetworkResiliencyRequest(timeout).Write(ref writer);
        Ask(open, new IoctlRequest(FsctlCode.LmrRequestResiliency, open.FileId, 0, 0, IoctlFlags.IsFsctl, input), reply =>
        {
            if (reply is { Status: NtStatus.Success } && !open.IsClosing && open.Durable != DurableKind.Persistent)
                open.Durable = open.Durable == DurableKind.None ? DurableKind.Resilient : open.Durable;
        });
    }
}
