using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;
using Symbio.Storage.Tests.Contract;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Posix;

/// <summary>The POSIX store on btrfs, which shares blocks and compresses.</summary>
public sealed class BtrfsStoreContractTests(BtrfsVolume volume) : StoreContract, IClassFixture<BtrfsVolume>
{
    private TemporaryFolder? _folder;

    public override async ValueTask DisposeAsync()
    {
        if (_folder is null)
            return; // Skipped.
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override ValueTask<IFileStore> CreateStoreAsync()
    {
        Assert.SkipWhen(volume.Missing is not null, volume.Missing ?? "");
        _folder = new TemporaryFolder(volume.Path);
        return new(PosixFileStore.Open(_folder.Path));
    }

    protected override ValueTask<bool> TryPlantFileAsync(string path)
    {
        File.Create(_folder!.Combine(path.Replace('\\', '/'))).Dispose();
        return new(true);
    }

    [Fact]
    public void Btrfs_shares_blocks_and_compresses()
    {
        Assert.True(Store.Capabilities.HasFlag(StoreCapabilities.BlockCloning | StoreCapabilities.Compression));
    }

    [Fact]
    public async Task A_clone_takes_no_space()
    {
        var source = await CreateFileAsync("f", Bytes(8 << 20));
        var target = await CreateFileAsync("g");
        await target.SetEndOfFileAsync(8 << 20, Token);
        await source.FlushAsync(Token);
        ulong free = (await Store.GetVolumeInfoAsync(Token)).Info.AvailableBytes;

        Assert.Equal(NtStatus.Success, await target.CloneRangeAsync(0, source, 0, 8 << 20, Token));
        await target.FlushAsync(Token);

        Assert.InRange((await Store.GetVolumeInfoAsync(Token)).Info.AvailableBytes, free - (1 << 20), ulong.MaxValue);
    }

    [Fact]
    public async Task What_is_created_in_a_compressed_directory_is_compressed()
    {
        var directory = await CreateDirectoryAsync("d");
        Assert.Equal(NtStatus.Success, await directory.SetCompressionAsync(true, Token));
        var file = await CreateFileAsync(@"d\f");
        var inner = await CreateDirectoryAsync(@"d\e");

        Assert.All(
            new[] { await StatAsync(directory), await StatAsync(file), await StatAsync(inner) },
            stat => Assert.True(stat.Attributes.HasFlag(FileAttributes.Compressed)));
        Assert.All(
            (await ListAsync("d")).Where(entry => entry.Name is "e" or "f"),
            entry => Assert.True(entry.Stat.Attributes.HasFlag(FileAttributes.Compressed)));
        Assert.Equal(NtStatus.Success, await file.SetCompressionAsync(false, Token));
        Assert.False((await StatAsync(file)).Attributes.HasFlag(FileAttributes.Compressed));
    }

    [Fact]
    public async Task Attributes_that_are_set_leave_compression_alone()
    {
        var file = await CreateFileAsync("f");
        Assert.Equal(NtStatus.Success, await file.SetCompressionAsync(true, Token));

        await file.SetBasicInfoAsync(new BasicInfoChange(Attributes: FileAttributes.Hidden), Token);
        Assert.Equal(FileAttributes.Hidden | FileAttributes.Compressed, (await StatAsync(file)).Attributes);

        Assert.Equal(NtStatus.Success, await file.SetCompressionAsync(false, Token));
        Assert.Equal(FileAttributes.Hidden, (await StatAsync(file)).Attributes);
    }
}
