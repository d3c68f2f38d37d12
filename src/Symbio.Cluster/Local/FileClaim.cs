using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Local;

/// <summary>One open's place in a <see cref="FileRecord"/>.</summary>
internal sealed class FileClaim(FileRecord record, StreamRecord stream, FileIdentity file, ClaimOptions options) : IFileClaim
{
    /// <summary>Stands for the name that an open had and that is gone. No name is like it.</summary>
    public const string NoLink = "\0";

    public FileIdentity File { get; } = file;

    /// <summary>The stream that is open.</summary>
    public StreamRecord On { get; } = stream;

    /// <summary>Where the record has this claim.</summary>
    public int Index { get; set; }

    /// <summary>The how many-th claim of the file it is.</summary>
    public ulong Number { get; init; }

    /// <summary>Not null: what opens of the file wait for, <see cref="IFileClaim.TryBeginReplace"/>.</summary>
    public Signal? Replaced { get; set; }

    /// <summary>Byte-range locks that it holds.</summary>
    public int LockCount { get; set; }

    public string Link { get; set; } = options.Link;

    public AccessMask Access { get; } = options.Access;

    public bool ShareRead { get; } = options.ShareRead;

    public bool ShareWrite { get; } = options.ShareWrite;

    public bool ShareDelete { get; } = options.ShareDelete;

    public bool DeleteOnClose { get; } = options.DeleteOnClose;

    public LeaseId? Parent { get; } = options.Parent;

    /// <summary>Who deletes what this open asks to delete.</summary>
    public object? OwnDeleter { get; } = options.Deleter;

    public object? Deleter => record.DeleterOf(this);

    /// <summary>A name that this open deletes goes with it, not with the last.</summary>
    public bool DeletesAtOnce { get; set; } = options.DeletesAtOnce;

    /// <summary><see cref="DeletesAtOnce"/> whenever the open deletes, not only when it says so.</summary>
    public bool AlwaysDeletesAtOnce { get; } = options.DeletesAtOnce;

    public bool IsUnlinked => Link == NoLink;

    public bool IsReleased { get; set; }

    public bool EndsOwnDeletion { get; set; }

    /// <summary>The oplock or lease; null when none was asked for (or no oplock granted).</summary>
    public CacheHolder? Holder { get; init; }

    public CacheGrant Granted { get; init; }

    public CacheGrant Cache => Holder is null ? default : record.GetGrant(this);

    public bool IsDeletePending => record.IsDeletePending(this);

    public bool HasOtherOpens => record.HasOtherOpens(this);

    public ValueTask SetDeletePendingAsync(bool deletePending, CancellationToken cancellationToken)
    {
        record.SetDeletePending(this, deletePending, atOnce: false);
        return ValueTask.CompletedTask;
    }

    public ValueTask SetDeletePendingAtOnceAsync(CancellationToken cancellationToken)
    {
        record.SetDeletePending(this, deletePending: true, atOnce: true);
        return ValueTask.CompletedTask;
    }

    public void Unlink() => record.Unlink(this);

    public bool TryBeginReplace() => record.TryBeginReplace(this);

    public bool HasOtherAccess(AccessMask access) => record.HasOtherAccess(this, access);

    public ValueTask<Task?> ContendAsync(LeaseState lose, CancellationToken cancellationToken) =>
        new(On.IsCachedByOthers(Holder) ? record.Contend(this, lose) : null);

    public ValueTask<NtStatus> AcknowledgeBreakAsync(LeaseState state, CancellationToken cancellationToken) =>
        new(record.AcknowledgeBreak(this, state));

    public NtStatus CheckShareDelete() => record.CheckShareDelete(this);

    public NtStatus CheckShareWrite() => record.CheckShareWrite(this);

    public void RenameLink(string link) => record.RenameLink(this, link);

    public NtStatus TryBeginRenameStream(string stream) => record.TryBeginRenameStream(this, stream);

    public void EndRenameStream(bool renamed) => record.EndRenameStream(this, renamed);

    public NtStatus CheckRange(ulong offset, ulong length, bool write) =>
        length > 0 && On.HasLocks ? record.CheckRange(this, new ByteRange(offset, length), write) : NtStatus.Success;

    public ValueTask<NtStatus> LockAsync(ByteRange range, bool exclusive, bool wait, CancellationToken cancellationToken)
    {
        NtStatus status = record.TryLock(this, range, exclusive, wait, out LockWaiter? waiter);
        return waiter is null ? new(status) : WaitAsync(waiter, cancellationToken);
    }

    public ValueTask<NtStatus> UnlockAsync(ByteRange range, bool? exclusive, CancellationToken cancellationToken)
    {
        var wake = new List<LockWaiter>();
        NtStatus status = record.Unlock(this, range, exclusive, wake);
        Wake(wake);
        return new(status);
    }

    public IReadOnlyList<(ByteRange Range, bool Exclusive)> GetLocks() => record.GetLocks(this, null);

    public IReadOnlyList<(ByteRange Range, bool Exclusive)> GetLocks(ByteRange range) => record.GetLocks(this, range);

    public ValueTask<ReleaseOutcome> ReleaseAsync(CancellationToken cancellationToken) => new(Release(abandon: false));

    public ValueTask<ReleaseOutcome> AbandonAsync(CancellationToken cancellationToken) => new(Release(abandon: true));

    public void CompleteRelease() => record.CompleteRelease(this);

    private ReleaseOutcome Release(bool abandon)
    {
        var wake = new List<LockWaiter>();
        var wakeOpens = new List<Signal>();
        ReleaseOutcome outcome = record.Release(this, wake, wakeOpens, abandon);
        Wake(wake);
        foreach (Signal waiter in wakeOpens)
            waiter.Set();
        return outcome;
    }

    private static void Wake(List<LockWaiter> waiters)
    {
        foreach (LockWaiter waiter in waiters)
            waiter.Wake();
    }

    private async ValueTask<NtStatus> WaitAsync(LockWaiter waiter, CancellationToken cancellationToken)
    {
        try
        {
            await waiter.Done.WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            record.AbandonWait(waiter);

            // The grant may have come first; then the lock is held and the cancel is late.
            if (waiter.Granted is null)
                return NtStatus.Cancelled;
        }

        return waiter.Granted == true ? NtStatus.Success : NtStatus.RangeNotLocked;
    }
}
