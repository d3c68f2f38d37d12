using Symbio.Cluster;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Durability;
using Symbio.Server.Leases;
using Symbio.Server.Notifications;
using Symbio.Server.Sessions;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>From the CREATE to the close, which may be over several sessions.</summary>
internal sealed partial class Open
{
    private enum Stage
    {
        Attached,
        Detached,
        Closed,
    }

    // Guards the stage and all that goes with it: session and tree, what is counted there, the timer.
    private readonly Lock _life = new();
    private volatile Stage _stage;
    private TreeConnect? _joined; // Whose session counts the open and its locks.
    private int _lockCount;
    private int _uses = 1; // The open itself until it is closed, and every request that is at work on it.
    private ITimer? _expiry;
    private bool _hasLeftPersistent; // As it was counted when it was detached.
    private int _departures; // A timer that fires late is none of the next departure's business.

    public bool IsClosed => _stage == Stage.Closed;

    /// <summary>Open.Connection and Open.Session are NULL: the client has gone and may come back.</summary>
    public bool IsDetached => _stage == Stage.Detached;

    /// <summary>
    /// Enters the open in the tables that it is found by. False: its session or tree has ended in the meantime, and so has
    /// the open.
    /// </summary>
    public async ValueTask<bool> RegisterAsync()
    {
        _madeThrough.AddUse(); // Who finds the open may close it, and ends that use.
        Server.Opens.Add(this);
        lock (_life)
            JoinSession();

        // Who ends a session or tree says so first and then closes what is in the table: one of the two sees the other.
        if (!IsClosed && !Session.IsClosed && !Tree.IsClosed)
            return true;
        await CloseAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>The open is one of an earlier life of the server, and waits for its client.</summary>
    public async ValueTask RestoreAsync(int locks)
    {
        _hasLeftPersistent = true;
        Server.Disconnected.TryEnter(isPersistent: true);
        _madeThrough.AddUse();
        _madeThrough.Share.AddOpenFile();
        lock (_life)
        {
            _lockCount = locks;
            _stage = Stage.Detached;
            StartExpiry(Durable!);
            Server.Opens.Add(this);
        }

        if (locks > 0 && GetLocalLocks() is { } local)
            await local.ShowAllAsync().ConfigureAwait(false);
    }

    /// <summary>Keeps the store's handle until <see cref="EndUseAsync"/>, whoever closes the open meanwhile.</summary>
    public bool TryUse()
    {
        int uses = Volatile.Read(ref _uses);
        while (uses > 0 && !IsClosed)
        {
            int seen = Interlocked.CompareExchange(ref _uses, uses + 1, uses);
            if (seen == uses)
                return true;
            uses = seen;
        }

        return false;
    }

    /// <summary>Ends what <see cref="TryUse"/> began; the last user of a closed open gives the handle back.</summary>
    public ValueTask EndUseAsync() =>
        Interlocked.Decrement(ref _uses) == 0 ? DisposeHandlesAsync() : ValueTask.CompletedTask;

    /// <summary>
    /// A request has used the open: its CREATE will not come once more. Open.IsReplayEligible is FALSE, but stays TRUE for
    /// a persistent open.
    /// </summary>
    public void EndReplay()
    {
        if (Durable is { IsPersistent: true })
            return;
        Replay?.End();
        Replay = null;
    }

    /// <summary>Takes a place for a byte-range lock; false when the session has none left.</summary>
    public bool TryAddLock()
    {
        lock (_life)
        {
            if (_joined is { } tree && !tree.Session.TryAddLock(Server.Options.Limits.MaxLocksPerSession))
                return false;
            _lockCount++;
            return true;
        }
    }

    /// <summary>Gives the place of a lock back.</summary>
    public void RemoveLock()
    {
        lock (_life)
        {
            _lockCount--;
            _joined?.Session.RemoveLocks(1); // Else the leaving has given all back.
        }
    }

    /// <summary>
    /// The session ends, and the open may wait for its client to come back, [MS-SMB2] 3.3.7.1. False: it may not, and is to
    /// be closed.
    /// </summary>
    public bool TryDetach(Session session)
    {
        if (Session != session)
            return true; // Its client has come back over another session already.
        if (Durable is not { } durable || !durable.Holds(this))
            return false;
        bool isPersistent = durable.IsPersistent;
        if (!Server.Disconnected.TryEnter(isPersistent))
            return false;
        lock (_life)
        {
            if (_stage != Stage.Attached || _joined?.Session != session)
            {
                Server.Disconnected.Leave(isPersistent);
                return true;
            }

            _hasLeftPersistent = isPersistent;
            _stage = Stage.Detached; // Who looks for opens of a share finds it with the session, or detached.
            LeaveSession();
            StartExpiry(durable);
        }

        // Who breaks a lease looks whether the open is disconnected, and we whether there is a break: one of the two sees
        // the other.
        if (!durable.Holds(this))
            return false;
        Caching?.OnDetached(this);
        return true;
    }

    /// <summary>
    /// The client has come back, [MS-SMB2] 3.3.5.9.7 and 3.3.5.9.12. False: the open is not disconnected, or another one
    /// was first.
    /// </summary>
    public async ValueTask<bool> TryAttachAsync(RequestContext context)
    {
        TreeConnect tree = context.Tree;
        await ChangesEndAsync().ConfigureAwait(false);
        lock (_life)
        {
            if (_stage != Stage.Detached)
                return false;
            EndDeparture();
            Volatile.Write(ref _tree, tree);
            Connection = context.Connection;
            Volatile.Write(ref _channelSequences, new ChannelSequences(context.Header.ChannelSequence));
            _stage = Stage.Attached; // Last: who sees it counts on the rest.
            JoinSession();
        }

        if (!tree.Session.IsClosed && !tree.IsClosed)
            return true;
        if (!TryDetach(tree.Session))
            await CloseAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>
    /// Closes the open, [MS-SMB2] 3.3.4.17 and [MS-FSA] 2.1.5.5: locks go, a name that is delete-pending goes with its last
    /// open. Later calls do nothing. Requests that are at work on the open finish; the handle goes with the last of them.
    /// </summary>
    public ValueTask CloseAsync() => TryEnd(null) ? FinishCloseAsync() : ValueTask.CompletedTask;

    /// <summary>
    /// The same, and tells what the file was like: after what this open has changed, [MS-SMB2] 3.3.5.10, and before others may
    /// count on it being closed.
    /// </summary>
    public async ValueTask<(NtStatus Status, FileStat Stat)> CloseAndTellAsync()
    {
        if (!TryEnd(null))
            return (NtStatus.FileClosed, default);
        (NtStatus, FileStat) told = default;
        await FinishCloseAsync(async () => told = await File.GetStatAsync(CancellationToken.None).ConfigureAwait(false))
            .ConfigureAwait(false);
        return told;
    }

    /// <summary>The same for who has others to close as well: a bug that one brings to light does not keep them open.</summary>
    public ValueTask CloseAnywayAsync() => LogFailureAsync(CloseAsync());

    /// <summary>The same if its client is away.</summary>
    public ValueTask CloseDetachedAnywayAsync() =>
        TryEnd(Stage.Detached) ? LogFailureAsync(FinishCloseAsync()) : ValueTask.CompletedTask;

    /// <summary><see cref="SuspendAsync"/>, for who has others to suspend as well.</summary>
    public ValueTask SuspendAnywayAsync() => LogFailureAsync(SuspendAsync());

    private async ValueTask LogFailureAsync(ValueTask closing)
    {
        try
        {
            await closing.ConfigureAwait(false);
        }
        catch (Exception e)
        {
            ServerLog.CloseFailed(Server.Log, e, Pipe is null ? File.Path : "a pipe");
        }
    }

    /// <summary>Closes the open if its client is away. False: it is not, or not any more; or the open was closed before.</summary>
    public async ValueTask<bool> TryCloseDetachedAsync()
    {
        if (!TryEnd(Stage.Detached))
            return false;
        await FinishCloseAsync().ConfigureAwait(false);
        return true;
    }

    /// <summary>The server stops; the next one takes the open up again. Nothing that the client knows of is given up.</summary>
    public async ValueTask SuspendAsync()
    {
        if (!TryEnd(Stage.Detached))
            return;
        LeaveTables();
        (Caching as Lease)?.Remove(this);
        await Claim.AbandonAsync(CancellationToken.None).ConfigureAwait(false);
        Claim.CompleteRelease();
        await EndUseAsync().ConfigureAwait(false);
    }

    private bool TryEnd(Stage? only)
    {
        lock (_life)
        {
            if (_stage == Stage.Closed || (only is not null && _stage != only))
                return false;
            if (_stage == Stage.Detached)
                EndDeparture();
            else
                LeaveSession();
            _stage = Stage.Closed;
            return true;
        }
    }

    // Nobody has come back in time: the scavenger of [MS-SMB2] 3.3.6.2 and 3.3.6.4.
    private void Expire(int departure)
    {
        lock (_life)
        {
            if (departure != _departures || _stage != Stage.Detached)
                return;
            EndDeparture();
            _stage = Stage.Closed;
        }

        _ = LogFailureAsync(FinishCloseAsync()).AsTask();
    }

    private void StartExpiry(DurableState durable)
    {
        int departure = ++_departures;
        _expiry = Server.Time.CreateTimer(
            _ => Expire(departure), null, durable.Timeout, System.Threading.Timeout.InfiniteTimeSpan);
    }

    private void EndDeparture()
    {
        _expiry?.Dispose();
        _expiry = null;
        Server.Disconnected.Leave(_hasLeftPersistent);
    }

    // Nobody finds the open any more. (It was counted with the share when it was begun.)
    private void LeaveTables()
    {
        Server.Opens.Remove(this);
        Replay?.End();
        if (FileClaim is not null)
            _madeThrough.Share.RemoveOpenFile();
    }

    private async ValueTask FinishCloseAsync(Func<Task>? look = null)
    {
        LeaveTables();
        Pipe?.Dispose();
        EndWatch();
        Listing?.Stop();
        await ChangesEndAsync().ConfigureAwait(false);
        try
        {
            if (look is not null)
                await look().ConfigureAwait(false);
        }
        finally
        {
            await LeaveAsync().ConfigureAwait(false);
        }
    }

    // What stays behind here stays until the server ends: nobody finds the open any more.
    private async ValueTask LeaveAsync()
    {
        try
        {
            if (FileClaim is not null)
                await ReleaseAsync().ConfigureAwait(false);
        }
        finally
        {
            this.EndReports();
            CachingGuard?.Dispose();
            Server.OffloadTokens.OnClose(this);
            (Caching as Lease)?.Remove(this);
            if (Durable is { IsPersistent: true })
                await Server.Persistent!.RemoveAsync(this).ConfigureAwait(false);
            await EndUseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>Has what the client is about to be told on the disk first, where it was promised so.</summary>
    public async ValueTask PersistAsync()
    {
        if (Durable is { IsPersistent: true })
            await Server.Persistent!.SaveAsync(this).ConfigureAwait(false);
    }

    // Under the lock, as LeaveSession.
    private void JoinSession()
    {
        if (_stage != Stage.Attached)
            return; // Closed before it was in any table of the session's.
        _joined = Tree;
        _joined.AddOpen();
        Session.RemoveLocks(-_lockCount);
        Session.Opens[FileId.Volatile] = this;
    }

    private void LeaveSession()
    {
        if (_joined is not { } tree)
            return;
        _joined = null;
        tree.Session.Opens.TryRemove(FileId.Volatile, this);
        tree.Session.RemoveLocks(_lockCount);
        tree.RemoveOpen();
    }

    // [MS-SMB2] 3.3.4.4: what waits for changes ends with the open.
    private void EndWatch()
    {
        if (Volatile.Read(ref _watch) is not { } watch)
            return;
        if (Changes.Remove(watch))
            Session.RemoveWatch();
        watch.Close(NtStatus.NotifyCleanup);
    }

    private async ValueTask DisposeHandlesAsync()
    {
        if (Listing is not null)
            await Listing.DisposeAsync().ConfigureAwait(false);
        if (StoreFile is not null)
            await StoreFile.DisposeAsync().ConfigureAwait(false);
        _madeThrough.EndUse();
    }

    // The close has made the file delete-pending: others have it open.
    private async ValueTask OnDeletePendingAsync()
    {
        this.DeletePending();
        if (Server.Persistent is { } persistent)
            await persistent.SaveAllAsync(File.Key).ConfigureAwait(false);
    }

    private async ValueTask ReleaseAsync()
    {
        if (Volatile.Read(ref _localLocks) is { } local)
            await local.ReleaseAsync().ConfigureAwait(false);
        ReleaseOutcome outcome = await Claim.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            await FinishReleaseAsync(outcome).ConfigureAwait(false);
        }
        finally
        {
            Claim.CompleteRelease();
        }
    }

    private async ValueTask FinishReleaseAsync(ReleaseOutcome outcome)
    {
        if (outcome != ReleaseOutcome.Closed)
        {
            NtStatus status = await LastClose.DeleteAsync(outcome, Claim, Tree, File, this).ConfigureAwait(false);
            if (status == NtStatus.Success && outcome == ReleaseOutcome.Delete)
                Claim.Unlink(); // With POSIX semantics others may have it open still.
            if (status.IsError && status != NtStatus.ObjectNameNotFound && status != NtStatus.DirectoryNotEmpty)
                ServerLog.DeleteOnCloseFailed(Server.Log, File.Path, status);
        }
        else
        {
            this.ReportPending();
            if ((CreateOptions & CreateOptions.DeleteOnClose) != 0)
                await OnDeletePendingAsync().ConfigureAwait(false);
        }
    }
}
