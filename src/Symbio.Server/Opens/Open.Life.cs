using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Notifications;
using Symbio.Server.Trees;

namespace Symbio.Server.Opens;

/// <summary>From the CREATE to the close, which may be over several sessions.</summary>
internal sealed partial class Open
{
    // Of _state. Whoever moves it does what belongs to the move.
    private const int Attached = 0;
    private const int Detached = 1;
    private const int Attaching = 2;
    private const int Closed = 3;

    private int _state;
    private int _lockCount;
    private int _uses = 1; // The open itself until it is closed, and every request that is at work on it.
    private ITimer? _expiry;

    public bool IsClosed => Volatile.Read(ref _state) == Closed;

    /// <summary>Open.Connection and Open.Session are NULL: the client has gone and may come back.</summary>
    public bool IsDetached => Volatile.Read(ref _state) == Detached;

    /// <summary>
    /// Enters the open in the tables that it is found by. False: its session or tree has ended in the meantime, and so has
    /// the open.
    /// </summary>
    public async ValueTask<bool> RegisterAsync()
    {
        Server.Opens.Add(this);
        _madeThrough.AddUse();
        JoinSession();

        // Who ends a session or tree says so first and then closes what is in the table: one of the two sees the other.
        if (!Session.IsClosed && !Tree.IsClosed)
            return true;
        await CloseAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>The open is one of an earlier life of the server, and waits for its client.</summary>
    public void Restore(int locks)
    {
        _lockCount = locks;
        _state = Detached;
        Server.Disconnected.TryEnter(force: true);
        Server.Opens.Add(this);
        _madeThrough.AddUse();
        StartExpiry();
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

    /// <summary>A request has used the open: its CREATE will not come once more. Open.IsReplayEligible is FALSE.</summary>
    public void EndReplay()
    {
        Replay?.End();
        Replay = null;
    }

    /// <summary>Takes a place for a byte-range lock; false when the session has none left.</summary>
    public bool TryAddLock()
    {
        if (!Session.TryAddLock(Server.Options.Limits.MaxLocksPerSession))
            return false;
        Interlocked.Increment(ref _lockCount);
        return true;
    }

    /// <summary>Gives the place of a lock back.</summary>
    public void RemoveLock()
    {
        Interlocked.Decrement(ref _lockCount);
        if (Volatile.Read(ref _state) == Attached)
            Session.RemoveLocks(1); // Else the leaving has given all back.
    }

    /// <summary>
    /// The session ends, and the open may wait for its client to come back, [MS-SMB2] 3.3.7.1. False: it may not, or is
    /// closed.
    /// </summary>
    public bool TryDetach()
    {
        if (Durable is not { } durable || !durable.Holds(this) || !Server.Disconnected.TryEnter(force: durable.IsPersistent))
            return false;
        if (Interlocked.CompareExchange(ref _state, Detached, Attached) != Attached)
        {
            Server.Disconnected.Leave();
            return false;
        }

        LeaveSession();
        StartExpiry();
        return true;
    }

    /// <summary>
    /// The client has come back, [MS-SMB2] 3.3.5.9.7 and 3.3.5.9.12. False: the open is not disconnected, or another one
    /// was first.
    /// </summary>
    public async ValueTask<bool> TryAttachAsync(TreeConnect tree, Connection connection)
    {
        if (Interlocked.CompareExchange(ref _state, Attaching, Detached) != Detached)
            return false;
        Interlocked.Exchange(ref _expiry, null)?.Dispose();
        Server.Disconnected.Leave();
        Volatile.Write(ref _tree, tree);
        Connection = connection;
        JoinSession();
        if (Interlocked.CompareExchange(ref _state, Attached, Attaching) != Attaching)
        {
            LeaveSession(); // Closed meanwhile, for somebody who needed the file.
            return false;
        }

        if (!Session.IsClosed && !tree.IsClosed)
            return true;
        if (!TryDetach())
            await CloseAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>
    /// Closes the open, [MS-SMB2] 3.3.4.17 and [MS-FSA] 2.1.5.5: locks go, a name that is delete-pending goes with its last
    /// open. Later calls do nothing. Requests that are at work on the open finish; the handle goes with the last of them.
    /// </summary>
    public ValueTask CloseAsync() => FinishCloseAsync(Interlocked.Exchange(ref _state, Closed));

    /// <summary>The server stops; the next one takes the open up again. Nothing that the client knows of is given up.</summary>
    public async ValueTask SuspendAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Closed, Detached) != Detached)
            return;
        Interlocked.Exchange(ref _expiry, null)?.Dispose();
        Server.Disconnected.Leave();
        Server.Opens.Remove(this);
        (Caching as Lease)?.Remove(this);
        await Claim.AbandonAsync(CancellationToken.None).ConfigureAwait(false);
        Claim.CompleteRelease();
        await EndUseAsync().ConfigureAwait(false);
    }

    private void StartExpiry()
    {
        ITimer timer = Server.Time.CreateTimer(
            static state => _ = ((Open)state!).ExpireAsync(), this, Durable!.Timeout, System.Threading.Timeout.InfiniteTimeSpan);
        Interlocked.Exchange(ref _expiry, timer)?.Dispose();
        if (!IsDetached)
            timer.Dispose();
    }

    // Nobody has come back in time: the scavenger of [MS-SMB2] 3.3.6.2 and 3.3.6.4.
    private async Task ExpireAsync()
    {
        if (Interlocked.CompareExchange(ref _state, Closed, Detached) == Detached)
            await FinishCloseAsync(Detached).ConfigureAwait(false);
    }

    private async ValueTask FinishCloseAsync(int before)
    {
        if (before == Closed)
            return;
        if (before == Attached)
            LeaveSession();
        if (before == Detached)
        {
            Interlocked.Exchange(ref _expiry, null)?.Dispose();
            Server.Disconnected.Leave();
        }

        Server.Opens.Remove(this);
        Replay?.End();
        Pipe?.Dispose();
        EndWatch();
        if (FileClaim is not null)
            await ReleaseAsync().ConfigureAwait(false);
        this.EndReports();
        (Caching as Lease)?.Remove(this);
        if (Durable is { IsPersistent: true })
            await Server.Persistent!.RemoveAsync(this).ConfigureAwait(false);
        await EndUseAsync().ConfigureAwait(false);
    }

    /// <summary>Has what the client is about to be told on the disk first, where it was promised so.</summary>
    public async ValueTask PersistAsync()
    {
        if (Durable is { IsPersistent: true })
            await Server.Persistent!.SaveAsync(this).ConfigureAwait(false);
    }

    private void JoinSession()
    {
        Tree.AddOpen();
        Session.RemoveLocks(-Volatile.Read(ref _lockCount));
        Session.Opens[FileId.Volatile] = this;
    }

    private void LeaveSession()
    {
        Session.Opens.TryRemove(new(FileId.Volatile, this));
        Session.RemoveLocks(Volatile.Read(ref _lockCount));
        Tree.RemoveOpen();
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

    private async ValueTask ReleaseAsync()
    {
        ReleaseOutcome outcome = await Claim.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        if (outcome != ReleaseOutcome.Closed)
        {
            NtStatus status = await LastClose.DeleteAsync(outcome, Tree, File, this).ConfigureAwait(false);
            if (status.IsError && status != NtStatus.ObjectNameNotFound && status != NtStatus.DirectoryNotEmpty)
                ServerLog.DeleteOnCloseFailed(Server.Log, File.Path, status);
        }
        else
        {
            this.ReportPending();
            if ((CreateOptions & CreateOptions.DeleteOnClose) != 0)
                this.DeletePending();
        }

        Claim.CompleteRelease();
    }
}
