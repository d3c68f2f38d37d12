using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <content>
/// What the store is changing for the open: it ends before others may count on the open being closed, [MS-SMB2] 3.3.4.17, or
/// its client on having it back. What the change waits for first (others' caches, locks) is no part of it.
/// </content>
internal sealed partial class Open
{
    private int _changes; // Of the file, which the store is at for this open.
    private Signal[]? _unchanging; // Who waits until there are none.

    /// <summary>
    /// The store is about to change the file for this open. False: it has been closed or taken away from its client, so that
    /// others may count on it already. What was begun ends with <see cref="EndChange"/>; a close waits for it.
    /// </summary>
    public bool TryBeginChange()
    {
        Interlocked.Increment(ref _changes);
        if (_stage == Stage.Attached)
            return true;
        EndChange();
        return false;
    }

    /// <summary>Ends what <see cref="TryBeginChange"/> began.</summary>
    public void EndChange()
    {
        // Who waits says so first and then looks for changes: one of the two sees the other.
        if (Interlocked.Decrement(ref _changes) != 0 || Volatile.Read(ref _unchanging) is null)
            return;
        foreach (Signal signal in Interlocked.Exchange(ref _unchanging, null) ?? [])
            signal.Set();
    }

    /// <summary>
    /// A change of several steps goes on while this holds, and else ends where it is: whoever closes the open, or takes it away
    /// from its client, waits for it.
    /// </summary>
    public bool MayChange => _stage == Stage.Attached;

    /// <summary>The same as <see cref="TryBeginChange"/> and its end, for a change that need not be quick.</summary>
    public async ValueTask<NtStatus> ChangeAsync(Func<IStoreFile, ValueTask<NtStatus>> change)
    {
        if (!TryBeginChange())
            return NtStatus.FileClosed;
        try
        {
            return await change(File).ConfigureAwait(false);
        }
        finally
        {
            EndChange();
        }
    }

    /// <summary>
    /// The same for one that writes and tells how much. After it the times that the client has set are put back.
    /// </summary>
    public async ValueTask<(NtStatus Status, ulong Count)> WriteAsync(
        Func<IStoreFile, ValueTask<(NtStatus Status, ulong Count)>> write)
    {
        if (!TryBeginChange())
            return (NtStatus.FileClosed, 0);
        try
        {
            (NtStatus status, ulong count) = await write(File).ConfigureAwait(false);
            if (count > 0)
                await StickyTimes.AfterWriteAsync(File).ConfigureAwait(false);
            return (status, count);
        }
        finally
        {
            EndChange();
        }
    }

    /// <summary>The same for one that is done or not.</summary>
    public async ValueTask<NtStatus> WriteAsync(Func<IStoreFile, ValueTask<NtStatus>> write) =>
        (await WriteAsync(async file =>
        {
            NtStatus status = await write(file).ConfigureAwait(false);
            return (status, status.IsError ? 0ul : 1);
        }).ConfigureAwait(false)).Status;

    /// <summary>Waits for the changes that the store is at, as long as the open has no client that may begin others.</summary>
    public async ValueTask ChangesEndAsync()
    {
        while (_stage != Stage.Attached && Volatile.Read(ref _changes) != 0)
        {
            var signal = new Signal(Server.Scheduler); // One for each who waits: of several on one only one goes on where it is set.
            Signal[]? others = Volatile.Read(ref _unchanging);
            if (Interlocked.CompareExchange(ref _unchanging, [.. others ?? [], signal], others) != others)
                continue;
            if (Volatile.Read(ref _changes) == 0)
                return; // Nobody is left to take it out, and it does no harm.
            await signal.Task.ConfigureAwait(false);
        }
    }
}
