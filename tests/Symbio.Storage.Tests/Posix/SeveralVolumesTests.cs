using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>A share with several file systems below its root, in which the same inode numbers come again.</summary>
public sealed class SeveralVolumesTests : IClassFixture<BtrfsVolume>, IAsyncDisposable
{
    private readonly TemporaryFolder? _folder;
    private readonly PosixFileStore? _store;

    public SeveralVolumesTests(BtrfsVolume volume)
    {
        Assert.SkipWhen(volume.Missing is not null, volume.Missing ?? "");
        _folder = new TemporaryFolder(volume.Path);
        foreach (string name in (string[])["a", "b"])
        {
            BtrfsVolume.CreateSubvolume(_folder.Combine(name));
            File.WriteAllText(_folder.Combine($"{name}/x"), name); // Number 257 in both.
        }

        _store = PosixFileStore.Open(_folder.Path);
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        if (_store is not null)
            await _store.DisposeAsync();
        _folder?.Dispose();
    }

    [Theory]
    [InlineData("x")]
    [InlineData("X")]
    public async Task A_file_of_the_same_number_elsewhere_is_another_file(string name)
    {
        await using var source = await OpenAsync(@"a\x");
        await using var target = await OpenAsync(@"b\x");
        Assert.Equal(source.Key.FileId, target.Key.FileId);

        Assert.Equal(NtStatus.NotSameDevice, await source.RenameAsync(@"b\" + name, true, StoreCaller.Service, Token));
        Assert.Equal(NtStatus.NotSameDevice, await source.LinkAsync(@"b\" + name, true, StoreCaller.Service, Token));

        Assert.Equal("a", await File.ReadAllTextAsync(_folder!.Combine("a/x"), Token));
        Assert.Equal("b", await File.ReadAllTextAsync(_folder.Combine("b/x"), Token));
    }

    [Fact] // [MS-FSCC] 2.4.26: to clients the share is one volume.
    public async Task All_of_a_share_s_objects_have_numbers_of_their_own()
    {
        string[] paths = ["", "a", "b", @"a\x", @"b\x"];
        var ids = new Dictionary<string, ulong>();
        foreach (string path in paths)
        {
            await using var file = await OpenAsync(path);
            var (status, stat) = await file.GetStatAsync(Token);
            Assert.Equal(NtStatus.Success, status);
            ids[path] = stat.FileId;
        }

        Assert.Equal(paths.Length, ids.Values.Distinct().Count());
        await using var fresh = PosixFileStore.Open(_folder!.Path); // It has not opened anything of them yet.
        foreach (string path in (string[])["", "a", "b"])
        {
            foreach (var entry in await ListAsync(fresh, path))
            {
                string listed = (entry.Name, path) switch
                {
                    (".", _) => path,
                    ("..", _) => "",
                    (_, "") => entry.Name,
                    _ => $@"{path}\{entry.Name}",
                };
                Assert.Equal(ids[listed], entry.Stat.FileId);
            }
        }
    }

    private static async Task<IReadOnlyList<DirectoryEntry>> ListAsync(PosixFileStore store, string path)
    {
        var (_, directory) = await store.OpenAsync(path, new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, Token);
        await using var opened = directory!;
        await using var listing = opened.Enumerate();
        var entries = new DirectoryEntry[16];
        var (status, count) = await listing.ReadAsync(new NamePattern("*"), DirectoryFields.Stat, entries, Token);
        Assert.Equal(NtStatus.Success, status);
        Assert.InRange(count, 3, 4);
        return entries[..count];
    }

    private async Task<IStoreFile> OpenAsync(string path)
    {
        var (status, file) =
            await _store!.OpenAsync(path, new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }
}
