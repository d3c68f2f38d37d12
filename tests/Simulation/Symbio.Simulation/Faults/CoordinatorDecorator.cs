using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Simulation.Faults;

/// <summary>Stands in front of a coordinator, and changes what goes in or comes out.</summary>
internal abstract class CoordinatorDecorator(ICoordinator inner) : ICoordinator
{
    public async ValueTask<ClaimOutcome> OpenAsync(
        FileIdentity file, ClaimOptions options, CancellationToken cancellationToken)
    {
        ClaimOutcome outcome = await inner.OpenAsync(file, Change(options), cancellationToken);
        return outcome.Claim is { } claim ? outcome with { Claim = Wrap(claim, options) } : outcome;
    }

    public ValueTask<bool> IsDeletePendingAsync(FileIdentity file, string link, CancellationToken cancellationToken) =>
        inner.IsDeletePendingAsync(file, link, cancellationToken);

    public virtual ValueTask<Task?> ContendAsync(
        FileIdentity file, string stream, LeaseState lose, LeaseId? except, CancellationToken cancellationToken) =>
        inner.ContendAsync(file, stream, lose, except, cancellationToken);

    protected virtual ClaimOptions Change(ClaimOptions options) => options;

    protected virtual IFileClaim Wrap(IFileClaim claim, ClaimOptions options) => claim;
}

/// <summary>Stands in front of a claim.</summary>
internal abstract class ClaimDecorator(IFileClaim inner) : IFileClaim
{
    public bool IsDeletePending => inner.IsDeletePending;

    public bool HasOtherOpens => inner.HasOtherOpens;

    public bool EndsOwnDeletion => inner.EndsOwnDeletion;

    public object? Deleter => inner.Deleter;

    public virtual CacheGrant Granted => inner.Granted;

    public virtual CacheGrant Cache => inner.Cache;

    public ValueTask SetDeletePendingAsync(bool deletePending, CancellationToken cancellationToken) =>
        inner.SetDeletePendingAsync(deletePending, cancellationToken);

    public ValueTask SetDeletePendingAtOnceAsync(CancellationToken cancellationToken) =>
        inner.SetDeletePendingAtOnceAsync(cancellationToken);

    public bool IsUnlinked => inner.IsUnlinked;

    public void Unlink() => inner.Unlink();

    public bool TryBeginReplace() => inner.TryBeginReplace();

    public NtStatus CheckShareDelete() => inner.CheckShareDelete();

    public NtStatus CheckShareWrite() => inner.CheckShareWrite();

    public bool HasOtherAccess(AccessMask access) => inner.HasOtherAccess(access);

    public ValueTask<Task?> ContendAsync(LeaseState lose, CancellationToken cancellationToken) =>
        inner.ContendAsync(lose, cancellationToken);

    public ValueTask<NtStatus> AcknowledgeBreakAsync(LeaseState state, CancellationToken cancellationToken) =>
        inner.AcknowledgeBreakAsync(state, cancellationToken);

    public void RenameLink(string link) => inner.RenameLink(link);

    public virtual NtStatus CheckRange(ulong offset, ulong length, bool write) => inner.CheckRange(offset, length, write);

    public virtual ValueTask<NtStatus> LockAsync(
        ByteRange range, bool exclusive, bool wait, CancellationToken cancellationToken) =>
        inner.LockAsync(range, exclusive, wait, cancellationToken);

    public ValueTask<NtStatus> UnlockAsync(ByteRange range, bool? exclusive, CancellationToken cancellationToken) =>
        inner.UnlockAsync(range, exclusive, cancellationToken);

    public IReadOnlyList<(ByteRange Range, bool Exclusive)> GetLocks() => inner.GetLocks();

    public IReadOnlyList<(ByteRange Range, bool Exclusive)> GetLocks(ByteRange range) => inner.GetLocks(range);

    public ValueTask<ReleaseOutcome> ReleaseAsync(CancellationToken cancellationToken) => inner.ReleaseAsync(cancellationToken);

    public void CompleteRelease() => inner.CompleteRelease();

    public ValueTask<ReleaseOutcome> AbandonAsync(CancellationToken cancellationToken) => inner.AbandonAsync(cancellationToken);
}
