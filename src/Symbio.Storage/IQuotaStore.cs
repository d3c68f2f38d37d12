using Symbio.Protocol;
using Symbio.Protocol.Dtyp;

namespace Symbio.Storage;

/// <summary>
/// A store whose volume bounds what each account may take; with <see cref="StoreCapabilities.Quotas"/>. Who may ask and who
/// may set is the server's business.
/// </summary>
public interface IQuotaStore
{
    /// <summary>
    /// What an account takes and may take; an account that owns nothing and was never given a limit takes nothing and has
    /// none. <see cref="NtStatus.NoneMapped"/>: the volume cannot know this account.
    /// </summary>
    ValueTask<(NtStatus Status, StoreQuota Quota)> GetQuotaAsync(Sid account, CancellationToken cancellationToken);

    /// <summary>
    /// The next accounts that take something or have a limit, in an order of the store's own;
    /// <see cref="NtStatus.NoMoreEntries"/> when there are none.
    /// </summary>
    /// <param name="after">The last account that is known already; null: none is.</param>
    ValueTask<(NtStatus Status, IReadOnlyList<StoreQuota> Quotas)> ListQuotasAsync(
        Sid? after, int most, CancellationToken cancellationToken);

    /// <summary>Gives an account other limits; what it takes by now is not looked at.</summary>
    ValueTask<NtStatus> SetQuotaAsync(StoreQuota quota, CancellationToken cancellationToken);
}

/// <summary>What an account takes of a volume, and may take.</summary>
/// <param name="Threshold">Bytes above which the account is warned; null: none.</param>
/// <param name="Limit">Bytes above which it is refused; null: none.</param>
public readonly record struct StoreQuota(Sid Account, ulong Used, ulong? Threshold, ulong? Limit);
