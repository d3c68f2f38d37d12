using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using Symbio.Storage.Posix;
using Symbio.Testing;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Notifications;

/// <summary>
/// Changes by local processes. The last one of each test makes a file named "end": what came before it is all there was,
/// since events keep their order.
/// </summary>
public sealed class LocalChangesTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-notify-").FullName;
    private PosixFileStore _store = null!;
    private TestServer _server = null!;
    private ScriptedPeer _peer = null!;

    public async ValueTask InitializeAsync()
    {
        _store = PosixFileStore.Open(_folder, new PosixStoreOptions { MaxWatchedDirectories = 20 });
        _server = await TestServer.StartAsync(store: _store);
        _peer = await _server.ConnectAuthenticatedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        Assert.Empty(await _server.LeftoversAsync());
        Assert.Equal(0, _store.WatchedDirectories);
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task Names_that_come_go_and_change_are_told()
    {
        await File.WriteAllTextAsync(At("old"), "");
        FileId root = await BeginAsync("", NotifyPeer.Names);

        await File.WriteAllTextAsync(At("new"), "text");
        File.Delete(At("old"));
        File.Move(At("new"), At("newer"));
        Directory.CreateDirectory(At("folder"));
        Directory.Move(At("folder"), At("folders"));

        Assert.Equal(
            "Added new, Removed old, RenamedOldName new, RenamedNewName newer, Added folder, RenamedOldName folder, "
            + "RenamedNewName folders",
            await UntilEndAsync(root));
    }

    [Theory]
    [InlineData(CompletionFilter.LastWrite)]
    [InlineData(CompletionFilter.Size)]
    public async Task Writes_are_told(CompletionFilter filter)
    {
        await File.WriteAllTextAsync(At("a"), "");
        FileId root = await BeginAsync("", filter | CompletionFilter.FileName);

        await File.WriteAllTextAsync(At("a"), "text");

        Assert.Equal("Modified a", await UntilEndAsync(root));
    }

    [Fact]
    public async Task Metadata_is_told()
    {
        await File.WriteAllTextAsync(At("a"), "");
        FileId root = await BeginAsync("", CompletionFilter.Attributes | CompletionFilter.FileName);

        File.SetLastWriteTimeUtc(At("a"), DateTime.UnixEpoch);

        Assert.Equal("Modified a", await UntilEndAsync(root));
    }

    [Fact]
    public async Task A_tree_is_watched_with_what_is_made_in_it()
    {
        Directory.CreateDirectory(At("d/e"));
        FileId root = await BeginAsync("", NotifyPeer.Names, NotifyFlags.WatchTree);
        await WaitForWatchesAsync(3);

        await File.WriteAllTextAsync(At("d/e/a"), "");
        Directory.CreateDirectory(At("n/o/p"));
        await File.WriteAllTextAsync(At("n/o/p/b"), "");

        Assert.Equal(
            @"Added d\e\a, Added n, Added n\o, Added n\o\p, Added n\o\p\b",
            await UntilEndAsync(root, "n/o/p/end"));
        Assert.Equal(6, _store.WatchedDirectories);
    }

    [Fact]
    public async Task A_directory_that_moves_within_a_tree_is_watched_where_it_goes()
    {
        Directory.CreateDirectory(At("d/e"));
        Directory.CreateDirectory(At("f"));
        FileId root = await BeginAsync("", NotifyPeer.Names, NotifyFlags.WatchTree);
        await WaitForWatchesAsync(4);

        Directory.Move(At("d"), At("f/g"));
        await File.WriteAllTextAsync(At("f/g/e/a"), "");

        Assert.Equal(@"Removed d, Added f\g, Added f\g\e\a", await UntilEndAsync(root, "f/g/e/end"));
    }

    [Fact]
    public async Task What_the_server_does_itself_is_told_once()
    {
        Directory.CreateDirectory(At("o"));
        FileId root = await BeginAsync("", CompletionFilter.All, NotifyFlags.WatchTree);
        await WaitForWatchesAsync(2);

        FileId file = await _peer.OpenAsync("a");
        await _peer.WriteAsync(file, 0, "text"u8.ToArray());
        await _peer.CloseAsync(file);
        file = await _peer.OpenAsync("a");
        await _peer.SetBasicAsync(file, attributes: FileAttributes.Hidden, write: 1L << 56);
        await _peer.SetEaAsync(file);
        await _peer.RenameAsync(file, "b");
        await _peer.RenameAsync(file, @"o\c");
        await _peer.DeleteAsync(file);
        await _peer.CloseAsync(file);
        FileId folder = await _peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        await _peer.CloseAsync(await _peer.OpenAsync(@"d\x"));
        await _peer.CloseAsync(folder);

        Assert.Equal(
            @"Added a, Modified a, RenamedOldName a, RenamedNewName b, Removed b, Added o\c, Removed o\c, Added d, Added d\x",
            await UntilEndAsync(root, "d/end"));
    }

    [Fact]
    public async Task A_replaced_file_is_told_once_and_what_follows_as_well()
    {
        await _peer.CloseAsync(await _peer.OpenAsync("a"));
        await _peer.CloseAsync(await _peer.OpenAsync("b"));
        FileId root = await BeginAsync("", NotifyPeer.Names);

        FileId file = await _peer.OpenAsync("a");
        Assert.Equal(NtStatus.Success, (await _peer.RenameAsync(file, "b", replace: true)).Status);
        await _peer.CloseAsync(file);
        File.Delete(At("b"));

        Assert.Equal("Removed b, RenamedOldName a, RenamedNewName b, Removed b", await UntilEndAsync(root));
    }

    [Fact]
    public async Task Only_what_is_watched_takes_a_watch_and_gives_it_back()
    {
        Directory.CreateDirectory(At("d/e"));
        FileId tree = await BeginAsync("", NotifyPeer.Names, NotifyFlags.WatchTree);
        FileId directory = await BeginAsync("d", NotifyPeer.Names);
        await WaitForWatchesAsync(3);

        await _peer.CloseAsync(tree);
        Assert.Equal(1, _store.WatchedDirectories);
        await File.WriteAllTextAsync(At("d/a"), "");
        Assert.Equal("Added a", await UntilEndAsync(directory, "d/end"));

        await _peer.CloseAsync(directory);
        Assert.Equal(0, _store.WatchedDirectories);
    }

    [Fact]
    public async Task Watches_are_bounded()
    {
        for (int i = 0; i < 40; i++)
            Directory.CreateDirectory(At($"d{i}"));
        FileId root = await BeginAsync("", NotifyPeer.Names, NotifyFlags.WatchTree);
        await WaitForWatchesAsync(20);

        Assert.Equal("", await UntilEndAsync(root)); // The root's own is among them.
        Assert.Equal(20, _store.WatchedDirectories);
    }

    [Fact]
    public async Task A_watch_follows_a_directory_that_the_server_renames()
    {
        Directory.CreateDirectory(At("d"));
        FileId directory = await BeginAsync("d", NotifyPeer.Names);
        FileId mover = await _peer.OpenAsync("d", AccessMask.Delete, options: CreateOptions.DirectoryFile);
        Assert.Equal(NtStatus.Success, (await _peer.RenameAsync(mover, "e")).Status);

        await File.WriteAllTextAsync(At("e/a"), "");

        Assert.Equal("Added a", await UntilEndAsync(directory, "e/end"));
    }

    [Fact] // What is moved is the watch of the directory that has moved.
    public async Task A_directory_that_takes_another_s_place_keeps_its_watch()
    {
        Directory.CreateDirectory(At("d"));
        FileId root = await BeginAsync("", NotifyPeer.Names);

        Directory.Move(At("d"), At("e"));
        Directory.CreateDirectory(At("d"));
        FileId next = await BeginAsync("d", NotifyPeer.Names);
        Assert.Equal("RenamedOldName d, RenamedNewName e, Added d", await UntilEndAsync(root));
        await _peer.CloseAsync(await _peer.OpenAsync(@"d\own"));

        Assert.Equal("Added own", await UntilEndAsync(next, "d/end"));
    }

    [Fact]
    public async Task A_directory_that_is_renamed_while_its_watch_begins_is_watched()
    {
        await using var store = new WatchingStore(_store);
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        Directory.CreateDirectory(At("d"));
        FileId directory = await peer.OpenDirectoryAsync("d");
        FileId mover = await other.OpenAsync("d", AccessMask.Delete, options: CreateOptions.DirectoryFile);
        store.Watched = () =>
        {
            store.Watched = null;
            Task<Reply> rename = Task.Run(async () => await other.RenameAsync(mover, "e"));
            Assert.True(rename.Wait(TimeSpan.FromSeconds(20)));
        };

        await peer.BeginAsync(directory, NotifyPeer.Names);
        await File.WriteAllTextAsync(At("e/a"), "");

        Assert.Equal("Added a", NotifyPeer.Changes(await peer.NotifyAsync(directory)));
        await peer.CloseAsync(directory);
    }

    [Fact]
    public async Task Who_wrote_before_anybody_watched_is_known()
    {
        FileId file = await _peer.OpenAsync("a");
        await _peer.WriteAsync(file, 0, "text"u8.ToArray());
        FileId root = await BeginAsync("", CompletionFilter.LastWrite | CompletionFilter.Size | CompletionFilter.FileName);

        await _peer.WriteAsync(file, 4, "text"u8.ToArray());

        Assert.Equal("", await UntilEndAsync(root)); // That is told at the close.
        await _peer.CloseAsync(file);
        Assert.EndsWith("Modified a", await _peer.ChangesAsync(root), StringComparison.Ordinal); // After what "end" has left.
    }

    private string At(string path) => Path.Combine(_folder, path);

    private async Task<FileId> BeginAsync(string path, CompletionFilter filter, NotifyFlags flags = NotifyFlags.None)
    {
        FileId directory = await _peer.OpenDirectoryAsync(path);
        await _peer.BeginAsync(directory, filter, flags);
        return directory;
    }

    // What is below a tree's root is watched a moment later.
    private async Task WaitForWatchesAsync(int count)
    {
        for (int i = 0; _store.WatchedDirectories < count; i++)
        {
            Assert.True(i < 1000, $"{_store.WatchedDirectories} directories are watched instead of {count}.");
            await Task.Delay(10);
        }
    }

    private async Task<string> UntilEndAsync(FileId directory, string end = "end")
    {
        await File.WriteAllTextAsync(At(end), "");
        var told = new List<string>();
        while (true)
        {
            foreach (string change in (await _peer.ChangesAsync(directory)).Split(", "))
            {
                if (change.EndsWith("end", StringComparison.Ordinal))
                    return string.Join(", ", told);
                if (told.Count == 0 || told[^1] != change) // Two answers may cut a repetition in two.
                    told.Add(change);
            }
        }
    }

    // Something happens just when a watch has begun.
    private sealed class WatchingStore(PosixFileStore store) : IFileStore, IWatchableStore
    {
        public Action? Watched { get; set; }

        public StoreCapabilities Capabilities => store.Capabilities;

        public IStoreWatcher? Watcher
        {
            get => store.Watcher;
            set => store.Watcher = value;
        }

        public ValueTask<(NtStatus Status, IStoreFile? File)> OpenAsync(
            string path, StoreOpenOptions options, StoreCaller caller, CancellationToken cancellationToken) =>
            store.OpenAsync(path, options, caller, cancellationToken);

        public ValueTask<(NtStatus Status, IStoreFile? File)> CreateAsync(
            string path, StoreCreateOptions options, StoreCaller caller, CancellationToken cancellationToken) =>
            store.CreateAsync(path, options, caller, cancellationToken);

        public ValueTask<(NtStatus Status, VolumeInfo Info)> GetVolumeInfoAsync(CancellationToken cancellationToken) =>
            store.GetVolumeInfoAsync(cancellationToken);

        public IDisposable? Watch(IStoreFile directory, bool tree)
        {
            IDisposable? watch = store.Watch(directory, tree);
            Watched?.Invoke();
            return watch;
        }

        public void Moved(string oldPath, string newPath) => store.Moved(oldPath, newPath);

        public ValueTask DisposeAsync() => ValueTask.CompletedTask; // It is another's.
    }
}
