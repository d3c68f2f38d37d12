using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Simulation.Model;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Simulation.Clients;

/// <content>How clients open files, and come back to what they had open.</content>
internal sealed partial class Client
{
    private static readonly AccessMask[] Accesses =
    [
        AccessMask.ReadData, AccessMask.ReadData | AccessMask.WriteData, AccessMask.ReadData | AccessMask.WriteData,
        AccessMask.ReadData | AccessMask.WriteData | AccessMask.Delete, AccessMask.ReadData | AccessMask.WriteData | AccessMask.Delete,
        AccessMask.WriteData, AccessMask.Delete, AccessMask.ReadAttributes,
    ];

    private readonly List<LostCreate> _lostCreates = [];
    private readonly HashSet<FileId> _heardOf = []; // Opens that the client has, or has had.

    private void Create(ClientAction kind)
    {
        if (_opens.Count >= _world.Plan.OpensPerClient)
            return;
        bool directory = kind == ClientAction.Create && Chance.Percent(10);
        var wanted = new Wanted
        {
            Name = directory ? "" : _world.PickName(),
            IsDirectory = directory,
            Access = directory ? AccessMask.ListDirectory | AccessMask.ReadAttributes : Accesses[Chance.Below(Accesses.Length)] | AccessMask.ReadAttributes,
            Share = Chance.Of(ShareAccess.All, ShareAccess.All, ShareAccess.Read | ShareAccess.Write, ShareAccess.Read, ShareAccess.None),
            Disposition = directory ? CreateDisposition.Open : Chance.Of(
                CreateDisposition.OpenIf, CreateDisposition.OpenIf, CreateDisposition.OpenIf, CreateDisposition.Open,
                CreateDisposition.Create, Chance.Percent(20) ? CreateDisposition.OverwriteIf : CreateDisposition.OpenIf,
                Chance.Percent(20) ? CreateDisposition.Supersede : CreateDisposition.OpenIf),
            IsOnAvailableShare = Chance.Percent(kind == ClientAction.CreateDurable ? 50 : 10),
            DeletesOnClose = !directory && Chance.Percent(3),
        };
        if (wanted.IsStream)
            wanted = wanted with { DeletesOnClose = false };
        if (kind == ClientAction.Create)
        {
            Open(wanted);
            return;
        }

        ClientLease? lease = null;
        if (_world.Plan.DirectoryLeases && _dialect >= Dialect.Smb300 && kind == ClientAction.CreateCached && Chance.Percent(25))
        {
            wanted = wanted with
            {
                Name = "",
                IsDirectory = true,
                Access = AccessMask.ListDirectory | AccessMask.ReadAttributes,
                Disposition = CreateDisposition.Open,
                DeletesOnClose = false,
            };
        }

        bool leases = _dialect >= Dialect.Smb210 && (wanted.IsDirectory || Chance.Percent(60));
        if (leases)
        {
            bool second = _dialect >= Dialect.Smb300 && (wanted.IsDirectory || Chance.Percent(80));
            lease = _leases.Find(l => l.Name == wanted.Name && l.IsSecond == second);
            if (lease is null || Chance.Percent(20))
                _leases.Add(lease = new ClientLease(Chance.Guid(), second) { Name = wanted.Name });
        }

        const LeaseState r = LeaseState.ReadCaching, h = LeaseState.HandleCaching, w = LeaseState.WriteCaching;
        bool durable = kind == ClientAction.CreateDurable;
        bool secondDurable = durable && _dialect >= Dialect.Smb300 && Chance.Percent(80);
        bool persistent = secondDurable && wanted.IsOnAvailableShare && Chance.Percent(70);
        Open(wanted with
        {
            Lease = lease,
            LeaseState = durable ? Chance.Of(r | h | w, r | h | w, r | h) : Chance.Of(r | h | w, r | w, r | h, r),
            Oplock = leases ? OplockLevel.Lease
                : durable ? OplockLevel.Batch
                : Chance.Of(OplockLevel.Batch, OplockLevel.Exclusive, OplockLevel.LevelII),
            Durable = persistent ? DurableKind.Persistent
                : secondDurable ? DurableKind.Second
                : durable ? DurableKind.First
                : DurableKind.None,
            CreateGuid = secondDurable ? Chance.Guid() : Guid.Empty,
            Timeout = (uint)Chance.Of(0, 10_000, 120_000),
            Parent = !wanted.IsDirectory && lease is { IsSecond: true } && _leases.Find(l => l.Name.Length == 0) is { } parent
                && Chance.Percent(70)
                ? parent.Key
                : null,
        });
    }

    private void Open(Wanted wanted, bool replays = false)
    {
        ClientSession session = _session!;
        if (wanted.Lease is { } lease)
            lease.Asking++;
        long sent = _world.Now;
        int changes = wanted.Lease?.Changes ?? 0;
        uint tree = session.TreeOf(wanted.IsOnAvailableShare);
        _world.Trace.Say($"  client {Index} opens '{wanted.Name}', {wanted.Durable}, {wanted.Lease}{(replays ? ", once more" : "")}");
        Call? call = session.PickLine(Chance).Send(
            RequestFor(wanted), session, tree,
            ChangingNames(session, reply => OnOpened(wanted, session, tree, sent, changes, reply), out Action undo),
            flags: replays ? Smb2HeaderFlags.ReplayOperation : Smb2HeaderFlags.None);
        if (call is null)
        {
            undo();
            StopAsking(wanted);
        }
        else if (wanted.Overwrites)
        {
            _world.BeginOverwriting();
            _writing++;
        }
        else if (!replays && wanted.CreateGuid != Guid.Empty && Chance.Percent(5) && session.Channels > 1)
            Open(wanted, replays: true); // The client only thinks that it lost the line.
    }

    private void StopAsking(Wanted wanted)
    {
        if (wanted.Lease is { } lease && --lease.Asking == 0 && lease.Opens == 0)
            DropLease(lease);
    }

    private void OnOpened(Wanted wanted, ClientSession session, uint tree, long sent, int changes, Reply? reply)
    {
        if (wanted.Overwrites)
        {
            _world.EndOverwriting();
            _writing--;
            _written++;
            foreach (ClientOpen same in _opens.Where(o => o.Name == wanted.Name))
                same.Cached = null; // By its own doing, perhaps under its own lease.
        }

        if (reply is not { Status: NtStatus.Success } answer)
        {
            // One whose session or tree ends under it may have done its work.
            if (wanted.Overwrites && reply is null or { Status: NtStatus.UserSessionDeleted or NtStatus.NetworkNameDeleted })
                _world.DoubtAll(sent);
            if (reply is null && wanted.CreateGuid != Guid.Empty)
                _lostCreates.Add(new LostCreate(wanted, session));
            if (reply is { Status: NtStatus.UserSessionDeleted or NtStatus.NetworkNameDeleted } late && session.IsReady && session.TreeOf(wanted.IsOnAvailableShare) == tree
                && _world.IsCertain(session))
            {
                throw new InvariantViolation("opens", $"client {Index} got {late.Status} for CREATE");
            }

            StopAsking(wanted);
            return;
        }

        var response = answer.As<CreateResponse>();
        ulong? file = _world.FileOf(response.FileId);
        if (response.CreateContexts.TryGet(CreateContextName.QFid, out ReadOnlyMemory<byte> data)
            && QueryOnDiskIdResponse.TryRead(data, out QueryOnDiskIdResponse id))
        {
            file = FileModel.IdOf(id.DiskFileId, wanted.IsStream);
        }

        if (file is null)
        {
            StopAsking(wanted); // The answer to a replay does not say which file it is, and the open is closed already.
            return;
        }

        FileModel model = _world.ModelOf(file.Value);
        if (response.CreateAction is CreateAction.Overwritten or CreateAction.Superseded)
        {
            foreach (ClientOpen same in _opens.Where(o => o.File == file))
                same.Cached = null;
            for (int slot = 0; slot < FileModel.Slots; slot++)
                model.Begin(slot, 0, sent).Done = _world.Now;
            if (!wanted.IsStream && _world.Plan.Streams)
                _world.ModelOf(FileModel.IdOf(file.Value, isStream: true)).MayBeOverwritten(sent); // When nobody has it open.
        }

        // The answer to a CREATE may come after the one to its repetition, and after the close.
        if (!_heardOf.Add(response.FileId) || session.HasEnded || session.TreeOf(wanted.IsOnAvailableShare) != tree)
        {
            StopAsking(wanted);
            return;
        }

        var open = new ClientOpen
        {
            FileId = response.FileId,
            Name = wanted.Name,
            File = file.Value,
            Model = model,
            Access = wanted.Access,
            Share = wanted.Share,
            Session = session,
            IsOnAvailableShare = wanted.IsOnAvailableShare,
            Tree = tree,
            IsDirectory = wanted.IsDirectory,
            Lease = wanted.Lease,
            Oplock = wanted.Lease is null ? response.OplockLevel : OplockLevel.None,
            CreateGuid = wanted.CreateGuid,
        };
        if (wanted.Lease is { } lease)
        {
            lease.Opens++;
            lease.Asking--;
        }

        Learn(open, response, changes);
        _opens.Add(open);
        if (_early.Remove(open.FileId, out OplockLevel level))
            OnOplockBreak(open, level);
        _world.CheckShared(open);
    }

    // What the response says of lease and durability.
    private static void Learn(ClientOpen open, in CreateResponse response, int changes, bool returns = false)
    {
        CreateContextList contexts = response.CreateContexts;
        if (contexts.TryGet(CreateContextName.DH2Q, out ReadOnlyMemory<byte> data)
            && DurableHandleResponseV2.TryRead(data, out DurableHandleResponseV2 second))
        {
            open.Durable = (second.Flags & DurableHandleFlags.Persistent) != 0 ? DurableKind.Persistent : DurableKind.Second;
            open.Timeout = TimeSpan.FromMilliseconds(second.Timeout);
        }
        else if (contexts.TryGet(CreateContextName.DHnQ, out _))
        {
            open.Durable = DurableKind.First;
        }

        if (open.Lease is not { } lease || !contexts.TryGet(CreateContextName.RqLs, out data))
            return;
        if (LeaseV2.TryRead(data, out LeaseV2 v2))
        {
            int newer = (short)(v2.Epoch - lease.Epoch);
            if (newer < 0 && lease.IsStale)
                (lease.State, lease.IsStale) = (LeaseState.None, false); // The old one, or a new one? Its breaks would not count.
            if (newer < 0 || (newer == 0 && lease.Opens > 1 && !returns && !lease.IsStale))
                return;
            Learn(lease, v2.LeaseState, v2.Flags, returns || newer > 0);
            lease.Epoch = v2.Epoch;
        }
        else if (LeaseV1.TryRead(data, out LeaseV1 v1))
        {
            // A break may have overtaken the response over another channel, and without an epoch nothing says which is newer.
            LeaseState most = lease.Changes == changes ? v1.LeaseState : lease.Break ?? lease.State;
            Learn(lease, v1.LeaseState & most, v1.LeaseFlags, returns && lease.Changes == changes);
        }
    }

    private static void Learn(ClientLease lease, LeaseState state, LeaseFlags flags, bool counts)
    {
        counts |= lease.IsStale;
        lease.IsStale = false;
        bool breaking = (flags & LeaseFlags.BreakInProgress) != 0;
        if (lease.Break is not null && !counts)
            return;
        lease.State = state;
        lease.IsDoubtful = breaking && lease.Break is null;
        if (!breaking)
            lease.Break = null;
    }

    private static CreateRequest RequestFor(Wanted wanted)
    {
        byte[] buffer = new byte[320];
        var contexts = new CreateContextListWriter(buffer);
        contexts.Add(default(QueryOnDiskIdRequest));
        if (wanted.Durable == DurableKind.First)
            contexts.Add(default(DurableHandleRequest));
        else if (wanted.Durable != DurableKind.None)
            contexts.Add(new DurableHandleRequestV2(wanted.Timeout, FlagsFor(wanted.Durable), wanted.CreateGuid));
        AddLease(ref contexts, wanted.Lease, wanted.LeaseState, wanted.Parent);
        return new CreateRequest(
            0, wanted.Oplock, ImpersonationLevel.Impersonation, 0, wanted.Access | (wanted.DeletesOnClose ? AccessMask.Delete : AccessMask.None),
            FileAttributes.None, wanted.Share, wanted.Disposition,
            (wanted.IsDirectory ? CreateOptions.DirectoryFile : CreateOptions.NonDirectoryFile)
                | (wanted.DeletesOnClose ? CreateOptions.DeleteOnClose : CreateOptions.None),
            CreateRequest.BufferOffset, Encoding.Unicode.GetBytes(wanted.Name), contexts.Written.ToArray());
    }

    private static DurableHandleFlags FlagsFor(DurableKind kind) =>
        kind == DurableKind.Persistent ? DurableHandleFlags.Persistent : DurableHandleFlags.None;

    private static void AddLease(
        ref CreateContextListWriter contexts, ClientLease? lease, LeaseState state, Guid? parent = null)
    {
        if (lease is null)
            return;
        if (lease.IsSecond)
        {
            contexts.Add(new LeaseV2(
                lease.Key, state, parent is null ? LeaseFlags.None : LeaseFlags.ParentLeaseKeySet, parent ?? Guid.Empty,
                lease.Epoch));
        }
        else
            contexts.Add(new LeaseV1(lease.Key, state, LeaseFlags.None));
    }

    private void OpenReadClose()
    {
        ClientSession session = _session!;
        ClientLine line = session.PickLine(Chance);
        if (line.Credits < 3)
            return;
        var any = new FileId(ulong.MaxValue, ulong.MaxValue);
        ulong? file = null;
        long sent = _world.Now;
        int first = Chance.Below(FileModel.Slots);
        var wanted = new Wanted
        {
            Name = _world.PickName(),
            Access = AccessMask.ReadData,
            Share = Chance.Of(ShareAccess.All, ShareAccess.Read),
            Disposition = CreateDisposition.Open,
        };
        byte[] create = line.Build(RequestFor(wanted), session, session.PlainTree, reply =>
        {
            if (reply is { Status: NtStatus.Success } answer
                && answer.As<CreateResponse>().CreateContexts.TryGet(CreateContextName.QFid, out ReadOnlyMemory<byte> data)
                && QueryOnDiskIdResponse.TryRead(data, out QueryOnDiskIdResponse id))
            {
                file = FileModel.IdOf(id.DiskFileId, wanted.IsStream);
            }
        }, mayWait: false, Smb2HeaderFlags.None, out _)!;
        byte[] read = line.Build(
            new ReadRequest(0, ReadFlags.None, FileModel.SlotSize, (ulong)(first * FileModel.SlotSize), any, 0, Channel.None, 0, default),
            session, session.PlainTree,
            reply =>
            {
                _world.EndRead(sent);
                if (reply is not { } answer || file is not { } known || answer.Status is not (NtStatus.Success or NtStatus.EndOfFile))
                    return;
                ulong value = FileModel.ValueAt(answer.Status == NtStatus.Success ? answer.As<ReadResponse>().Data.Span : default, 0);
                FileModel model = _world.ModelOf(known);
                if (!_world.Allows(model, first, value, sent))
                    throw new InvariantViolation("content", $"a compound of client {Index} read {value:x}; it may be {model.Describe(first)}");
            }, mayWait: false, Smb2HeaderFlags.None, out _)!;
        byte[] close = line.Build(
            new CloseRequest(CloseFlags.None, any), session, session.PlainTree, Ignore, mayWait: false, Smb2HeaderFlags.None, out _)!;
        _world.BeginRead(sent);
        line.SendCompound(session, create, read, close);
    }

    private void ReplayCreate()
    {
        if (_lostCreates.Count == 0)
            return;
        int index = Chance.Below(_lostCreates.Count);
        LostCreate lost = _lostCreates[index];
        _lostCreates.RemoveAt(index);
        if (lost.Wanted.Lease is { } lease && !_leases.Contains(lease))
            _leases.Add(lease);
        Open(lost.Wanted, replays: true);
    }

    private void ComeBack()
    {
        ClientOpen[] lost = [.. _opens.Where(o => o.Lost is not null && !o.IsReturning)];
        if (lost.Length == 0)
            return;
        ClientOpen open = lost[Chance.Below(lost.Length)];
        ClientSession session = _session!;
        bool persistent = open.Durable == DurableKind.Persistent;
        byte[] buffer = new byte[256];
        var contexts = new CreateContextListWriter(buffer);
        if (open.CreateGuid != Guid.Empty && open.Durable != DurableKind.First)
            contexts.Add(new DurableHandleReconnectV2(open.FileId, open.CreateGuid, FlagsFor(open.Durable)));
        else
            contexts.Add(new DurableHandleReconnect(open.FileId));
        AddLease(ref contexts, open.Lease, LeaseState.ReadCaching | LeaseState.HandleCaching | LeaseState.WriteCaching);
        int changes = open.Lease?.Changes ?? 0;
        bool mustSucceed = persistent && _world.MustComeBack(open);
        open.IsReturning = true;
        uint tree = session.TreeOf(open.IsOnAvailableShare);
        Call? call = session.PickLine(Chance).Send(
            new CreateRequest(
                0, open.Lease is not null ? OplockLevel.Lease : OplockLevel.Batch, ImpersonationLevel.Impersonation, 0, open.Access,
                FileAttributes.None, open.Share, CreateDisposition.Open, CreateOptions.None, CreateRequest.BufferOffset,
                Encoding.Unicode.GetBytes(open.Name), contexts.Written.ToArray()),
            session, tree,
            reply =>
            {
                open.IsReturning = false;
                if (reply is not { } answer)
                {
                    // It may have been given back, and closed with all that the client gave up or is about to give up.
                    open.Session = session;
                    if (session.HasLoggedOff || session.TreeOf(open.IsOnAvailableShare) != tree)
                        Forget(open);
                    return;
                }

                if (answer.Status != NtStatus.Success)
                {
                    if (mustSucceed && _world.Clock.GetUtcNow() - open.Lost < open.Timeout && _world.IsCertain(session) && session.TreeOf(open.IsOnAvailableShare) == tree)
                        throw new InvariantViolation("persistent", $"client {Index} does not get its persistent {open.FileId} back: {answer.Status}");
                    if (answer.Status != NtStatus.FileNotAvailable && _world.Clock.GetUtcNow() - open.Lost > TimeSpan.FromSeconds(20))
                        Forget(open);
                    return;
                }

                if (session.HasEnded || session.TreeOf(open.IsOnAvailableShare) != tree)
                    Forget(open); // Given back to a session, or a tree, that the client has ended meanwhile.
                if (!_opens.Contains(open))
                    return;
                var response = answer.As<CreateResponse>();
                open.Session = session;
                open.Tree = tree;
                open.Lost = null;
                if (open.Lease is null)
                    (open.Oplock, open.OplockBreak, open.IsDoubtful) = (response.OplockLevel, null, false);
                Learn(open, response, changes, returns: true);
                if (!MayCache(open) || (open.Lease?.Epoch ?? 0) != open.LostEpoch)
                    open.Cached = null;
                if (_early.Remove(open.FileId, out OplockLevel level))
                    OnOplockBreak(open, level);
                _world.CheckShared(open);
            });
        if (call is null)
            open.IsReturning = false;
    }

    private sealed record LostCreate(Wanted Wanted, ClientSession Session);

    private sealed record Wanted
    {
        public required string Name { get; init; }

        public bool IsDirectory { get; init; }

        public bool IsStream => Name.Contains(':', StringComparison.Ordinal);

        public required AccessMask Access { get; init; }

        public required ShareAccess Share { get; init; }

        public required CreateDisposition Disposition { get; init; }

        public bool Overwrites => Disposition is CreateDisposition.Overwrite or CreateDisposition.OverwriteIf or CreateDisposition.Supersede;

        public bool DeletesOnClose { get; init; }

        public bool IsOnAvailableShare { get; init; }

        public ClientLease? Lease { get; init; }

        public LeaseState LeaseState { get; init; }

        /// <summary>The key of the client's lease on the directory, if it says so.</summary>
        public Guid? Parent { get; init; }

        public OplockLevel Oplock { get; init; }

        public DurableKind Durable { get; init; }

        public Guid CreateGuid { get; init; }

        public uint Timeout { get; init; }
    }
}
