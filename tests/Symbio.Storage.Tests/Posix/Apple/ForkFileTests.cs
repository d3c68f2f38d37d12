using System.Runtime.Versioning;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>Resource forks in AppleDouble files.</summary>
[SupportedOSPlatform("linux")]
public sealed class ForkFileTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly PosixFileStore _store;

    public ForkFileTests() =>
        _store = PosixFileStore.Open(_folder.Path, new PosixStoreOptions { AppleResource = AppleResource.File });

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_fork_is_made_as_Samba_makes_it()
    {
        await MakeAsync("a", new byte[0xBE]);

        Assert.Equal(
            Convert.ToHexString([.. AppleDoubleTests.SambasForkHeader, .. new byte[0xBE]]),
            Convert.ToHexString(await File.ReadAllBytesAsync(_folder.Combine("._a"), Token)));
        await using IStoreFile file = await OpenAsync("a");
        var (_, streams) = await file.GetStreamsAsync(Token);
        Assert.Equal(new StoreStream(AfpInfo.ResourceName, 0xBE, 4096), Assert.Single(streams));
    }

    [Fact]
    public async Task A_fork_is_written_read_and_cut_as_any_file()
    {
        await using IStoreFile file = await MakeAsync("a", "0123456789"u8.ToArray());
        await using IStoreFile fork = await ForkAsync(file);

        Assert.Equal(NtStatus.Success, await fork.WriteAsync(100_000, "x"u8.ToArray(), Token));
        Assert.Equal(100_001ul, (await fork.GetStatAsync(Token)).Stat.EndOfFile);
        Assert.Equal(NtStatus.Success, await fork.SetEndOfFileAsync(5, Token));
        Assert.Equal(NtStatus.Success, await fork.AppendAsync("end"u8.ToArray(), Token));
        Assert.Equal("01234end"u8.ToArray(), await ReadAsync(fork));
        Assert.Equal(NtStatus.Success, await fork.SetEndOfFileAsync(10, Token)); // What was cut does not come back.
        Assert.Equal("01234end\0\0"u8.ToArray(), await ReadAsync(fork));
        Assert.Equal(82 + 10, new FileInfo(_folder.Combine("._a")).Length);
        Assert.Equal(NtStatus.DiskFull, await fork.WriteAsync(uint.MaxValue, "x"u8.ToArray(), Token));
        Assert.Equal(NtStatus.DiskFull, await fork.SetEndOfFileAsync(1UL << 33, Token));
    }

    [Fact] // What stands there is nobody's any more.
    public async Task Bytes_behind_the_fork_are_not_shown()
    {
        await using IStoreFile file = await MakeAsync("a", "0123456789"u8.ToArray());
        await File.AppendAllTextAsync(_folder.Combine("._a"), "left behind", Token);
        await using IStoreFile fork = await ForkAsync(file);

        Assert.Equal("0123456789"u8.ToArray(), await ReadAsync(fork));
        Assert.Equal(NtStatus.Success, await fork.SetEndOfFileAsync(15, Token));
        Assert.Equal("0123456789\0\0\0\0\0"u8.ToArray(), await ReadAsync(fork));
    }

    [Fact]
    public async Task Nobody_sees_the_files_of_forks()
    {
        await using IStoreFile file = await MakeAsync("a", new byte[3]);

        foreach (string path in new[] { "._a", @"._a\b" })
        {
            Assert.Equal(NtStatus.ObjectNameNotFound, (await _store.OpenAsync(path, default, StoreCaller.Service, Token)).Status);
            Assert.Equal(
                NtStatus.AccessDenied,
                (await _store.CreateAsync(path, new StoreCreateOptions(), StoreCaller.Service, Token)).Status);
        }

        Assert.Equal(NtStatus.AccessDenied, await file.RenameAsync("._b", false, StoreCaller.Service, Token));
        Assert.Equal(NtStatus.AccessDenied, await file.LinkAsync("._b", false, StoreCaller.Service, Token));
        Assert.Equal(["a"], await ListAsync("*"));
        Assert.Empty(await ListAsync("._a"));
    }

    [Fact]
    public async Task A_fork_goes_where_its_file_goes()
    {
        await using IStoreFile file = await MakeAsync("a", "fork"u8.ToArray());
        Directory.CreateDirectory(_folder.Combine("d"));

        Assert.Equal(NtStatus.Success, await file.RenameAsync(@"d\b", false, StoreCaller.Service, Token));

        Assert.False(File.Exists(_folder.Combine("._a")));
        await using (IStoreFile fork = await ForkAsync(file))
            Assert.Equal("fork"u8.ToArray(), await ReadAsync(fork));
        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder.Combine("d")));
    }

    [Fact] // The fork of the file that was there is not the new one's.
    public async Task A_file_that_is_replaced_takes_its_fork_along()
    {
        await (await MakeAsync("old", "old"u8.ToArray())).DisposeAsync();
        await using IStoreFile file = await MakeAsync("new", fork: null);

        Assert.Equal(NtStatus.Success, await file.RenameAsync("old", true, StoreCaller.Service, Token));

        Assert.Equal(NtStatus.ObjectNameNotFound, (await OpenForkAsync(file)).Status);
        Assert.False(File.Exists(_folder.Combine("._old")));
    }

    [Fact]
    public async Task A_directory_with_nothing_but_left_over_forks_is_empty()
    {
        await (await MakeAsync("a", new byte[3])).DisposeAsync();
        Directory.CreateDirectory(_folder.Combine("d"));
        File.Move(_folder.Combine("._a"), _folder.Combine("d/._gone"));
        await using IStoreFile directory = await OpenAsync("d");

        Assert.Equal((NtStatus.Success, true), await directory.IsEmptyAsync(Token));
        Assert.Equal(NtStatus.Success, await directory.DeleteAsync(StoreCaller.Service, Token));
    }

    [Fact]
    public async Task What_is_no_fork_does_not_go_with_its_directory()
    {
        Directory.CreateDirectory(_folder.Combine("d"));
        await File.WriteAllTextAsync(_folder.Combine("d/._notes"), "somebody's", Token);
        await using IStoreFile directory = await OpenAsync("d");

        Assert.Equal(NtStatus.DirectoryNotEmpty, await directory.DeleteAsync(StoreCaller.Service, Token));

        Assert.True(File.Exists(_folder.Combine("d/._notes")));
    }

    [Theory]
    [InlineData("text")]
    [InlineData("empty")]
    [InlineData("link")]
    [InlineData("hard link")]
    [InlineData("directory")]
    [InlineData("somebody's")]
    public async Task Something_else_of_that_name_is_left_alone(string what)
    {
        Assert.SkipWhen(what == "somebody's" && !Environment.IsPrivilegedProcess, "Giving files away needs root.");
        string other = _folder.Combine("other"), name = _folder.Combine("._a");
        await (await MakeAsync("elsewhere", "secret"u8.ToArray())).DisposeAsync();
        File.Move(_folder.Combine("._elsewhere"), other); // A fork, of something else.
        byte[] before = await File.ReadAllBytesAsync(other, Token);
        if (what == "text")
            await File.WriteAllTextAsync(name, "some text that is no AppleDouble", Token);
        else if (what == "empty")
            File.Create(name).Dispose();
        else if (what == "link")
            File.CreateSymbolicLink(name, other);
        else if (what == "hard link")
            System.Diagnostics.Process.Start("ln", [other, name]).WaitForExit();
        else if (what == "somebody's")
            File.Copy(other, name);
        else
            Directory.CreateDirectory(name);
        if (what == "somebody's")
            System.Diagnostics.Process.Start("chown", ["bin", name]).WaitForExit();
        await using IStoreFile file = await MakeAsync("a", fork: null);

        Assert.Equal(NtStatus.ObjectNameNotFound, (await OpenForkAsync(file)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await OpenForkAsync(file, create: true)).Status);
        Assert.Empty((await file.GetStreamsAsync(Token)).Streams);
        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));

        Assert.True(Path.Exists(name));
        Assert.Equal(before, await File.ReadAllBytesAsync(other, Token));
    }

    [Fact] // macOS keeps extended attributes there, on servers without streams.
    public async Task A_fork_beside_other_things_is_emptied_rather_than_deleted()
    {
        await using IStoreFile file = await MakeAsync("a", "fork"u8.ToArray());
        byte[] content = await File.ReadAllBytesAsync(_folder.Combine("._a"), Token);
        content[50] = (byte)'T'; // A FinderInfo.
        await File.WriteAllBytesAsync(_folder.Combine("._a"), content, Token);
        await using IStoreFile fork = await ForkAsync(file);

        Assert.Equal(NtStatus.Success, await fork.DeleteAsync(StoreCaller.Service, Token));

        byte[] left = await File.ReadAllBytesAsync(_folder.Combine("._a"), Token);
        Assert.Equal((82, (byte)'T', (byte)0), (left.Length, left[50], left[37]));
    }

    [Fact]
    public async Task A_fork_that_something_follows_does_not_grow()
    {
        await using IStoreFile file = await MakeAsync("a", fork: null);
        byte[] content = [.. AppleDoubleTests.SambasForkHeader, .. "0123456789"u8, .. new byte[32]];
        content[37] = 10; // The fork's length; the FinderInfo is behind it.
        content[45] = 82 + 10;
        await File.WriteAllBytesAsync(_folder.Combine("._a"), content, Token);
        await using IStoreFile fork = await ForkAsync(file);

        Assert.Equal(NtStatus.DiskFull, await fork.WriteAsync(9, "xx"u8.ToArray(), Token));
        Assert.Equal(NtStatus.Success, await fork.WriteAsync(9, "x"u8.ToArray(), Token));
        Assert.Equal(NtStatus.Success, await fork.SetEndOfFileAsync(3, Token));
        Assert.Equal("012"u8.ToArray(), await ReadAsync(fork));
        Assert.Equal(content.Length, new FileInfo(_folder.Combine("._a")).Length);
    }

    [Fact]
    public async Task A_fork_is_for_whom_its_file_is()
    {
        await using IStoreFile file = await MakeAsync("a", "fork"u8.ToArray());
        const UnixFileMode ForAll = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.OtherRead;
        Assert.Equal(ForAll, File.GetUnixFileMode(_folder.Combine("._a")));

        Assert.Equal(NtStatus.Success, await file.SetPosixAsync(new PosixChange(Mode: 0x180), StoreCaller.Service, Token));

        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(_folder.Combine("._a")));
    }

    [Fact]
    public async Task Two_handles_write_one_fork()
    {
        await using IStoreFile file = await MakeAsync("a", "x"u8.ToArray());
        await using IStoreFile one = await ForkAsync(file);
        await using IStoreFile other = await ForkAsync(file);

        await Task.WhenAll(Enumerable.Range(0, 200).Select(i => (i % 2 == 0 ? one : other)
            .AppendAsync(new byte[] { (byte)i }, Token).AsTask()));

        byte[] all = await ReadAsync(one);
        Assert.Equal(201, all.Length);
        Assert.Equal(Enumerable.Range(0, 200), all.Skip(1).Select(b => (int)b).Order());
    }

    [Fact]
    public async Task Changes_of_forks_are_nobody_s_news()
    {
        var watcher = new Events();
        _store.Watcher = watcher;
        await using IStoreFile root = await OpenAsync("");
        using IDisposable? watch = _store.Watch(root, tree: true);
        await (await MakeAsync("a", "fork"u8.ToArray())).DisposeAsync();
        await (await MakeAsync("last", fork: null)).DisposeAsync();

        for (int i = 0; i < 500 && !watcher.Paths.Contains("last"); i++)
            await Task.Delay(10, Token);

        Assert.Contains("last", watcher.Paths);
        Assert.DoesNotContain(watcher.Paths, path => path.Contains("._", StringComparison.Ordinal));
    }

    private async Task<IStoreFile> MakeAsync(string name, byte[]? fork)
    {
        var (status, file) = await _store.CreateAsync(
            name, new StoreCreateOptions { Access = StoreAccess.Read | StoreAccess.Write }, StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        if (fork is null)
            return file!;
        await using IStoreFile stream = await ForkAsync(file!, create: true);
        Assert.Equal(NtStatus.Success, await stream.WriteAsync(0, fork, Token));
        return file!;
    }

    private async Task<IStoreFile> OpenAsync(string path)
    {
        var (status, file) = await _store.OpenAsync(path, new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private static async Task<IStoreFile> ForkAsync(IStoreFile file, bool create = false)
    {
        var (status, fork) = await OpenForkAsync(file, create);
        Assert.Equal(NtStatus.Success, status);
        return fork!;
    }

    private static ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenForkAsync(IStoreFile file, bool create = false) =>
        file.OpenStreamAsync("afp_resource", create, StoreAccess.Read | StoreAccess.Write, Token);

    private static async Task<byte[]> ReadAsync(IStoreFile file)
    {
        byte[] content = new byte[200_000];
        var (status, count) = await file.ReadAsync(0, content, Token);
        Assert.Equal(NtStatus.Success, status);
        return content[..count];
    }

    private async Task<string[]> ListAsync(string pattern)
    {
        await using IStoreFile root = await OpenAsync("");
        await using IDirectoryEnumerator listing = root.Enumerate();
        var entries = new DirectoryEntry[20];
        var (_, count) = await listing.ReadAsync(new NamePattern(pattern), DirectoryFields.None, entries, Token);
        return [.. entries[..count].Select(e => e.Name).Where(name => name is not ("." or "..")).Order()];
    }

    private sealed class Events : IStoreWatcher
    {
        private readonly List<string> _paths = [];

        public IReadOnlyList<string> Paths
        {
            get
            {
                lock (_paths)
                    return [.. _paths];
            }
        }

        public void OnEvents(IReadOnlyList<StoreEvent> events)
        {
            lock (_paths)
                _paths.AddRange(events.Select(e => e.Path));
        }

        public void OnLost()
        {
        }
    }
}
