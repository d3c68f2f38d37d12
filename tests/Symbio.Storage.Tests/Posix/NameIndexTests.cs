using System.Diagnostics;
using System.Text;
using Symbio.Protocol;
using Symbio.Storage.Posix;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Tests.Posix;

/// <summary>Names in any case without reading the directory again, whoever changes it.</summary>
public sealed class NameIndexTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private PosixFileStore _store;

    public NameIndexTests() => _store = PosixFileStore.Open(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task A_directory_is_read_once_for_any_number_of_operations()
    {
        for (int i = 0; i < 1000; i++)
            Touch($"File {i}");

        for (int i = 0; i < 300; i++)
        {
            Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync($"missing {i}"));
            Assert.Equal(NtStatus.Success, await OpenAsync($"FILE {i}"));
            Assert.Equal(NtStatus.Success, await CreateAsync($"New {i}"));
            Assert.Equal(NtStatus.ObjectNameCollision, await CreateAsync($"nEW {i}"));
            Assert.Equal(NtStatus.Success, await DeleteAsync($"NEW {i}"));
            Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync($"new {i}"));
        }

        Assert.Equal(1, _store.NameScans);
    }

    [Theory] // RENAME_EXCHANGE: inotify says that one of them has gone.
    [InlineData("One", "Two")]
    [InlineData("One", "Folder/Two")]
    [InlineData("Folder/One", "Two")]
    public async Task Names_that_change_places_are_both_still_there(string one, string two)
    {
        Directory.CreateDirectory(_folder.Combine("Folder"));
        Touch(one);
        Touch(two);
        string[] names = [.. new[] { one, two }.Select(name => name.ToUpperInvariant().Replace('/', '\\'))];
        foreach (string name in names)
            Assert.Equal(NtStatus.Success, await OpenAsync(name));

        using var exchange = Process.Start(
            "python3",
            ["-c", "import ctypes, sys; sys.exit(ctypes.CDLL(None).renameat2(-100, sys.argv[1].encode(), -100, sys.argv[2].encode(), 2))",
                _folder.Combine(one), _folder.Combine(two)]);
        await exchange.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, exchange.ExitCode);

        foreach (string name in names)
            Assert.Equal(NtStatus.Success, await OpenAsync(name));
    }

    [Fact]
    public async Task Names_that_move_on_are_followed_without_another_reading()
    {
        Touch("a");
        Assert.Equal(NtStatus.Success, await OpenAsync("A"));
        for (int i = 0; i < 20; i++)
        {
            File.Move(_folder.Combine(i == 0 ? "a" : $"a{i}"), _folder.Combine($"a{i + 1}"));
            Assert.Equal(NtStatus.Success, await OpenAsync($"A{i + 1}"));
        }

        Assert.Equal(1, _store.NameScans);
    }

    [Fact]
    public async Task Exact_names_need_no_index()
    {
        Touch("a");

        Assert.Equal(NtStatus.Success, await OpenAsync("a"));

        Assert.Equal(0, _store.NameScans);
    }

    [Fact]
    public async Task Changes_by_others_are_seen_at_once_without_another_reading()
    {
        Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync("x"));

        for (int i = 0; i < 500; i++)
        {
            Touch($"Outside {i}");
            Assert.Equal(NtStatus.Success, await OpenAsync($"OUTSIDE {i}"));
            File.Move(_folder.Combine($"Outside {i}"), _folder.Combine($"Moved {i}"));
            Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync($"OUTSIDE {i}"));
            Assert.Equal(NtStatus.Success, await OpenAsync($"MOVED {i}"));
            File.Delete(_folder.Combine($"Moved {i}"));
            Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync($"MOVED {i}"));
        }

        Assert.Equal(1, _store.NameScans);
    }

    [Fact]
    public async Task A_flood_of_changes_by_another_process_loses_nothing()
    {
        Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync("x"));

        // More than the kernel queues for one reader (fs.inotify.max_queued_events).
        await RunAsync("/bin/sh", "-c", "i=0; while [ $i -lt 20000 ]; do : > \"$0/Flood $i\"; i=$((i+1)); done",
            _folder.Path);

        Assert.Equal(NtStatus.Success, await OpenAsync("FLOOD 0"));
        Assert.Equal(NtStatus.Success, await OpenAsync("FLOOD 19999"));
        Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync("FLOOD 20000"));
        Assert.Equal(1, _store.NameScans); // The queue was emptied while nobody asked.
    }

    [Fact]
    public async Task The_exact_spelling_wins_among_names_that_differ_by_case()
    {
        foreach (string name in new[] { "aB", "Ab", "AB", "ab" })
            await File.WriteAllTextAsync(_folder.Combine(name), name, TestContext.Current.CancellationToken);
        Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync("x"));
        File.Delete(_folder.Combine("aB"));

        foreach (string name in new[] { "Ab", "AB", "ab" })
            Assert.Equal(name, await PathOfAsync(name));
        Assert.Contains(await PathOfAsync("aB"), new[] { "Ab", "AB", "ab" });
        foreach (string name in new[] { "Ab", "AB", "ab" })
            File.Delete(_folder.Combine(name));
        Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync("ab"));
    }

    [Fact]
    public async Task A_directory_that_is_replaced_by_another_is_not_mistaken_for_it()
    {
        for (int i = 0; i < 50; i++)
        {
            string path = _folder.Combine("d");
            Directory.CreateDirectory(path);
            Touch($"d/Name {i}");
            Assert.Equal(NtStatus.Success, await OpenAsync($"D\\NAME {i}"));
            Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync($"D\\NAME {i - 1}"));
            Directory.Delete(path, recursive: true);
            Assert.Equal(NtStatus.ObjectPathNotFound, await OpenAsync($"D\\NAME {i}"));
        }
    }

    [Fact]
    public async Task A_moved_directory_keeps_its_index()
    {
        Directory.CreateDirectory(_folder.Combine("d"));
        Touch("d/Name");
        Assert.Equal(NtStatus.Success, await OpenAsync("d\\NAME"));
        long scans = _store.NameScans;

        Directory.Move(_folder.Combine("d"), _folder.Combine("e"));

        Assert.Equal(NtStatus.Success, await OpenAsync("e\\NAME"));
        Assert.Equal(scans, _store.NameScans);
    }

    [Fact]
    public async Task The_index_is_bounded()
    {
        await _store.DisposeAsync();
        _store = PosixFileStore.Open(
            _folder.Path, new PosixStoreOptions { MaxIndexedNames = 1000, MaxIndexedDirectories = 64 });
        for (int d = 0; d < 100; d++)
        {
            Directory.CreateDirectory(_folder.Combine($"d{d}"));
            for (int i = 0; i < 50; i++)
                Touch($"d{d}/Name {i}");
            Assert.Equal(NtStatus.Success, await OpenAsync($"d{d}\\NAME 7"));
        }

        Assert.InRange(_store.Index.Count, 1, 1000);
        Assert.Equal(NtStatus.Success, await OpenAsync("d0\\NAME 7")); // Forgotten, not lost.

        Directory.CreateDirectory(_folder.Combine("large"));
        for (int i = 0; i < 1500; i++)
            Touch($"large/Name {i}");
        Assert.Equal(NtStatus.Success, await OpenAsync("large\\NAME 1499"));
        Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync("large\\NAME 1500"));
        Assert.InRange(_store.Index.Count, 0, 1000);
    }

    [Fact]
    public async Task Without_inotify_the_directory_s_times_tell()
    {
        await _store.DisposeAsync();
        _store = PosixFileStore.Open(_folder.Path, new PosixStoreOptions { WatchDirectories = false });
        Touch("First");
        Directory.SetLastWriteTimeUtc(_folder.Path, DateTime.UtcNow.AddHours(-1)); // Sets ctime to now.

        Assert.Equal(NtStatus.Success, await OpenAsync("FIRST"));
        for (int i = 0; i < 20; i++)
        {
            Touch($"Next {i}");
            Assert.Equal(NtStatus.Success, await OpenAsync($"NEXT {i}"));
            File.Delete(_folder.Combine($"Next {i}"));
            Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync($"NEXT {i}"));
        }

        await Task.Delay(TimeSpan.FromSeconds(4.1), TestContext.Current.CancellationToken); // Now times are proof.
        Assert.Equal(NtStatus.Success, await OpenAsync("FIRST"));
        long scans = _store.NameScans;
        for (int i = 0; i < 20; i++)
            Assert.Equal(NtStatus.Success, await OpenAsync("fIRST"));
        Assert.Equal(scans, _store.NameScans);
    }

    [Fact]
    public async Task Threads_and_a_second_process_agree_on_what_is_there()
    {
        using var stop = new CancellationTokenSource();
        var churn = Process.Start(new ProcessStartInfo("/bin/sh",
            ["-c", "while :; do : > \"$0/Churn\"; mv \"$0/Churn\" \"$0/Churned\"; rm \"$0/Churned\"; done",
                _folder.Path]))!;
        try
        {
            await Parallel.ForAsync(0, 8, async (worker, _) =>
            {
                for (int i = 0; i < 100; i++)
                {
                    string name = $"Worker {worker} File {i}";
                    Assert.Equal(NtStatus.Success, await CreateAsync(name));
                    Assert.Equal(NtStatus.Success, await OpenAsync(name.ToUpperInvariant()));
                    Assert.Equal(NtStatus.ObjectNameCollision, await CreateAsync(name.ToUpperInvariant()));
                    Assert.Equal(NtStatus.Success, await DeleteAsync(name.ToUpperInvariant()));
                    Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync(name.ToUpperInvariant()));
                }
            });
        }
        finally
        {
            churn.Kill();
            await churn.WaitForExitAsync(CancellationToken.None);
        }
    }

    [Fact]
    public async Task Of_creations_in_different_case_exactly_one_succeeds()
    {
        for (int round = 0; round < 30; round++)
        {
            string name = $"race {round}";
            var results = await Task.WhenAll(Enumerable.Range(0, 8).Select(i => Task.Run(async () =>
                await CreateAsync(i % 2 == 0 ? name : name.ToUpperInvariant()))));

            Assert.Single(results, NtStatus.Success);
            Assert.All(results.Where(result => result != NtStatus.Success), result =>
                Assert.Equal(NtStatus.ObjectNameCollision, result));
        }
    }

    [Fact] // Without inotify, and with a stamp that is too young to prove anything: each look-up reads.
    public void A_directory_that_is_read_again_counts_once()
    {
        for (int i = 0; i < 400; i++)
            Touch($"File {i}");
        using var index = new NameIndex(new NameCodec(NameMapping.Private), 1000, 100, shardCount: 1, isWatchable: null);
        byte[] path = [.. Encoding.UTF8.GetBytes(_folder.Path), 0];
        var errno = Libc.OpenAt2(
            -1, path, OpenFlags.ReadOnly | OpenFlags.Directory, 0, ResolveFlags.None, out int folder); // The path is absolute.
        Assert.Equal(Errno.None, errno);
        using var directory = new OwnedFd(folder);
        Assert.Equal(Errno.None, Libc.StatFd(folder, StatxMask.Basic, out Statx stat));

        for (int i = 0; i < 3; i++)
        {
            Assert.Equal(Errno.None, index.Find(folder, stat, $"FILE {i}", mayScan: true, out string? spelling));
            Assert.Equal($"File {i}", spelling);
        }

        Assert.Equal((3, 400), (index.Scans, index.Count));
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments))!;
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, process.ExitCode);
    }

    private void Touch(string name) => File.Create(_folder.Combine(name)).Dispose();

    private async Task<NtStatus> OpenAsync(string path)
    {
        var (status, file) =
            await _store.OpenAsync(path, new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, default);
        if (file is not null)
            await file.DisposeAsync();
        return status;
    }

    private async Task<string> PathOfAsync(string path)
    {
        var (status, file) = await _store.OpenAsync(path, default, StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        await using (file)
            return file!.Path;
    }

    private async Task<NtStatus> CreateAsync(string path)
    {
        var (status, file) = await _store.CreateAsync(path, new StoreCreateOptions(), StoreCaller.Service, default);
        if (file is not null)
            await file.DisposeAsync();
        return status;
    }

    private async Task<NtStatus> DeleteAsync(string path)
    {
        var (status, file) = await _store.OpenAsync(path, default, StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        await using (file)
            return await file!.DeleteAsync(StoreCaller.Service, default);
    }
}
