using System.Diagnostics.CodeAnalysis;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Local;

/// <summary>
/// All opens of one file. Its lock is the only one taken here, and nothing is called with it held that could wait.
/// </summary>
internal sealed partial class FileRecord(LocalCoordinator owner)
{
    private readonly List<FileClaim> _claims = []; // In no order: each knows its index.
    private StreamRecord? _unnamed;
    private Dictionary<string, StreamRecord>? _named;
    private int _opens; // Claims that have not been released.

    // Names that are removed at their last close, and those whose removal is under way; and who asked for that first.
    // [MS-FSA] 2.1.1.4 Link.IsDeleted. A named stream has its own mark (2.1.1.5 Stream.IsDeleted): it is the same by whichever
    // name of the file.
    private Dictionary<string, Deletion>? _deletedLinks;
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

    public Task? Contend(FileClaim claim, LeaseState lose)
    {
        var notices = new List<BreakNotice>();
        Task? wait;
        lock (Lock)
            wait = claim.On.Caches?.Contend(claim.Holder, claim.Holder?.Lease, lose, notices);
        BreakNotice.SendAll(notices);
        return wait;
    }

    /// <summary>For who has no open of it.</summary>
    public Task? Contend(string stream, LeaseId? lease, LeaseState lose)
    {
        var notices = new List<BreakNotice>();
        Task? wait;
        lock (Lock)
            wait = Find(stream)?.Caches?.Contend(null, lease, lose, notices);
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
            return claim.IsUnlinked || DeletionOf(claim.Link, claim.On) is not null;
    }

    public object? DeleterOf(FileClaim claim)
    {
        lock (Lock)
            return DeletionOf(claim.Link, claim.On)?.Deleter;
    }

    public void SetDeletePending(FileClaim claim, bool deletePending, bool atOnce)
    {
        lock (Lock)
        {
            if (claim.IsUnlinked || claim.IsReleased)
                return; // An open that has ended meanwhile asks for nothing any more.
            claim.DeletesAtOnce = deletePending ? claim.DeletesAtOnce || atOnce : claim.AlwaysDeletesAtOnce;
            if (deletePending)
                MarkDeleted(claim);
            else if (claim.On.IsUnnamed)
                _deletedLinks?.Remove(claim.Link);
            else
                claim.On.Deletion = null;
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

            _deletedLinks?.Remove(link);
        }
    }

    public NtStatus CheckShareDelete(FileClaim claim)
    {
        lock (Lock)
        {
            bool denied = claim.On.DeniesDelete(but: claim);
            if (claim.On.IsUnnamed && _named is not null)
            {
                foreach (StreamRecord stream in _named.Values)
                    denied |= stream.DeniesDelete(but: null);
            }

            return denied ? NtStatus.SharingViolation : NtStatus.Success;
        }
    }

    public NtStatus CheckShareWrite(FileClaim claim)
    {
        lock (Lock)
            return claim.On.DeniesWrite(but: claim) ? NtStatus.SharingViolation : NtStatus.Success;
    }

    public bool IsDeletePending(string link)
    {
        lock (Lock)
            return DeletionOf(link, null) is not null;
    }

    public bool HasOtherAccess(FileClaim claim, AccessMask access)
    {
        lock (Lock)
            return _claims.Exists(c => c != claim && !c.IsReleased && c.On == claim.On && (c.Access & access) != 0);
    }

    public bool HasOtherOpens(FileClaim claim)
    {
        lock (Lock)
            return _opens > (claim.IsReleased ? 0 : 1);
    }

    public void RenameLink(FileClaim claim, string link)
    {
        lock (Lock)
        {
            if (claim.IsUnlinked || claim.IsReleased)
                return;
            string old = claim.Link;
            foreach (FileClaim other in _claims)
            {
                if (other.Link == old)
                    other.Link = link;
            }

            if (_deletedLinks is not null && _deletedLinks.Remove(old, out Deletion? by))
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
            StreamRecord stream = claim.On;
            stream.Release(claim);
            _opens--;
            EndReplace(claim, wakeOpens);
            if (claim.Holder is not null)
                stream.Caches!.Release(claim, wakeOpens);
            if (claim.DeleteOnClose && !abandon && !claim.IsUnlinked)
                MarkDeleted(claim);
            if (stream.Locks is { } locks)
            {
                locks.RemoveAll(claim, wake);
                stream.LocksChanged();
            }

            // The name goes when the last open of it goes; a stream when the last open of the stream goes, unless the
            // whole name goes anyhow. With POSIX semantics the name goes with the open that wanted it gone.
            if (DeletionOf(claim.Link, null) is { } by)
            {
                claim.EndsOwnDeletion = by.Parent == claim.Parent;
                bool wanted = claim.DeletesAtOnce && stream.IsUnnamed && !abandon;
                return !wanted && _claims.Exists(c => !c.IsReleased && c.Link == claim.Link)
                    ? ReleaseOutcome.Closed
                    : ReleaseOutcome.Delete;
            }

            claim.EndsOwnDeletion = stream.Deletion is { } deletion && deletion.Parent == claim.Parent;
            return stream.Deletion is not null && stream.Opens == 0 ? ReleaseOutcome.DeleteStream : ReleaseOutcome.Closed;
        }
    }

    public void CompleteRelease(FileClaim claim)
    {
        lock (Lock)
        {
            if (claim.Index < 0)
                return;
            FileClaim last = _claims[^1];
            _claims[claim.Index] = last;
            last.Index = claim.Index;
            _claims.RemoveAt(_claims.Count - 1);
            claim.Index = -1;
            if (_deletedLinks is { Count: > 0 } && !_claims.Exists(c => c.Link == claim.Link))
                _deletedLinks.Remove(claim.Link);
            claim.On.Remove();
            if (claim.On.Claims == 0)
                Forget(claim.On);
            DieIfUnused(claim.File);
        }
    }

    public NtStatus CheckRange(FileClaim claim, ByteRange range, bool write)
    {
        lock (Lock)
        {
            return claim.On.Locks is { } locks && locks.ConflictsWithAccess(claim, range, write)
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
            RangeLocks locks = claim.On.GetLocks();
            if (locks.TryAdd(claim, range, exclusive))
            {
                claim.On.LocksChanged();
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
            waiter.Claim.On.Locks?.Dequeue(waiter);
    }

    public NtStatus Unlock(FileClaim claim, ByteRange range, bool? exclusive, List<LockWaiter> wake)
    {
        lock (Lock)
        {
            if (claim.On.Locks is not { } locks || !locks.Remove(claim, range, exclusive, wake))
                return NtStatus.RangeNotLocked;
            claim.On.LocksChanged();
            return NtStatus.Success;
        }
    }

    public IReadOnlyList<(ByteRange Range, bool Exclusive)> GetLocks(FileClaim claim, ByteRange? range)
    {
        lock (Lock)
            return claim.On.Locks?.Of(claim, range) ?? [];
    }

    // [MS-FSA] 2.1.5.1.2: what others have to say about an open, in the section's order.
    private NtStatus Check(in ClaimOptions options, List<BreakNotice>? notices, out List<Task>? waits)
    {
        waits = null;
        StreamRecord? stream = Find(options.Stream);
        if (DeletionOf(options.Link, stream) is not null)
            return NtStatus.DeletePending;
        if (IsBeingRenamed(options.Stream))
            return NtStatus.SharingViolation;
        if (IsBeingReplaced(options, out waits))
            return NtStatus.Pending;
        waits = stream?.Caches?.BreakBatch(options, notices);
        if (waits is not null)
            return NtStatus.Pending;
        NtStatus status = CheckSharing(options, stream);
        if (status == NtStatus.Success)
        {
            waits = stream?.Caches?.BreakForOpen(options, notices);
            if (options.DeletesStreams && _named is not null)
            {
                foreach (StreamRecord named in _named.Values)
                    named.Caches?.BreakForDeletion(notices, ref waits);
            }
        }
        else
        {
            waits = stream?.Caches?.BreakHandles(options, notices);
        }

        return waits is null ? status : NtStatus.Pending;
    }

    private FileClaim Admit(FileIdentity file, in ClaimOptions options)
    {
        StreamRecord stream = FindOrAdd(options.Stream);
        CacheHolder? holder = options.Caching is null ? null : stream.GetCaches().Grant(options);
        var claim = new FileClaim(this, stream, file, options)
        {
            Holder = holder,
            Granted = holder?.Grant ?? default,
            Index = _claims.Count,
            Number = ++_admitted,
        };
        _claims.Add(claim);
        _opens++;
        stream.Add(claim);
        return claim;
    }

    private NtStatus CheckSharing(in ClaimOptions options, StreamRecord? stream)
    {
        AccessMask access = options.Access | (options.Overwrites ? AccessMask.WriteData : AccessMask.None);
        if ((access & StreamRecord.SharedAccess) == 0)
            return NtStatus.Success;
        bool conflicts = stream is not null && stream.Conflicts(options, access);

        // Deleting the file would take its streams along.
        if (options.Stream.Length > 0)
        {
            conflicts |= !options.ShareDelete && _unnamed is { HasDeleters: true };
        }
        else if ((options.Access & AccessMask.Delete) != 0 && _named is not null)
        {
            foreach (StreamRecord named in _named.Values)
                conflicts |= named.DeniesDelete(but: null);
        }

        return conflicts ? NtStatus.SharingViolation : NtStatus.Success;
    }

    private StreamRecord? Find(string stream) => stream.Length == 0 ? _unnamed : _named?.GetValueOrDefault(stream);

    private StreamRecord FindOrAdd(string stream)
    {
        if (Find(stream) is { } known)
            return known;
        var made = new StreamRecord(this, stream);
        Know(made);
        return made;
    }

    private void Know(StreamRecord stream)
    {
        if (stream.IsUnnamed)
            _unnamed = stream;
        else
            (_named ??= new(StringComparer.Ordinal)).Add(stream.Name, stream);
    }

    private void Forget(StreamRecord stream)
    {
        if (stream.IsUnnamed)
            _unnamed = null;
        else
            _named!.Remove(stream.Name);
    }

    private Deletion? DeletionOf(string link, StreamRecord? stream) =>
        _deletedLinks is not null && _deletedLinks.TryGetValue(link, out Deletion? by) ? by : stream?.Deletion;

    private void MarkDeleted(FileClaim claim)
    {
        var deletion = new Deletion(claim.Parent, claim.OwnDeleter);
        if (claim.On.IsUnnamed)
            (_deletedLinks ??= new(StringComparer.Ordinal)).TryAdd(claim.Link, deletion);
        else
            claim.On.Deletion ??= deletion;
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
}
