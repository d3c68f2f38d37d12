using Symbio.Protocol;
using Symbio.Protocol.Dtyp;

namespace Symbio.Storage.Posix;

/// <summary>Quotas of the file system that the share's root is on.</summary>
public sealed partial class PosixFileStore : IQuotaStore
{
    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, StoreQuota Quota)> GetQuotaAsync(
        Sid account, CancellationToken cancellationToken) =>
        Options.Scheduler.RunAsync(
            (Store: this, account), static s => new PosixQuotas(s.Store._root, s.Store.Identities).Get(s.account));

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IReadOnlyList<StoreQuota> Quotas)> ListQuotasAsync(
        Sid? after, int most, CancellationToken cancellationToken) =>
        Options.Scheduler.RunAsync(
            (Store: this, after, most),
            static s => new PosixQuotas(s.Store._root, s.Store.Identities).List(s.after, s.most));

    /// <inheritdoc/>
    public ValueTask<NtStatus> SetQuotaAsync(StoreQuota quota, CancellationToken cancellationToken) =>
        Options.Scheduler.RunAsync(
            (Store: this, quota), static s => new PosixQuotas(s.Store._root, s.Store.Identities).Set(s.quota));
}
