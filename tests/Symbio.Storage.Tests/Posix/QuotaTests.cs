using System.Runtime.InteropServices;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Posix;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Tests.Posix;

/// <summary>The kernel's quotas, as far as the file system of the temporary folder has any.</summary>
public sealed class QuotaTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PosixFileStore _store;

    public QuotaTests() => _store = PosixFileStore.Open(_folder.Path);

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact] // linux/quota.h, struct if_nextdqblk
    public void The_structure_is_the_kernels()
    {
        Assert.Equal(72, Marshal.SizeOf<DiskQuota>());
        Assert.Equal(64, Marshal.OffsetOf<DiskQuota>(nameof(DiskQuota.Valid)).ToInt32());
        Assert.Equal(68, Marshal.OffsetOf<DiskQuota>(nameof(DiskQuota.Id)).ToInt32());
    }

    [Fact]
    public async Task Where_none_are_kept_the_calls_say_so()
    {
        Assert.SkipWhen(_store.Capabilities.HasFlag(StoreCapabilities.Quotas), "The file system keeps quotas.");

        Assert.Equal(NtStatus.NotSupported, (await _store.GetQuotaAsync(Sid.UnixUser(0), Token)).Status);
        Assert.Equal(NtStatus.NotSupported, (await _store.ListQuotasAsync(null, 10, Token)).Status);
        Assert.Equal(NtStatus.NotSupported, (await _store.ListQuotasAsync(Sid.UnixUser(5), 10, Token)).Status);
        Assert.Equal(NtStatus.NotSupported, await _store.SetQuotaAsync(new(Sid.UnixUser(1), 0, 1, 2), Token));
    }

    [Fact]
    public async Task Accounts_that_are_none_of_the_systems_have_none()
    {
        Assert.Equal(NtStatus.NoneMapped, (await _store.GetQuotaAsync(Sid.BuiltinUsers, Token)).Status);
        Assert.Equal(NtStatus.NoneMapped, await _store.SetQuotaAsync(new(Sid.BuiltinUsers, 0, 1, 2), Token));
    }

    [Fact] // Where the file system of the temporary folder has quotas, and the test is root.
    public async Task Limits_are_the_kernels()
    {
        Assert.SkipUnless(_store.Capabilities.HasFlag(StoreCapabilities.Quotas), "The file system keeps no quotas.");
        Sid account = Sid.UnixUser(3_000_000_000);

        Assert.Equal(NtStatus.Success, await _store.SetQuotaAsync(new(account, 0, 1500, 1 << 20), Token));
        Assert.Equal(
            (NtStatus.Success, new StoreQuota(account, 0, 2048, 1 << 20)), await _store.GetQuotaAsync(account, Token));
        var (_, all) = await _store.ListQuotasAsync(null, int.MaxValue, Token);
        Assert.Contains(all, q => q.Account == account);
        Assert.Equal(NtStatus.Success, await _store.SetQuotaAsync(new(account, 0, null, null), Token));
        Assert.Equal(
            (NtStatus.Success, new StoreQuota(account, 0, null, null)), await _store.GetQuotaAsync(account, Token));
    }
}
