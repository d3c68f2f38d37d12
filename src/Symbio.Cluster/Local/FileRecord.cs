using System.Diagnostics.CodeAnalysis;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Local;

/// <summary>
/// All opens of one file. Its lock is the only one taken here, and nothing is called with it held that could wait.
/// </summary>
internal sealed class FileRecord(LocalCoordinator owner)
{
    private const AccessMask SharedAccess =
        AccessMask.ReadData | AccessMask.Execute | AccessMask.WriteData | AccessMask.AppendData | AccessMask.Delete;

    private readonly List<FileClaim> _claims = [];
    private readonly Dictionary<string, RangeLocks> _locks = new(StringComparer.Ordinal);
    private CacheTable? _caches;

    // Names and named streams that are removed at their last close, and those whose removal is under way; and who asked for that
    // first. [MS-FSA] 2.1.1.4 Link.IsDeleted, 2.1.1.5 Stream.IsDeleted: a stream is the same by whichever name of the file.
    private readonly Dictionary<string, Deletion> _deletedLinks = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Deletion> _deletedStreams = new(StringComparer.Ordinal);
    private bool _dead;

    public Lock Lock { get; } = new();

    public WorkScheduler Scheduler => owner.Scheduler;

    /// <summary>False: the record is dead, take another one.</summary>
    public bool TryOpen(FileIdentity file, ClaimOptions options, out ClaimOutcome outcome)
    {
        List<BreakNotice>? notices = options.BreaksNothing ? null : [];
        lock (Lock)
        {
            outcome = default;
            if (_dead)
                return false;
            NtStatus status = Check(options, notices, out List<Task>? waits);
            if (status == NtStatus.Success)
                outcome = new ClaimOutcome(status, Admit(file, options));
            else
                outcome = new ClaimOutcome(status, null, waits is null ? null : Task.WhenAll(waits));
            DieIfUnused(file);
        }

        BreakNotice.SendAll(notices ?? []);
        return true;
    }

    public Task? Contend(FileClaim? claim, string stream, LeaseId? lease, LeaseState lose)
    {
        var notices = new List<BreakNotice>();
        Task? wait;
        lock (Lock)
        {
            wait = _caches?.Contend(stream, claim?.Holder, lease, lose, notices);
            UpdateCachedFlags(stream);
        }

        BreakNotice.SendAll(notices);
        return wait;
    }

    public NtStatus AcknowledgeBreak(FileClaim claim, LeaseState state)
    {
        var notices = new List<BreakNotice>();
        var wake = new List<Signal>();
        NtStatus status;
        lock (Lock)
        {
            if (claim.IsReleased || claim.Holder is not { } holder)
                return NtStatus.Unsuccessful;
            status = holder.Acknowledge(state, this, notices, wake);
            UpdateCachedFlags(claim.Stream);
        }

        if (status == NtStatus.Success)
            claim.Holder.Owner.OnBreakAcknowledged();
        Finish(notices, wake);
        return status;
    }

    /// <summary>The owner does not answer: it loses everything, [MS-SMB2] 3.3.6.1 and 3.3.6.3.</summary>
    public ITimer StartBreakTimer(CacheHolder holder)
    {
        int number = holder.BreakNumber;
        return owner.Time.CreateTimer(
            _ => GiveUpBreak(holder, number), null, owner.BreakTimeout, Timeout.InfiniteTimeSpan);
    }

    private void GiveUpBreak(CacheHolder holder, int number)
    {
        var wake = new List<Signal>();
        lock (Lock)
        {
            if (holder.BreakTo is null || holder.BreakNumber != number)
                return;
            holder.End(LeaseState.None, wake);
            UpdateCachedFlags(holder.Stream);
        }

        holder.Owner.OnBreakExpired();
        Finish([], wake);
    }

    public CacheGrant GetGrant(FileClaim claim)
    {
        lock (Lock)
            return claim.Holder?.Grant ?? default;
    }

    public bool IsDeletePending(FileClaim claim)
    {
        lock (Lock)
            return claim.IsUnlinked || IsDeletePending(claim.Link, claim.Stream);
    }

    public object? DeleterOf(FileClaim claim)
    {
        lock (Lock)
        {
            return _deletedLinks.TryGetValue(claim.Link, out Deletion by) || _deletedStreams.TryGetValue(claim.Stream, out by)
                ? by.Deleter
                : null;
        }
    }

    public void SetDeletePending(FileClaim claim, bool deletePending, bool atOnce)
    {
        lock (Lock)
        {
            if (claim.IsUnlinked)
                return;
            claim.DeletesAtOnce = deletePending ? claim.DeletesAtOnce || atOnce : claim.AlwaysDeletesAtOnce;
            if (deletePending)
                MarkDeleted(claim);
            else if (claim.Stream.Length == 0)
                _deletedLinks.Remove(claim.Link);
            else
                _deletedStreams.Remove(claim.Stream);
        }
    }

    /// <summary>The name is gone, for every claim that was made by it; it may be given to the file anew.</summary>
    public void Unlink(FileClaim claim)
    {
        lock (Lock)
        {
            string link = claim.Link;
            foreach (FileClaim other in _claims)
            {
                if (other.Link == link)
                    other.Link = FileClaim.NoLink;
            }

            _deletedLinks.Remove(link);
        }
    }

    public NtStatus CheckShareDelete(FileClaim claim)
    {
        lock (Lock)
        {
            foreach (FileClaim other in _claims)
            {
                if (other != claim && !other.IsReleased && (other.Access & SharedAccess) != 0 && !other.ShareDelete
                    && (claim.Stream.Length == 0 || other.Stream == claim.Stream))
                {
                    return NtStatus.SharingViolation;
                }
            }
        }

        return NtStatus.Success;
    }

    public NtStatus CheckShareWrite(FileClaim claim)
    {
        lock (Lock)
        {
            foreach (FileClaim other in _claims)
            {
                if (other != claim && !other.IsReleased && (other.Access & SharedAccess) != 0 && !other.ShareWrite
                    && other.Stream == claim.Stream)
                {
                    return NtStatus.SharingViolation;
                }
            }
        }

        return NtStatus.Success;
    }

    public bool IsDeletePending(string link)
    {
        lock (Lock)
            return IsDeletePending(link, "");
    }

    public bool HasOtherAccess(FileClaim claim, AccessMask access)
    {
        lock (Lock)
            return _claims.Exists(c => c != claim && !c.IsReleased && c.Stream == claim.Stream && (c.Access & access) != 0);
    }

    public bool HasOtherOpens(FileClaim claim)
    {
        lock (Lock)
        {
            foreach (FileClaim other in _claims)
            {
                if (other != claim && !other.IsReleased)
                    return true;
            }
        }

        return false;
    }

    public void RenameLink(FileClaim claim, string link)
    {
        lock (Lock)
        {
            if (claim.IsUnlinked)
                return;
            string old = claim.Link;
            foreach (FileClaim other in _claims)
            {
                if (other.Link == old)
                    other.Link = link;
            }

            if (_deletedLinks.Remove(old, out Deletion by))
                _deletedLinks.TryAdd(link, by);
        }
    }

    public ReleaseOutcome Release(
        FileClaim claim, List<LockWaiter> wake, List<Signal> wakeOpens, bool abandon)
    {
        lock (Lock)
        {
            if (claim.IsReleased)
                return ReleaseOutcome.Closed;
            claim.IsReleased = true;
            if (claim.Holder is { } holder)
            {
                _caches!.Release(holder, wakeOpens);
                UpdateCachedFlags(claim.Stream);
            }

            if (claim.DeleteOnClose && !abandon && !claim.IsUnlinked)
                MarkDeleted(claim);
            if (_locks.TryGetValue(claim.Stream, out RangeLocks? locks))
            {
                locks.RemoveAll(claim, wake);
                UpdateLockedFlags(claim.Stream, locks);
            }

            // The name goes when the last open of it goes; a stream when the last open of the stream goes, unless the
            // whole name goes anyhow. With POSIX semantics the name goes with the open that wanted it gone.
            if (_deletedLinks.TryGetValue(claim.Link, out Deletion by))
            {
                claim.EndsOwnDeletion = by.Parent == claim.Parent;
                bool wanted = claim.DeletesAtOnce && claim.Stream.Length == 0 && !abandon;
                return !wanted && _claims.Exists(c => !c.IsReleased && c.Link == claim.Link)
                    ? ReleaseOutcome.Closed
                    : ReleaseOutcome.Delete;
            }

            bool isPending = _deletedStreams.TryGetValue(claim.Stream, out by);
            claim.EndsOwnDeletion = isPending && by.Parent == claim.Parent;
            return isPending && !_claims.Exists(c => !c.IsReleased && c.Stream == claim.Stream)
                ? ReleaseOutcome.DeleteStream
                : ReleaseOutcome.Closed;
        }
    }

    public void CompleteRelease(FileClaim claim)
    {
        lock (Lock)
        {
            _claims.Remove(claim);
            if (!_claims.Exists(c => c.Link == claim.Link))
                _deletedLinks.Remove(claim.Link);
            if (_deletedStreams.Count > 0 && !_claims.Exists(c => c.Stream == claim.Stream))
                _deletedStreams.Remove(claim.Stream);
            DieIfUnused(claim.File);
        }
    }

    public NtStatus CheckRange(FileClaim claim, ByteRange range, bool write)
    {
        lock (Lock)
        {
            return _locks.TryGetValue(claim.Stream, out RangeLocks? locks) && locks.ConflictsWithAccess(claim, range, write)
                ? NtStatus.FileLockConflict
                : NtStatus.Success;
        }
    }

    public NtStatus TryLock(
        FileClaim claim, ByteRange range, bool exclusive, bool wait, [NotNullIfNotNull(nameof(waiter))] out LockWaiter? waiter)
    {
        waiter = null;
        lock (Lock)
        {
            if (claim.IsReleased)
                return NtStatus.RangeNotLocked;
            if (!_locks.TryGetValue(claim.Stream, out RangeLocks? locks))
                _locks.Add(claim.Stream, locks = new RangeLocks());
            if (locks.TryAdd(claim, range, exclusive))
            {
                UpdateLockedFlags(claim.Stream, locks);
                return NtStatus.Success;
            }

            if (wait)
                waiter = locks.Enqueue(claim, range, exclusive, owner.Scheduler);
            return NtStatus.LockNotGranted;
        }
    }

    public void AbandonWait(LockWaiter waiter)
    {
        lock (Lock)
        {
            if (_locks.TryGetValue(waiter.Claim.Stream, out RangeLocks? locks))
                locks.Dequeue(waiter);
        }
    }

    public NtStatus Unlock(FileClaim claim, ByteRange range, bool? exclusive, List<LockWaiter> wake)
    {
        lock (Lock)
        {
            if (!_locks.TryGetValue(claim.Stream, out RangeLocks? locks) || !locks.Remove(claim, range, exclusive, wake))
                return NtStatus.RangeNotLocked;
            UpdateLockedFlags(claim.Stream, locks);
            return NtStatus.Success;
        }
    }

    public IReadOnlyList<(ByteRange Range, bool Exclusive)> GetLocks(FileClaim claim, ByteRange? range)
    {
        lock (Lock)
            return _locks.TryGetValue(claim.Stream, out RangeLocks? locks) ? locks.Of(claim, range) : [];
    }

    // [MS-FSA] 2.1.5.1.2: what others have to say about an open, in the section's order.
    private NtStatus Check(in ClaimOptions options, List<BreakNotice>? notices, out List<Task>? waits)
    {
        waits = null;
        if (IsDeletePending(options.Link, options.Stream))
            return NtStatus.DeletePending;
        waits = _caches?.BreakBatch(options, notices);
        if (waits is not null)
            return NtStatus.Pending;
        NtStatus status = CheckSharing(options);
        waits = status == NtStatus.Success
            ? _caches?.BreakForOpen(options, notices)
            : _caches?.BreakHandles(options, notices);
        return waits is null ? status : NtStatus.Pending;
    }

    private FileClaim Admit(FileIdentity file, in ClaimOptions options)
    {
        bool hasLocks = _locks.TryGetValue(options.Stream, out RangeLocks? locks) && !locks.IsEmpty;
        if (options.Caching is not null)
            _caches ??= new CacheTable(this);
        CacheHolder? holder = _caches?.Grant(options, _claims, hasLocks);
        var claim = new FileClaim(this, file, options)
        {
            Holder = holder,
            Granted = holder?.Grant ?? default,
            StreamHasLocks = hasLocks,
        };
        _claims.Add(claim);
        UpdateCachedFlags(claim.Stream);
        return claim;
    }

    // Opens for attributes alone take no part.
    private NtStatus CheckSharing(in ClaimOptions options)
    {
        AccessMask access = options.Access | (options.Overwrites ? AccessMask.WriteData : AccessMask.None);
        if ((access & SharedAccess) == 0)
            return NtStatus.Success;
        foreach (FileClaim other in _claims)
        {
            if (other.IsReleased || (other.Access & SharedAccess) == 0)
                continue;
            if (other.Stream == options.Stream)
            {
                if (Denies(options.ShareRead, options.ShareWrite, options.ShareDelete, other.Access)
                    || Denies(other.ShareRead, other.ShareWrite, other.ShareDelete, access))
                {
                    return NtStatus.SharingViolation;
                }
            }
            else if ((options.Stream.Length == 0 && (options.Access & AccessMask.Delete) != 0 && !other.ShareDelete)
                || (other.Stream.Length == 0 && (other.Access & AccessMask.Delete) != 0 && !options.ShareDelete))
            {
                return NtStatus.SharingViolation; // Deleting the file would take the stream along.
            }
        }

        return NtStatus.Success;
    }

    private static bool Denies(bool shareRead, bool shareWrite, bool shareDelete, AccessMask access) =>
        (!shareRead && (access & (AccessMask.ReadData | AccessMask.Execute)) != 0)
        || (!shareWrite && (access & (AccessMask.WriteData | AccessMask.AppendData)) != 0)
        || (!shareDelete && (access & AccessMask.Delete) != 0);

    private bool IsDeletePending(string link, string stream) =>
        _deletedLinks.ContainsKey(link) || _deletedStreams.ContainsKey(stream);

    private void MarkDeleted(FileClaim claim)
    {
        if (claim.Stream.Length == 0)
            _deletedLinks.TryAdd(claim.Link, new Deletion(claim.Parent, claim.OwnDeleter));
        else
            _deletedStreams.TryAdd(claim.Stream, new Deletion(claim.Parent, claim.OwnDeleter));
    }

    private void UpdateLockedFlags(string stream, RangeLocks locks)
    {
        foreach (FileClaim claim in _claims)
        {
            if (claim.Stream == stream)
                claim.StreamHasLocks = !locks.IsEmpty;
        }
    }

    private void UpdateCachedFlags(string stream)
    {
        if (_caches is null)
            return;
        int holders = _caches.CountCaching(stream);
        foreach (FileClaim claim in _claims)
        {
            if (claim.Stream == stream)
                claim.IsCached = holders > CacheTable.OwnShare(claim.Holder);
        }
    }

    private static void Finish(List<BreakNotice> notices, List<Signal> wake)
    {
        foreach (Signal waiter in wake)
            waiter.Set();
        BreakNotice.SendAll(notices);
    }

    private void DieIfUnused(FileIdentity file)
    {
        if (_claims.Count > 0 || _dead)
            return;
        _dead = true;
        owner.Remove(file, this);
    }

    /// <summary>Who asked for a deletion: under which lease on the directory, and in whose name it is done.</summary>
    private readonly record struct Deletion(LeaseId? Parent, object? Deleter);
}
