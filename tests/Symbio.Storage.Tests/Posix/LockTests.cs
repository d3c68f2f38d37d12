using Symbio.Protocol;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>Byte-range locks with the kernel: what a handle can lock follows from what it is open for.</summary>
public sealed class LockTests : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(StoreAccess.Read | StoreAccess.Write, false, false)]
    [InlineData(StoreAccess.Write, false, false)]
    [InlineData(StoreAccess.Read, true, false)] // Who cannot write keeps writers out.
    [InlineData(StoreAccess.None, true, true)]
    public async Task An_exclusive_lock_keeps_out(StoreAccess access, bool mayShare, bool mayWrite)
    {
        await using PosixFileStore store = await StartAsync();
        await using IStoreFile holder = await OpenAsync(store, "a", access);
        await using IStoreFile other = await OpenAsync(store, "a", StoreAccess.Read | StoreAccess.Write);

        Assert.Equal(NtStatus.Success, await Locks(holder).SetLockAsync(10, 10, LocalLockState.Exclusive));

        Assert.Equal(mayShare, await Locks(other).CanLockAsync(19, 5, LocalLockState.Shared));
        Assert.Equal(mayWrite, await Locks(other).CanLockAsync(5, 6, LocalLockState.Exclusive));
        Assert.Equal(
            mayWrite ? NtStatus.Success : NtStatus.LockNotGranted, await Locks(other).SetLockAsync(5, 6, LocalLockState.Exclusive));
        Assert.Equal(NtStatus.Success, await Locks(other).SetLockAsync(20, 5, LocalLockState.Exclusive));
    }

    [Fact]
    public async Task Locks_go_with_their_handle_and_not_with_another()
    {
        await using PosixFileStore store = await StartAsync();
        IStoreFile holder = await OpenAsync(store, "a", StoreAccess.Read | StoreAccess.Write);
        await using IStoreFile other = await OpenAsync(store, "a", StoreAccess.Read | StoreAccess.Write);
        await Locks(holder).SetLockAsync(0, 10, LocalLockState.Shared);

        await (await OpenAsync(store, "a", StoreAccess.Read)).DisposeAsync();
        Assert.False(await Locks(other).CanLockAsync(0, 1, LocalLockState.Exclusive));
        Assert.True(await Locks(holder).CanLockAsync(0, 1, LocalLockState.Exclusive)); // One's own is in nobody's way.
        await holder.DisposeAsync();

        Assert.True(await Locks(other).CanLockAsync(0, 1, LocalLockState.Exclusive));
        Assert.Equal(NtStatus.Success, await Locks(holder).SetLockAsync(0, 1, LocalLockState.Exclusive)); // Of a closed one, none.
        Assert.True(await Locks(other).CanLockAsync(0, 1, LocalLockState.Exclusive));
    }

    [Fact]
    public async Task What_cannot_be_locked_is_not_in_the_way()
    {
        await using PosixFileStore store = await StartAsync();
        await using IStoreFile file = await OpenAsync(store, "a", StoreAccess.Read | StoreAccess.Write);
        await using IStoreFile other = await OpenAsync(store, "a", StoreAccess.Read | StoreAccess.Write);
        await using IStoreFile directory = await OpenAsync(store, "", StoreAccess.Read);

        Assert.Equal(NtStatus.Success, await Locks(directory).SetLockAsync(0, 1, LocalLockState.Exclusive));
        Assert.Equal(NtStatus.Success, await Locks(file).SetLockAsync(1ul << 63, 1, LocalLockState.Exclusive));
        Assert.True(await Locks(other).CanLockAsync(1ul << 63, ulong.MaxValue, LocalLockState.Exclusive));
        Assert.Equal(NtStatus.Success, await Locks(file).SetLockAsync(long.MaxValue, 1ul << 62, LocalLockState.Exclusive));
        Assert.False(await Locks(other).CanLockAsync(0, 1ul << 63, LocalLockState.Exclusive));
        Assert.True(await Locks(other).CanLockAsync(0, long.MaxValue, LocalLockState.Exclusive));
    }

    private static ILockableFile Locks(IStoreFile file) => (ILockableFile)file;

    private async Task<PosixFileStore> StartAsync()
    {
        await File.WriteAllBytesAsync(Path.Combine(_folder.Path, "a"), new byte[10]);
        return PosixFileStore.Open(_folder.Path);
    }

    private static async Task<IStoreFile> OpenAsync(PosixFileStore store, string path, StoreAccess access)
    {
        (NtStatus status, IStoreFile? file) = await store.OpenAsync(
            path, new StoreOpenOptions(access), StoreCaller.Service, CancellationToken.None);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }
}
