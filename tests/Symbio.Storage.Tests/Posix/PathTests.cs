using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Posix;

/// <summary>What lies in the share, what does not, and what is no file.</summary>
public sealed class PathTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly string _share;
    private PosixFileStore _store;

    public PathTests()
    {
        _share = Directory.CreateDirectory(_folder.Combine("share")).FullName;
        File.WriteAllText(_folder.Combine("secret"), "outside");
        _store = PosixFileStore.Open(_share);
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData("../secret")]
    [InlineData("ABSOLUTE")]
    [InlineData("/proc/self/root/etc/passwd")]
    [InlineData("d/../../secret")]
    [InlineData("loop")]
    public async Task Links_that_leave_the_share_or_go_round_are_refused(string target)
    {
        Directory.CreateDirectory(Path.Combine(_share, "d"));
        File.CreateSymbolicLink(
            Path.Combine(_share, "loop"), target == "ABSOLUTE" ? _folder.Combine("secret") : target);

        Assert.Equal(NtStatus.AccessDenied, await StatusOfAsync("loop"));
        Assert.Equal(NtStatus.AccessDenied, await StatusOfAsync("LOOP"));
        Assert.Equal(NtStatus.AccessDenied, await StatusOfAsync("loop\\x"));
    }

    [Fact]
    public async Task Links_within_the_share_are_followed_in_any_case()
    {
        Directory.CreateDirectory(Path.Combine(_share, "d", "e"));
        await File.WriteAllTextAsync(
            Path.Combine(_share, "d", "File"), "inside", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_share, "d", "e", "Up"), "../File");
        Directory.CreateSymbolicLink(Path.Combine(_share, "Link"), "d");

        Assert.Equal(NtStatus.Success, await StatusOfAsync("d\\e\\Up"));
        Assert.Equal(NtStatus.Success, await StatusOfAsync("D\\E\\UP"));
        Assert.Equal(NtStatus.Success, await StatusOfAsync("LINK\\E\\UP"));
        await using var file = await OpenAsync("LINK\\FILE");
        Assert.Equal("d\\File", file.Path);
    }

    [Theory]
    [InlineData(LinkPolicy.Report, NtStatus.ReparsePointEncountered, NtStatus.ReparsePointEncountered)]
    [InlineData(LinkPolicy.Hide, NtStatus.ObjectNameNotFound, NtStatus.ObjectPathNotFound)]
    public async Task Links_can_be_left_to_the_client_or_hidden(LinkPolicy policy, NtStatus last, NtStatus within)
    {
        await _store.DisposeAsync();
        _store = PosixFileStore.Open(_share, new PosixStoreOptions { Links = policy });
        Directory.CreateDirectory(Path.Combine(_share, "Folder"));
        await File.WriteAllTextAsync(Path.Combine(_share, "Folder", "File"), "", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_share, "Link"), "Folder");
        File.CreateSymbolicLink(Path.Combine(_share, "Outside"), "/etc");

        foreach (string link in new[] { "Link", "LINK", "Outside", "outside" })
        {
            Assert.Equal(last, await StatusOfAsync(link));
            Assert.Equal(within, await StatusOfAsync(link + "\\File"));
            Assert.Equal(within, await StatusOfAsync(link + "\\FILE"));
            var (created, _) = await _store.CreateAsync(
                link + "\\new", new StoreCreateOptions(), StoreCaller.Service, default);
            Assert.Equal(within, created);
        }

        Assert.Equal(NtStatus.Success, await StatusOfAsync("folder\\file"));
    }

    [Theory]
    [InlineData("Folder", true)]
    [InlineData("File", false)]
    [InlineData("nowhere", false)]
    [InlineData("..", false)]
    public async Task A_link_is_one_to_a_directory_when_it_leads_to_one_in_the_share(string target, bool expected)
    {
        await _store.DisposeAsync();
        _store = PosixFileStore.Open(_share, new PosixStoreOptions { Links = LinkPolicy.Report });
        Directory.CreateDirectory(Path.Combine(_share, "Folder"));
        await File.WriteAllTextAsync(Path.Combine(_share, "File"), "", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_share, "Link"), target);
        var (_, link) = await _store.OpenAsync(
            "link", new StoreOpenOptions(StoreAccess.Read, OpenReparsePoint: true), StoreCaller.Service, default);
        await using var root = await OpenAsync("", StoreAccess.Read);
        await using var listing = root.Enumerate();
        var entries = new DirectoryEntry[1];

        var (_, opened) = await link!.GetStatAsync(default);
        await listing.ReadAsync(new NamePattern("Link"), DirectoryFields.Stat, entries, default);
        await link.DisposeAsync();

        Assert.Equal(expected, opened.IsDirectory);
        Assert.Equal(opened with { LastAccessTime = default }, entries[0].Stat with { LastAccessTime = default });
    }

    [Theory]
    [InlineData("desktop.ini", true)]
    [InlineData("Desktop.INI", true)]
    [InlineData("a.tmp", true)]
    [InlineData(".dot", true)]
    [InlineData("a.txt", false)]
    public async Task Names_can_be_hidden_by_pattern(string name, bool hidden)
    {
        await _store.DisposeAsync();
        _store = PosixFileStore.Open(_share, new PosixStoreOptions { HiddenNames = ["desktop.ini", "*.tmp"] });
        await File.WriteAllTextAsync(Path.Combine(_share, name), "", TestContext.Current.CancellationToken);
        await using var file = await OpenAsync(name);
        await using var root = await OpenAsync("", StoreAccess.Read);
        await using var listing = root.Enumerate();
        var entries = new DirectoryEntry[1];

        var (_, stat) = await file.GetStatAsync(default);
        await listing.ReadAsync(new NamePattern(name), DirectoryFields.Stat, entries, default);

        Assert.Equal(hidden, stat.Attributes.HasFlag(FileAttributes.Hidden));
        Assert.Equal(hidden, entries[0].Stat.Attributes.HasFlag(FileAttributes.Hidden));
    }

    [Fact]
    public async Task A_link_can_be_opened_itself_and_deleted()
    {
        File.CreateSymbolicLink(Path.Combine(_share, "Link"), "../secret");
        var (status, link) = await _store.OpenAsync(
            "LINK", new StoreOpenOptions(StoreAccess.None, OpenReparsePoint: true), StoreCaller.Service, default);

        Assert.Equal(NtStatus.Success, status);
        var (_, stat) = await link!.GetStatAsync(default);
        Assert.True(stat.Attributes.HasFlag(FileAttributes.ReparsePoint));
        Assert.Equal((uint)ReparseTag.SymbolicLink, stat.ReparseTag);
        Assert.Equal(NtStatus.Success, await link.DeleteAsync(StoreCaller.Service, default));
        await link.DisposeAsync();
        Assert.False(File.Exists(Path.Combine(_share, "Link")));
        Assert.True(File.Exists(_folder.Combine("secret")));
    }

    [Fact]
    public async Task Deleting_what_was_opened_by_way_of_a_link_removes_the_link()
    {
        await File.WriteAllTextAsync(Path.Combine(_share, "File"), "", TestContext.Current.CancellationToken);
        File.CreateSymbolicLink(Path.Combine(_share, "Link"), "File");
        Directory.CreateDirectory(Path.Combine(_share, "Folder"));
        Directory.CreateSymbolicLink(Path.Combine(_share, "FolderLink"), "Folder");

        foreach (string name in new[] { "LINK", "FolderLink" })
        {
            await using var opened = await OpenAsync(name);
            Assert.Equal(NtStatus.Success, await opened.DeleteAsync(StoreCaller.Service, default));
        }

        Assert.Equal(["File", "Folder"], Directory.GetFileSystemEntries(_share).Select(Path.GetFileName).Order());
    }

    [Fact]
    public async Task Fifos_are_listed_but_not_opened_for_data()
    {
        using var mkfifo = Process.Start("mkfifo", Path.Combine(_share, "Pipe"));
        await mkfifo.WaitForExitAsync(TestContext.Current.CancellationToken);

        Assert.Equal(NtStatus.IoReparseTagNotHandled, await StatusOfAsync("PIPE", StoreAccess.Read));
        Assert.Equal(NtStatus.IoReparseTagNotHandled, await StatusOfAsync("PIPE", StoreAccess.Write));
        await using var pipe = await OpenAsync("Pipe", StoreAccess.None);
        Assert.Equal(NtStatus.Success, (await pipe.GetStatAsync(default)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await pipe.ReadAsync(0, new byte[1], default)).Status);
        await using var root = await OpenAsync("", StoreAccess.Read);
        await using var listing = root.Enumerate();
        var entries = new DirectoryEntry[8];
        var (_, count) = await listing.ReadAsync(NamePattern.All, DirectoryFields.Stat, entries, default);
        Assert.Contains(entries[..count], entry => entry.Name == "Pipe");
    }

    [Fact]
    public async Task Paths_longer_than_PATH_MAX_work()
    {
        string name = new('n', 200);
        string path = "";
        for (int depth = 0; depth < 40; depth++)
        {
            path = path.Length == 0 ? name : path + '\\' + name;
            var (made, directory) = await _store.CreateAsync(
                path, new StoreCreateOptions { IsDirectory = true }, StoreCaller.Service, default);
            Assert.Equal(NtStatus.Success, made);
            await directory!.DisposeAsync();
        }

        var (status, file) = await _store.CreateAsync(
            path + "\\File", new StoreCreateOptions { Access = StoreAccess.Write }, StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        Assert.Equal(path + "\\File", file!.Path);
        await file.DisposeAsync();

        await using var other = await OpenAsync(path.ToUpperInvariant() + "\\FILE", StoreAccess.Read);
        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusOfAsync(path + "\\missing"));
        Assert.Equal(NtStatus.Success, await other.RenameAsync(path + "\\Other", false, StoreCaller.Service, default));
        Assert.Equal(NtStatus.Success, await other.DeleteAsync(StoreCaller.Service, default));
        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusOfAsync(path + "\\Other"));
    }

    [Fact]
    public async Task A_name_that_ends_like_the_kernel_s_mark_is_a_name()
    {
        await File.WriteAllTextAsync(Path.Combine(_share, "x (deleted)"), "", TestContext.Current.CancellationToken);
        await using var file = await OpenAsync("x (deleted)");
        Assert.Equal("x (deleted)", file.Path);

        File.Move(Path.Combine(_share, "x (deleted)"), Path.Combine(_share, "y"));
        Assert.Equal("y", file.Path);
        File.Delete(Path.Combine(_share, "y"));
        Assert.Equal("y", file.Path);
        Assert.Equal(NtStatus.ObjectNameNotFound, await file.DeleteAsync(StoreCaller.Service, default));
    }

    [Fact]
    public async Task A_path_follows_renames_by_others_of_any_folder_above()
    {
        Directory.CreateDirectory(Path.Combine(_share, "a", "b"));
        await File.WriteAllTextAsync(Path.Combine(_share, "a", "b", "f"), "", TestContext.Current.CancellationToken);
        await using var file = await OpenAsync("a\\b\\f");

        Directory.Move(Path.Combine(_share, "a"), Path.Combine(_share, "z"));
        Assert.Equal("z\\b\\f", file.Path);
        Directory.Move(_share, _folder.Combine("moved"));
        Assert.Equal("z\\b\\f", file.Path); // The share itself may move, too.
        Directory.Move(_folder.Combine("moved"), _share);
    }

    [Fact]
    public async Task No_race_of_renames_and_links_leads_out()
    {
        Directory.CreateDirectory(Path.Combine(_share, "d", "e"));
        await File.WriteAllTextAsync(
            Path.Combine(_share, "d", "e", "secret"), "inside", TestContext.Current.CancellationToken);
        using var swap = Process.Start(new ProcessStartInfo("/bin/sh",
            ["-c", "cd \"$0\"; while :; do mv d/e d/f; ln -s ../.. d/e; rm d/e; mv d/f d/e; done", _share]))!;
        try
        {
            byte[] content = new byte[16];
            for (int i = 0; i < 3000; i++)
            {
                var (status, file) = await _store.OpenAsync(
                    i % 2 == 0 ? "d\\e\\secret" : "D\\E\\SECRET",
                    new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, default);
                if (file is null)
                {
                    Assert.Contains(status,
                        new[] { NtStatus.ObjectPathNotFound, NtStatus.ObjectNameNotFound, NtStatus.AccessDenied });
                    continue;
                }

                var (_, count) = await file.ReadAsync(0, content, default);
                Assert.Equal("inside", System.Text.Encoding.ASCII.GetString(content, 0, count));
                await file.DisposeAsync();
            }
        }
        finally
        {
            swap.Kill();
            await swap.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Theory]
    [InlineData("missing", "does not exist")]
    [InlineData("secret", "is not a folder")]
    public void What_cannot_be_served_says_why(string name, string reason)
    {
        Assert.False(PosixFileStore.TryOpen(_folder.Combine(name), null, out _, out string? error));
        Assert.Contains(reason, error, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', error);
    }

    private async Task<NtStatus> StatusOfAsync(string path, StoreAccess access = StoreAccess.Read)
    {
        var (status, file) = await _store.OpenAsync(path, new StoreOpenOptions(access), StoreCaller.Service, default);
        if (file is not null)
            await file.DisposeAsync();
        return status;
    }

    private async Task<IStoreFile> OpenAsync(string path, StoreAccess access = StoreAccess.None)
    {
        var (status, file) = await _store.OpenAsync(path, new StoreOpenOptions(access), StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }
}
