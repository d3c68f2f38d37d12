using Symbio.Protocol;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>A reservation that is refused takes nothing, [MS-FSA] 2.1.5.15.1.</summary>
public sealed class FullVolumeTests(FullVolumeTests.Ext4Volume small, FullVolumeTests.CompressedVolume compressed)
    : IClassFixture<FullVolumeTests.Ext4Volume>, IClassFixture<FullVolumeTests.CompressedVolume>
{
    private const ulong MiB = 1 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("allocate")]
    [InlineData("reserve")]
    [InlineData("fill")]
    [InlineData("create")]
    public async Task What_does_not_fit_is_not_begun(string how)
    {
        Assert.SkipWhen(small.Missing is not null, small.Missing ?? "");
        using var folder = new TemporaryFolder(small.Path);
        await using PosixFileStore store = PosixFileStore.Open(folder.Path);
        await using IStoreFile file = await CreateAsync(store, "f", 0);
        await file.WriteAsync(0, new byte[10_000], Token);
        ulong free = await FreeAsync(store);

        switch (how)
        {
            case "allocate":
                Assert.Equal(NtStatus.Success, await file.SetAllocationAsync(8 * MiB, Token));
                Assert.Equal(NtStatus.DiskFull, await file.SetAllocationAsync(1024 * MiB, Token));
                free -= 8 * MiB;
                break;
            case "reserve":
                Assert.Equal(NtStatus.DiskFull, await file.ReserveAsync(1024 * MiB, Token));
                break;
            case "fill":
                await file.SetEndOfFileAsync(1024 * MiB, Token);
                Assert.Equal(NtStatus.DiskFull, await file.FillHolesAsync(Token));
                break;
            default:
                var options = new StoreCreateOptions { Access = StoreAccess.Write, AllocationSize = 1024 * MiB };
                Assert.Equal(NtStatus.DiskFull, (await store.CreateAsync("g", options, StoreCaller.Service, Token)).Status);
                break;
        }

        Assert.InRange(await FreeAsync(store), free - MiB, free + MiB);
    }

    [Fact]
    public async Task Compressed_data_needs_no_room_for_what_it_stands_for()
    {
        Assert.SkipWhen(compressed.Missing is not null, compressed.Missing ?? "");
        using var folder = new TemporaryFolder(compressed.Path);
        await using PosixFileStore store = PosixFileStore.Open(folder.Path);
        await using IStoreFile file = await CreateAsync(store, "f", 0);
        for (ulong offset = 0; offset < 320 * MiB; offset += 32 * MiB)
        {
            Assert.Equal(NtStatus.Success, await file.WriteAsync(offset, new byte[32 * MiB], Token));
            await file.FlushAsync(Token);
        }

        Assert.Equal(NtStatus.Success, await file.FillHolesAsync(Token));
        Assert.Equal(NtStatus.DiskFull, await file.ReserveAsync(1024 * MiB, Token));
    }

    private static async ValueTask<IStoreFile> CreateAsync(PosixFileStore store, string name, ulong allocation)
    {
        var options = new StoreCreateOptions { Access = StoreAccess.Read | StoreAccess.Write, AllocationSize = allocation };
        var (status, file) = await store.CreateAsync(name, options, StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private static async ValueTask<ulong> FreeAsync(PosixFileStore store) =>
        (await store.GetVolumeInfoAsync(Token)).Info.FreeBytes;

    public sealed class Ext4Volume() : MountedVolume("mkfs.ext4", 64L << 20);

    public sealed class CompressedVolume() : MountedVolume("mkfs.btrfs", 256L << 20, "loop,compress-force=zstd");
}
