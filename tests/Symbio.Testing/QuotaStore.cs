using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage;
using Symbio.Storage.Memory;

namespace Symbio.Testing;

/// <summary>A store in memory on a volume that keeps quotas.</summary>
public sealed class QuotaStore : IFileStore, IQuotaStore
{
    /// <summary>Takes 100 bytes, is warned at 200 and has 300.</summary>
    public static Sid Anna { get; } = Sid.UnixUser(1000);

    /// <summary>Takes 50 bytes and has no limit.</summary>
    public static Sid Otto { get; } = Sid.UnixUser(1001);

    private readonly MemoryFileStore _store = new();
    private readonly Dictionary<Sid, StoreQuota> _quotas = new()
    {
        [Anna] = new(Anna, 100, 200, 300),
        [Otto] = new(Otto, 50, null, null),
    };

    public StoreCapabilities Capabilities => _store.Capabilities | StoreCapabilities.Quotas;

    /// <summary>How often an account's quota was asked for.</summary>
    public int Asked { get; private set; }

    public ValueTask<(NtStatus Status, StoreQuota Quota)> GetQuotaAsync(Sid account, CancellationToken cancellationToken)
    {
        Asked++;
        return new(_quotas.TryGetValue(account, out StoreQuota quota)
            ? (NtStatus.Success, quota)
            : (NtStatus.NoneMapped, default));
    }

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreQuota> Quotas)> ListQuotasAsync(
        Sid? after, int most, CancellationToken cancellationToken)
    {
        Sid[] order = [Anna, Otto];
        StoreQuota[] list =
            [.. order.Skip(after is null ? 0 : Array.IndexOf(order, after) + 1).Take(most).Select(s => _quotas[s])];
        return new((list.Length > 0 ? NtStatus.Success : NtStatus.NoMoreEntries, list));
    }

    public ValueTask<NtStatus> SetQuotaAsync(StoreQuota quota, CancellationToken cancellationToken)
    {
        if (!_quotas.TryGetValue(quota.Account, out StoreQuota present))
            return new(NtStatus.NoneMapped);
        _quotas[quota.Account] = quota with { Used = present.Used };
        return new(NtStatus.Success);
    }

    public ValueTask<(NtStatus Status, IStoreFile? File)> OpenAsync(
        string path, StoreOpenOptions options, StoreCaller caller, CancellationToken cancellationToken) =>
        _store.OpenAsync(path, options, caller, cancellationToken);

    public ValueTask<(NtStatus Status, IStoreFile? File)> CreateAsync(
        string path, StoreCreateOptions options, StoreCaller caller, CancellationToken cancellationToken) =>
        _store.CreateAsync(path, options, caller, cancellationToken);

    public ValueTask<(NtStatus Status, VolumeInfo Info)> GetVolumeInfoAsync(CancellationToken cancellationToken) =>
        _store.GetVolumeInfoAsync(cancellationToken);

    public ValueTask DisposeAsync() => _store.DisposeAsync();
}
