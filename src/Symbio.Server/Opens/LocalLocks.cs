using Symbio.Cluster;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>
/// The byte-range locks of one open as local processes see them: what the coordinator has granted is locked with the kernel as
/// well, and not granted after all where a local process is in the way. Made by the first lock; an open without any, and all
/// reading and writing, have nothing to do with it.
/// </summary>
/// <remarks>
/// NT stacks locks of one open, and takes them off by their exact ranges; with the kernel a byte has one state. So what the
/// kernel is told of a range follows from the coordinator's locks there, each time one comes or goes.
/// </remarks>
internal sealed class LocalLocks(Open open, ILockableFile file)
{
    // The kernel tells nobody of us when a lock has gone: we look, more and more seldom.
    private static readonly TimeSpan s_firstPause = TimeSpan.FromMilliseconds(10);
    private static readonly TimeSpan s_longestPause = TimeSpan.FromMilliseconds(250);

    private readonly Turn _turn = new(open.Server.Scheduler);

    /// <summary><see cref="IFileClaim.LockAsync"/>, with local processes among the others.</summary>
    public async ValueTask<NtStatus> LockAsync(
        ByteRange range, bool exclusive, bool wait, CancellationToken cancellationToken)
    {
        TimeSpan pause = s_firstPause;
        while (true)
        {
            NtStatus status = await open.Claim.LockAsync(range, exclusive, wait, cancellationToken).ConfigureAwait(false);
            if (status != NtStatus.Success || range.Length == 0)
                return status;
            status = await ShowNewAsync(range, exclusive).ConfigureAwait(false);
            if (status == NtStatus.Success || !wait)
                return status;

            // Clients are not kept out by what has not been granted: the coordinator is asked again once the way is free.
            do
            {
                status = await PauseAsync(pause, cancellationToken).ConfigureAwait(false);
                if (status != NtStatus.Success)
                    return status;
                pause = pause * 2 < s_longestPause ? pause * 2 : s_longestPause;
            }
            while (!await file.CanLockAsync(range.Offset, range.Length, StateOf(exclusive)).ConfigureAwait(false));
        }
    }

    /// <summary><see cref="IFileClaim.UnlockAsync(ByteRange, bool?, CancellationToken)"/>: first for local processes, so that the next client meets none of ours.</summary>
    public async ValueTask<NtStatus> UnlockAsync(ByteRange range, bool? exclusive)
    {
        await _turn.EnterAsync().ConfigureAwait(false);
        try
        {
            List<(ByteRange Range, bool Exclusive)> locks = [.. open.Claim.GetLocks(range)];
            if (exclusive == false || !locks.Remove((range, true))) // Of two on the same range the exclusive one goes first.
                locks.Remove((range, false));
            await ShowAsync(range, locks).ConfigureAwait(false);
            return await open.Claim.UnlockAsync(range, exclusive, CancellationToken.None).ConfigureAwait(false);
        }
        finally
        {
            _turn.Leave();
        }
    }

    /// <summary>The open was made by an earlier life of the server: its locks are shown anew, where nobody has come first.</summary>
    public async ValueTask ShowAllAsync()
    {
        foreach ((ByteRange range, _) in open.Claim.GetLocks())
            await ShowAsync(range, open.Claim.GetLocks(range)).ConfigureAwait(false);
    }

    /// <summary>The open is about to be closed.</summary>
    public async ValueTask ReleaseAsync() =>
        await file.SetLockAsync(0, ulong.MaxValue, LocalLockState.Unlocked).ConfigureAwait(false);

    private async ValueTask<NtStatus> ShowNewAsync(ByteRange range, bool exclusive)
    {
        await _turn.EnterAsync().ConfigureAwait(false);
        try
        {
            NtStatus status = await ShowAsync(range, open.Claim.GetLocks(range)).ConfigureAwait(false);
            if (status == NtStatus.Success)
                return status;
            await open.Claim.UnlockAsync(range, exclusive, CancellationToken.None).ConfigureAwait(false);
            await ShowAsync(range, open.Claim.GetLocks(range)).ConfigureAwait(false); // Less than before: that is always possible.
            return status;
        }
        finally
        {
            _turn.Leave();
        }
    }

    private async ValueTask<NtStatus> ShowAsync(ByteRange range, IReadOnlyList<(ByteRange Range, bool Exclusive)> locks)
    {
        if (range.Length == 0)
            return NtStatus.Success;
        if (locks.Count == 0 || (locks.Count == 1 && locks[0].Range == range))
        {
            LocalLockState state = locks.Count == 0 ? LocalLockState.Unlocked : StateOf(locks[0].Exclusive);
            return await file.SetLockAsync(range.Offset, range.Length, state).ConfigureAwait(false);
        }

        // From one edge of a lock to the next nothing changes.
        var edges = new SortedSet<ulong> { range.Offset };
        foreach ((ByteRange held, _) in locks)
        {
            if (held.Offset > range.Offset)
                edges.Add(held.Offset);
            if (Last(held) < Last(range))
                edges.Add(Last(held) + 1);
        }

        ulong[] starts = [.. edges];
        for (int i = 0; i < starts.Length; i++)
        {
            ulong last = i + 1 < starts.Length ? starts[i + 1] - 1 : Last(range);
            NtStatus status = await file
                .SetLockAsync(starts[i], last - starts[i] + 1, StateAt(starts[i], locks)).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
        }

        return NtStatus.Success;
    }

    private static LocalLockState StateAt(ulong offset, IReadOnlyList<(ByteRange Range, bool Exclusive)> locks)
    {
        var state = LocalLockState.Unlocked;
        foreach ((ByteRange held, bool exclusive) in locks)
        {
            if (held.Length > 0 && held.Offset <= offset && offset <= Last(held) && state != LocalLockState.Exclusive)
                state = StateOf(exclusive);
        }

        return state;
    }

    private async ValueTask<NtStatus> PauseAsync(TimeSpan pause, CancellationToken cancellationToken)
    {
        var over = new Signal(open.Server.Scheduler);
        using ITimer timer = open.Server.Time.CreateTimer(
            static state => ((Signal)state!).Set(), over, pause, Timeout.InfiniteTimeSpan);
        try
        {
            await over.Task.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return NtStatus.Cancelled;
        }

        return open.IsClosed ? NtStatus.RangeNotLocked : NtStatus.Success;
    }

    private static LocalLockState StateOf(bool exclusive) => exclusive ? LocalLockState.Exclusive : LocalLockState.Shared;

    // LOCK refuses ranges that end beyond the last of all bytes.
    private static ulong Last(ByteRange range) => range.Length == 0 ? range.Offset : range.Offset + (range.Length - 1);
}
