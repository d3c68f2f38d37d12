using System.Globalization;
using Symbio.Cluster;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Server.Commands;
using Symbio.Server.CreateContexts;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Durability.Persistence;

/// <summary>
/// Persistent handles: what the client of a continuously available share was told of its open is on the disk first, and is
/// taken up again by the next life of the server. [MS-SMB2] 3.3.5.9.10, 3.3.5.9.12.
/// </summary>
internal sealed class PersistentHandles(SmbServer server, IHandleStorage storage)
{
    private readonly Lock _lock = new();
    private readonly List<RecordUnderWay> _underWay = [];
    private readonly List<MoveUnderWay> _moves = [];
    private long _order;
    private int _countUnderWay;

    /// <summary>
    /// Completes when the records that are being kept of opens of this file are on the disk. Who changes what another client's
    /// handle was told of waits for this before it is answered: the next life of the server must not give back what was taken.
    /// No cost while nothing is being kept.
    /// </summary>
    public ValueTask SettleAsync(FileKey file) =>
        Volatile.Read(ref _countUnderWay) == 0 ? ValueTask.CompletedTask : SettleOnceAsync(file);

    /// <summary>Keeps the open as it is now; false when that could not be done.</summary>
    public async ValueTask<bool> SaveAsync(Open open)
    {
        RecordUnderWay record = Begin(open.File.Key);
        try
        {
            return await SaveInTurnAsync(open).ConfigureAwait(false);
        }
        finally
        {
            End(record);
        }
    }

    private async ValueTask<bool> SaveInTurnAsync(Open open)
    {
        DurableState durable = open.Durable!;
        await durable.Saving.EnterAsync().ConfigureAwait(false);
        try
        {
            if (open.IsClosed)
                return true;
            long order = Interlocked.Increment(ref _order);
            string? nextPath = NextPathOf(open, out string path);
            byte[] record = PersistentHandle.Of(open, order, path, nextPath).ToRecord();
            await storage.SaveAsync(NameOf(open), record).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ServerLog.HandleNotKept(server.Log, open.FileName, e.Message);
            return false;
        }
        finally
        {
            durable.Saving.Leave();
        }
    }

    /// <summary>Keeps all opens of a file as they are now: it has another name, or is to be deleted, or not any more.</summary>
    public async ValueTask SaveAllAsync(FileKey file)
    {
        foreach (Open open in server.Opens.All)
        {
            if (open.Durable is { IsPersistent: true } && open.File.Key == file)
                await SaveAsync(open).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The file of this open, or the directory with all that is below it, is about to get another name: whichever it has when
    /// the server dies, its opens find it, and those that are made meanwhile as well.
    /// </summary>
    public async ValueTask<MoveUnderWay> BeginMoveAsync(Open moved, string path)
    {
        // First it is said, and then the opens are looked through; who makes one enters it first and then asks what has been
        // said: one of the two sees the other. So it is at the end.
        var move = new MoveUnderWay(moved, path);
        lock (_lock)
            _moves.Add(move);
        try
        {
            await SaveMovedAsync(move).ConfigureAwait(false);
        }
        catch
        {
            lock (_lock)
                _moves.Remove(move);
            throw;
        }

        return move;
    }

    /// <summary>Ends what <see cref="BeginMoveAsync"/> began: the file has got the name, or not.</summary>
    public async ValueTask EndMoveAsync(MoveUnderWay move)
    {
        lock (_lock)
            _moves.Remove(move);
        await SaveMovedAsync(move).ConfigureAwait(false);
    }

    private async ValueTask SaveMovedAsync(MoveUnderWay move)
    {
        foreach (Open open in server.Opens.All)
        {
            if (open.Durable is { IsPersistent: true } && move.Concerns(open))
                await SaveAsync(open).ConfigureAwait(false);
        }
    }

    private string? NextPathOf(Open open, out string path)
    {
        path = open.File.Path;
        lock (_lock)
        {
            for (int i = _moves.Count - 1; i >= 0; i--)
            {
                if (_moves[i].NextPathOf(open, path) is { } next)
                    return next;
            }
        }

        return null;
    }

    /// <summary>The open is closed, and nothing of it is left.</summary>
    public async ValueTask RemoveAsync(Open open)
    {
        await open.Durable!.Saving.EnterAsync().ConfigureAwait(false);
        try
        {
            storage.Remove(NameOf(open));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            ServerLog.HandleNotKept(server.Log, open.FileName, e.Message);
        }
        finally
        {
            open.Durable.Saving.Leave();
        }
    }

    /// <summary>Opens again what an earlier life of the server had open; before anybody else opens anything.</summary>
    public async ValueTask RestoreAsync()
    {
        // The latest record first: an earlier one may promise what its client has lost since, and others have been given.
        (string Name, PersistentHandle? Handle)[] kept =
        [
            .. storage.Load()
                .Select(kept => (kept.Name, Handle: PersistentHandle.FromRecord(kept.Record)))
                .OrderByDescending(kept => kept.Handle?.Order),
        ];
        _order = kept.Max(k => k.Handle?.Order) ?? 0;
        int restored = 0;
        List<IFileClaim> pending = [];
        foreach ((string name, PersistentHandle? handle) in kept)
        {
            string? problem = handle is null ? "it cannot be read" : await RestoreAsync(handle, pending).ConfigureAwait(false);
            if (problem is null)
            {
                restored++;
                continue;
            }

            ServerLog.HandleNotRestored(server.Log, handle?.FileName ?? name, problem);
            storage.Remove(name);
        }

        // Once all are back: nobody opens a file that is about to be deleted.
        foreach (IFileClaim claim in pending)
            await claim.SetDeletePendingAsync(true, CancellationToken.None).ConfigureAwait(false);
        if (restored > 0)
            ServerLog.HandlesRestored(server.Log, restored);
    }

    private RecordUnderWay Begin(FileKey file)
    {
        var record = new RecordUnderWay(file);
        lock (_lock)
        {
            _underWay.Add(record);
            Volatile.Write(ref _countUnderWay, _underWay.Count);
        }

        return record;
    }

    private void End(RecordUnderWay record)
    {
        lock (_lock)
        {
            _underWay.Remove(record);
            Volatile.Write(ref _countUnderWay, _underWay.Count);
        }

        foreach (Signal waiter in record.Waiters)
            waiter.Set();
    }

    private async ValueTask SettleOnceAsync(FileKey file)
    {
        List<Signal> kept = [];
        lock (_lock)
        {
            foreach (RecordUnderWay record in _underWay.Where(r => r.File == file))
            {
                var arrived = new Signal(server.Scheduler);
                record.Waiters.Add(arrived);
                kept.Add(arrived);
            }
        }

        foreach (Signal arrived in kept)
            await arrived.Task.ConfigureAwait(false);
    }

    private static string NameOf(Open open) => open.FileId.Persistent.ToString("x16", CultureInfo.InvariantCulture);

    private async ValueTask<string?> RestoreAsync(PersistentHandle handle, List<IFileClaim> pending)
    {
        if (!server.Shares.TryGet(handle.Share, out Share? share) || !share.IsContinuouslyAvailable)
            return $"there is no continuously available share '{handle.Share}'";
        (NtStatus status, IStoreFile? file) = await OpenFileAsync(share, handle, handle.Path).ConfigureAwait(false);
        if (handle.NextPath is { } next && file?.Key != handle.Key)
        {
            if (file is not null)
                await file.DisposeAsync().ConfigureAwait(false);
            (status, file) = await OpenFileAsync(share, handle, next).ConfigureAwait(false);
        }

        if (status != NtStatus.Success)
            return $"the file cannot be opened: {status}";
        if (file!.Key != handle.Key)
        {
            await file.DisposeAsync().ConfigureAwait(false);
            return "another file has its name";
        }

        var id = new LeaseId(handle.ClientGuid, handle.LeaseKey ?? Guid.Empty);
        CacheOwner? owner = handle.LeaseKey is not null ? server.Leases.Use(id, handle.LeaseHasEpoch)
            : handle.HasOplock ? new Oplock()
            : null;
        (status, IFileClaim? claim) = await ClaimAsync(file, handle, id, owner).ConfigureAwait(false);
        if (status != NtStatus.Success || !share.TryHold())
        {
            (owner as Lease)?.Release();
            await file.DisposeAsync().ConfigureAwait(false);
            return $"another open is in the way: {status}";
        }

        var tree = new TreeConnect(0, null!, share, handle.TreeAccess, handle.Caller, handle.Opened);
        var open = new Open(server, new FileId(handle.Persistent, handle.Volatile), tree, null!, handle.Opened)
        {
            FileName = handle.FileName,
            GrantedAccess = handle.Access,
            ShareAccess = handle.ShareAccess,
            CreateOptions = handle.Options,
            StoreFile = file,
            FileClaim = claim,
            Caching = owner,
            Application = handle.Application,
            ApplicationVersion = handle.ApplicationVersion,
            IsPosix = handle.Posix,
            Durable = new DurableState(server.Scheduler)
            {
                Owner = Sid.Parse(handle.Owner),
                ClientGuid = handle.ClientGuid,
                CreateGuid = handle.CreateGuid,
                IsPersistent = true,
                Timeout = handle.Timeout,
            },
        };
        open.LockSequences.Load(handle.LockSequences);
        if (owner is Oplock oplock)
            oplock.Open = open;
        (owner as Lease)?.Add(open);
        await KeepReplayAsync(open, handle).ConfigureAwait(false);
        await open.RestoreAsync(handle.Locks.Count).ConfigureAwait(false);
        if (handle.DeletePending)
            pending.Add(claim!);
        tree.EndUse(); // The open has taken its own.
        return null;
    }

    // The client may not have been answered before the server died: then it sends its CREATE once more.
    private async ValueTask KeepReplayAsync(Open open, PersistentHandle handle)
    {
        (NtStatus status, FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return;
        CreateReplay replay = server.Replays.Enter(new CreateId(handle.ClientGuid, handle.CreateGuid), out _);
        replay.Complete(
            open,
            CreateHandler.Describe(
                open, open.Claim.Granted, CreateAction.Opened, stat, ContextResponses.ForDurable(open)));
        open.Replay = replay;
    }

    private static async ValueTask<(NtStatus Status, IStoreFile? File)> OpenFileAsync(
        Share share, PersistentHandle handle, string path)
    {
        StoreAccess access = (handle.Access & OpenAccess.ReadAccess) != 0 ? StoreAccess.Read : StoreAccess.None;
        if ((handle.Access & OpenAccess.WriteAccess) != 0)
            access |= StoreAccess.Write;
        var options = new StoreOpenOptions(
            handle.Stream.Length > 0 ? StoreAccess.None : access,
            OpenReparsePoint: (handle.Options & CreateOptions.OpenReparsePoint) != 0,
            ExactCase: handle.Posix);
        (NtStatus status, IStoreFile? file) = await share.Store
            .OpenAsync(path, options, handle.Caller, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success || handle.Stream.Length == 0)
            return (status, file);
        if (AppleStreams.Of(share, file!, handle.Stream) is { } apple)
            return (status, apple);
        await using (file!.ConfigureAwait(false))
        {
            return await file!
                .OpenStreamAsync(handle.Stream, create: false, StoreAccess.Read | StoreAccess.Write, CancellationToken.None)
                .ConfigureAwait(false);
        }
    }

    private async ValueTask<(NtStatus Status, IFileClaim? Claim)> ClaimAsync(
        IStoreFile file, PersistentHandle handle, LeaseId id, CacheOwner? owner)
    {
        var identity = new FileIdentity(file.Key.Volume, file.Key.FileId, file.Key.Generation);
        string stream = UpcaseTable.ToUpper(file.StreamName);
        if (owner is Lease lease && !lease.TryBind(identity, stream))
            return (NtStatus.InvalidParameter, null);
        var options = new ClaimOptions(
            Stream: stream,
            Link: UpcaseTable.ToUpper(file.Path),
            Access: handle.Access,
            ShareRead: (handle.ShareAccess & ShareAccess.Read) != 0,
            ShareWrite: (handle.ShareAccess & ShareAccess.Write) != 0,
            ShareDelete: (handle.ShareAccess & ShareAccess.Delete) != 0,
            DeleteOnClose: (handle.Options & CreateOptions.DeleteOnClose) != 0,
            IsDirectory: file.IsDirectory,
            DeletesAtOnce: handle.Posix,
            Deleter: handle.Deleter ?? handle.Caller,
            Caching: owner is null
                ? null
                : new CacheRequest(handle.Cached, owner is Lease ? id : null, handle.LeaseEpoch, owner, Continues: true));
        ClaimOutcome outcome = await server.Coordinator.OpenAsync(identity, options, CancellationToken.None).ConfigureAwait(false);
        if (outcome.Claim is not { } claim)
            return (outcome.Status, null);
        foreach (PersistentLock held in handle.Locks)
        {
            await claim
                .LockAsync(new ByteRange(held.Offset, held.Length), held.Exclusive, wait: false, CancellationToken.None)
                .ConfigureAwait(false);
        }

        return (NtStatus.Success, claim);
    }
    // A record on its way to the disk, and who wants to know of its arrival.
    private sealed class RecordUnderWay(FileKey file)
    {
        public FileKey File => file;

        /// <summary>Not added to once the record is under way no more.</summary>
        public List<Signal> Waiters { get; } = [];
    }
}
