using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;
using Symbio.Storage.Tests.Contract;

namespace Symbio.Storage.Tests.Posix;

/// <summary>The POSIX store with Apple's streams where Netatalk keeps them.</summary>
public sealed class AppleStoreContractTests : StoreContract
{
    private readonly TemporaryFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override ValueTask<IFileStore> CreateStoreAsync() => new(PosixFileStore.Open(
        _folder.Path,
        new PosixStoreOptions { AppleMetadata = AppleMetadata.Netatalk, AppleResource = AppleResource.File }));

    protected override ValueTask<bool> TryPlantFileAsync(string path)
    {
        File.Create(_folder.Combine(path.Replace('\\', '/'))).Dispose();
        return new(true);
    }

    [Fact]
    public async Task An_info_is_kept_for_files_and_directories()
    {
        IFileStore store = PosixFileStore.Open(
            _folder.Path, new PosixStoreOptions { AppleMetadata = AppleMetadata.Netatalk });
        byte[] info = new byte[AfpInfo.Length];
        AfpInfo.Write(info, Enumerable.Range(1, 32).Select(i => (byte)i).ToArray());
        foreach (bool isDirectory in new[] { false, true })
        {
            var (_, created) = await store.CreateAsync(
                $"{isDirectory}", new StoreCreateOptions { IsDirectory = isDirectory }, StoreCaller.Service, default);
            await using IStoreFile file = created!;
            await using IStoreFile stream = (await file.OpenStreamAsync("afp_afpinfo", true, StoreAccess.Write, default)).Stream!;

            Assert.Equal(NtStatus.Success, await stream.WriteAsync(0, info, default));

            byte[] read = new byte[100];
            Assert.Equal((NtStatus.Success, 60), await stream.ReadAsync(0, read, default));
            Assert.Equal(info, read[..60]);
            var (_, streams) = await file.GetStreamsAsync(default);
            Assert.Equal(new StoreStream(AfpInfo.StreamName, 60, 4096), Assert.Single(streams));
            Assert.Empty((await file.GetExtendedAttributesAsync(default)).Attributes);
            Assert.Equal(NtStatus.InvalidParameter, await stream.WriteAsync(60, "x"u8.ToArray(), default));
            Assert.Equal(NtStatus.AccessDenied, await stream.RenameStreamAsync("other", false, default));
            Assert.Equal(NtStatus.Success, await stream.DeleteAsync(StoreCaller.Service, default));
            Assert.Empty((await file.GetStreamsAsync(default)).Streams);
        }

        await store.DisposeAsync();
    }

    [Fact] // macOS tags are in com.apple.metadata:_kMDItemUserTags; over SMB the colon is U+F022.
    public async Task Names_of_streams_stand_on_disk_as_names_of_files_do()
    {
        const string Shown = "com.apple.metadata\uF022_kMDItemUserTags";
        IFileStore store = PosixFileStore.Open(_folder.Path);
        var (_, created) = await store.CreateAsync("a", new StoreCreateOptions(), StoreCaller.Service, default);
        await using IStoreFile file = created!;
        await (await file.OpenStreamAsync(Shown, true, StoreAccess.Write, default)).Stream!.DisposeAsync();

        Assert.Equal(
            "user.DosStream.com.apple.metadata:_kMDItemUserTags:$DATA", Assert.Single(XattrsOf("a"), name => name.Contains("Stream", StringComparison.Ordinal)));
        Assert.Equal(Shown, Assert.Single((await file.GetStreamsAsync(default)).Streams).Name);

        // As they were written before, and as Samba writes them with fruit:encoding = private.
        SetXattr("a", "user.DosStream.old\uF022one:$DATA");
        var (status, old) = await file.OpenStreamAsync("old\uF022one", false, StoreAccess.Write, default);
        Assert.Equal(NtStatus.Success, status);
        Assert.Equal(NtStatus.Success, await old!.DeleteAsync(StoreCaller.Service, default));
        await old.DisposeAsync();
        Assert.DoesNotContain(XattrsOf("a"), name => name.Contains("old", StringComparison.Ordinal));
        await store.DisposeAsync();
    }

    private string[] XattrsOf(string name)
    {
        byte[] path = [.. System.Text.Encoding.UTF8.GetBytes(_folder.Combine(name)), 0];
        Assert.Equal(Symbio.Storage.Posix.Native.Errno.None, Xattr.List(path, out byte[] names));
        return System.Text.Encoding.UTF8.GetString(names).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    private void SetXattr(string name, string xattr)
    {
        byte[] path = [.. System.Text.Encoding.UTF8.GetBytes(_folder.Combine(name)), 0];
        byte[] key = [.. System.Text.Encoding.UTF8.GetBytes(xattr), 0];
        Assert.Equal(Symbio.Storage.Posix.Native.Errno.None, Symbio.Storage.Posix.Native.Libc.SetXattr(path, key, [0], 0));
    }
}
