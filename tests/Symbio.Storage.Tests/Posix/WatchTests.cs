using Symbio.Protocol;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>
/// What is watched is this directory and no other, whatever it is called. The watching thread stands still while it tells of
/// something: what a test does meanwhile it hears of all at once.
/// </summary>
public sealed class WatchTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();
    private readonly PosixFileStore _store;
    private readonly Recorder _told = new();
    private readonly List<IAsyncDisposable> _open = [];

    public WatchTests()
    {
        _store = PosixFileStore.Open(_folder.Path);
        _store.Watcher = _told;
    }

    public async ValueTask DisposeAsync()
    {
        _told.Release();
        foreach (IAsyncDisposable open in _open)
            await open.DisposeAsync();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_new_directory_of_an_old_name_keeps_its_watch(bool local)
    {
        Make("a");
        await WatchAsync("", tree: false);
        var first = await WatchAsync("a", tree: false);
        await StandStillAsync();

        if (local)
        {
            Directory.Move(_folder.Combine("a"), _folder.Combine("b"));
        }
        else
        {
            Assert.Equal(NtStatus.Success, await first.RenameAsync("b", replace: false, StoreCaller.Service, default));
            _store.Moved("a", "b");
        }

        Make("a");
        await WatchAsync("a", tree: false);
        _told.Release();
        await UntilAsync("Created a");
        Touch("a/x");
        Touch("b/y");

        Assert.Equal([@"Created a\x", @"Created b\y"], await UntilAsync(@"Created b\y"));
    }

    [Fact]
    public async Task A_new_directory_in_a_tree_is_not_forgotten_with_the_one_that_left()
    {
        Make("a/sub");
        Make("in/tree");
        using var elsewhere = new TemporaryFolder();
        await WatchAsync("", tree: true);
        await WaitForWatchesAsync(5);
        await StandStillAsync();

        Directory.Move(_folder.Combine("a"), elsewhere.Combine("a"));
        Make("a");
        Touch("in/last");
        _told.Release();
        await UntilAsync(@"Created in\last");
        Touch("a/x");

        Assert.Contains(@"Created a\x", await UntilAsync(@"Created a\x"));
        await WaitForWatchesAsync(4); // The root, a, in, in\tree.
        Assert.Equal(4, _store.WatchedDirectories);
    }

    [Fact]
    public async Task A_directory_that_was_renamed_twice_is_followed_with_what_is_below()
    {
        Make("a/sub");
        await WatchAsync("", tree: true);
        await WaitForWatchesAsync(3);
        await StandStillAsync();

        Directory.Move(_folder.Combine("a"), _folder.Combine("b"));
        Directory.Move(_folder.Combine("b"), _folder.Combine("c"));
        _told.Release();
        await UntilAsync("Renamed c");
        Touch("c/sub/x");

        Assert.Equal([@"Created c\sub\x"], await UntilAsync(@"Created c\sub\x"));
    }

    [Fact]
    public async Task After_a_loss_of_events_trees_are_as_they_should_be()
    {
        Make("old/sub");
        Make("moved/sub");
        Make("left/sub");
        Make("alone");
        using var elsewhere = new TemporaryFolder();
        await WatchAsync("", tree: true);
        await WaitForWatchesAsync(8);
        await StandStillAsync();

        int limit = int.Parse(
            await File.ReadAllTextAsync("/proc/sys/fs/inotify/max_queued_events", TestContext.Current.CancellationToken),
            System.Globalization.CultureInfo.InvariantCulture);
        Assert.SkipWhen(limit > 1_000_000, "the kernel loses no events here");
        using (var one = File.OpenHandle(_folder.Combine("alone/1"), FileMode.Create, FileAccess.Write))
        using (var two = File.OpenHandle(_folder.Combine("alone/2"), FileMode.Create, FileAccess.Write))
        {
            for (int i = 0; i < limit; i++) // In turn: the kernel keeps one of two events that are alike.
                RandomAccess.Write(i % 2 == 0 ? one : two, new byte[1], 0);
        }

        Make("new/sub");
        Directory.Move(_folder.Combine("moved"), _folder.Combine("there"));
        Directory.Move(_folder.Combine("left"), elsewhere.Combine("left"));
        _told.Release();
        for (int i = 0; _told.Losses < 2; i++) // At once, and when all is watched again.
        {
            Assert.True(i < 1000, $"Who watches was told of a loss {_told.Losses} times.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        _told.Clear();
        Touch("new/sub/x");
        Touch("there/sub/y");
        Touch("old/sub/z");

        Assert.Equal(
            [@"Created new\sub\x", @"Created there\sub\y", @"Created old\sub\z"], await UntilAsync(@"Created old\sub\z"));
        Assert.Equal(8, _store.WatchedDirectories);
    }

    [Fact]
    public async Task Who_begins_a_watch_does_not_wait_while_a_directory_is_read()
    {
        Make("tree/sub");
        Make("other");
        using var reading = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        _store.Reading = () =>
        {
            reading.Set();
            release.Wait(s_patience);
        };
        try
        {
            await WatchAsync("tree", tree: true);
            Assert.True(reading.Wait(s_patience, TestContext.Current.CancellationToken));

            Task watch = Task.Factory.StartNew(
                () => WatchAsync("other", tree: false), TestContext.Current.CancellationToken,
                TaskCreationOptions.LongRunning, TaskScheduler.Default).Unwrap();
            await watch.WaitAsync(s_patience / 2, TestContext.Current.CancellationToken);
            Assert.Equal(2, _store.WatchedDirectories);
        }
        finally
        {
            release.Set();
        }

        await WaitForWatchesAsync(3);
    }

    private void Make(string path) => Directory.CreateDirectory(_folder.Combine(path));

    private void Touch(string path) => File.Create(_folder.Combine(path)).Dispose();

    // The thread is in the middle of telling something.
    private async Task StandStillAsync()
    {
        Task holds = _told.HoldAsync();
        Touch("still");
        await holds.WaitAsync(s_patience, TestContext.Current.CancellationToken);
    }

    private async Task<IStoreFile> WatchAsync(string path, bool tree)
    {
        var (status, file) = await _store.OpenAsync(path, default, StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        IDisposable? watch = _store.Watch(file!, tree);
        Assert.NotNull(watch);
        lock (_open)
            _open.Add(new Ending(watch, file!));
        return file!;
    }

    private async Task WaitForWatchesAsync(int count)
    {
        for (int i = 0; _store.WatchedDirectories != count; i++)
        {
            Assert.True(i < 1000, $"{_store.WatchedDirectories} directories are watched instead of {count}.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    // What has been told since the last time, up to this.
    private async Task<string[]> UntilAsync(string last)
    {
        for (int i = 0; ; i++)
        {
            if (_told.TakeUntil(last) is { } told)
                return told;
            Assert.True(i < 1000, $"'{last}' was not told, but: {string.Join(", ", _told.All)}.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }
    }

    private sealed class Ending(IDisposable watch, IStoreFile file) : IAsyncDisposable
    {
        public ValueTask DisposeAsync()
        {
            watch.Dispose();
            return file.DisposeAsync();
        }
    }

    // Creations and renames.
    private sealed class Recorder : IStoreWatcher
    {
        private readonly Lock _lock = new();
        private readonly List<string> _events = [];
        private TaskCompletionSource? _release;
        private TaskCompletionSource? _holds;
        private int _losses;

        public int Losses => Volatile.Read(ref _losses);

        public string[] All
        {
            get
            {
                lock (_lock)
                    return [.. _events];
            }
        }

        public Task HoldAsync()
        {
            _holds = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref _release, new TaskCompletionSource());
            return _holds.Task;
        }

        public void Release() => Interlocked.Exchange(ref _release, null)?.SetResult();

        public void Clear()
        {
            lock (_lock)
                _events.Clear();
        }

        public string[]? TakeUntil(string last)
        {
            lock (_lock)
            {
                int index = _events.IndexOf(last);
                if (index < 0)
                    return null;
                string[] told = [.. _events[..(index + 1)]];
                _events.RemoveRange(0, index + 1);
                return told;
            }
        }

        public void OnEvents(IReadOnlyList<StoreEvent> events)
        {
            lock (_lock)
            {
                _events.AddRange(events
                    .Where(e => e.Kind is StoreEventKind.Created or StoreEventKind.Renamed && e.Path != "still")
                    .Select(e => $"{e.Kind} {e.Path}"));
            }

            if (Volatile.Read(ref _release) is not { } release)
                return;
            _holds!.TrySetResult();
            release.Task.Wait(s_patience);
        }

        public void OnLost() => Interlocked.Increment(ref _losses);
    }
}
