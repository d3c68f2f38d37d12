using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Tests.Posix;

/// <summary>
/// Names and sizes are changed on the caller's thread, which may be that of a socket, only as long as nothing there waits for a
/// disk or for somebody who does.
/// </summary>
public sealed class WaitingTests : IAsyncDisposable
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(20);

    private readonly TemporaryFolder _folder = new();
    private readonly HeldScheduler _scheduler = new();
    private PosixFileStore _store;

    public WaitingTests() => _store = Open(new PosixStoreOptions { SlowWrite = TimeSpan.MaxValue });

    public async ValueTask DisposeAsync()
    {
        _scheduler.Release();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Small_files_come_and_go_on_the_caller_s_thread()
    {
        await WarmAsync("");
        for (int i = 0; i < 10; i++)
        {
            var file = At(CreateAsync($"a{i}"));
            Assert.Equal(NtStatus.Success, At(file.WriteAsync(0, new byte[100], default)));
            Assert.Equal(NtStatus.Success, At(file.SetEndOfFileAsync(10, default)));
            Assert.Equal(NtStatus.Success, At(file.RenameAsync($"b{i}", replace: false, StoreCaller.Service, default)));
            Assert.Equal(NtStatus.Success, At(file.LinkAsync($"c{i}", replace: false, StoreCaller.Service, default)));
            Assert.Equal(NtStatus.Success, At(file.DeleteAsync(StoreCaller.Service, default)));
            Assert.True(file.DisposeAsync().AsTask().IsCompletedSuccessfully);
        }

        Assert.Equal(0, _scheduler.Held);
    }

    [Fact]
    public async Task Who_is_in_the_gate_of_a_name_holds_nobody_else_up()
    {
        await WarmAsync("");
        await using var file = At(CreateAsync("file"));
        using var held = new ManualResetEventSlim();
        using var release = new ManualResetEventSlim();
        var holder = new Thread(() =>
        {
            lock (_store.CreateGate(StatOf(_folder.Path), "x"))
            {
                held.Set();
                release.Wait();
            }
        });
        holder.Start();
        held.Wait(TestContext.Current.CancellationToken);
        Task<NtStatus>[] calls;
        try
        {
            // On a thread of its own: without the way out it would stay in the gate.
            calls = await Task.Factory.StartNew(
                () => new[]
                {
                    StatusAsync(CreateAsync("x")),
                    file.RenameAsync("x", replace: false, StoreCaller.Service, default).AsTask(),
                    file.LinkAsync("x", replace: false, StoreCaller.Service, default).AsTask(),
                },
                TestContext.Current.CancellationToken, TaskCreationOptions.LongRunning, TaskScheduler.Default)
                .WaitAsync(s_patience, TestContext.Current.CancellationToken);
            Assert.All(calls, call => Assert.False(call.IsCompleted));
            Assert.Equal(3, _scheduler.Held);
        }
        finally
        {
            release.Set();
            holder.Join();
        }

        _scheduler.Release();
        Assert.Equal(
            [NtStatus.Success, NtStatus.ObjectNameCollision, NtStatus.ObjectNameCollision], Sorted(await Task.WhenAll(calls)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_directory_that_must_be_read_is_not_read_by_who_renames_or_links_into_it(bool link)
    {
        Directory.CreateDirectory(_folder.Combine("d"));
        await File.WriteAllTextAsync(_folder.Combine("a"), "");
        await WarmAsync("");
        await using var file = At(OpenAsync("a"));
        long scans = _store.NameScans;

        var call = link
            ? file.LinkAsync(@"d\b", replace: false, StoreCaller.Service, default).AsTask()
            : file.RenameAsync(@"d\b", replace: false, StoreCaller.Service, default).AsTask();

        Assert.Equal((false, scans), (call.IsCompleted, _store.NameScans));
        _scheduler.Release();
        Assert.Equal(NtStatus.Success, await call);
        Assert.Equal(scans + 1, _store.NameScans);
        Assert.True(File.Exists(_folder.Combine("d/b")));
    }

    [Fact]
    public async Task A_change_of_names_that_has_waited_for_the_disk_sends_the_next_ones_elsewhere()
    {
        await ReopenAsync(new PosixStoreOptions { SlowWrite = TimeSpan.Zero });
        await WarmAsync("");
        await File.WriteAllTextAsync(_folder.Combine("a"), "");
        await File.WriteAllTextAsync(_folder.Combine("b"), "");
        await using var a = At(OpenAsync("a"));
        await using var b = At(OpenAsync("b", StoreAccess.Write));

        Assert.Equal(NtStatus.Success, At(a.DeleteAsync(StoreCaller.Service, default)));
        Task<NtStatus>[] calls =
        [
            b.RenameAsync("c", replace: false, StoreCaller.Service, default).AsTask(),
            b.SetEndOfFileAsync(5, default).AsTask(),
            b.LinkAsync("d", replace: false, StoreCaller.Service, default).AsTask(),
            b.DeleteAsync(StoreCaller.Service, default).AsTask(),
        ];

        Assert.Equal(4, _scheduler.Held);
        Assert.All(calls, call => Assert.False(call.IsCompleted));
        _scheduler.Release();
        Assert.All(await Task.WhenAll(calls), status => Assert.Equal(NtStatus.Success, status));
    }

    [Fact]
    public async Task What_gives_much_space_back_is_done_elsewhere()
    {
        await ReopenAsync(new PosixStoreOptions { SlowWrite = TimeSpan.MaxValue, MaxQuickRelease = 100_000 });
        await WarmAsync("");
        foreach (string name in new[] { "cut", "replaced", "deleted", "gone" })
            await File.WriteAllBytesAsync(_folder.Combine(name), new byte[300_000]);
        await File.WriteAllBytesAsync(_folder.Combine("small"), new byte[10]);

        await using var cut = At(OpenAsync("cut", StoreAccess.Write));
        Assert.Equal(NtStatus.Success, At(cut.SetEndOfFileAsync(290_000, default)));
        Assert.Equal(0, _scheduler.Held);
        var call = cut.SetEndOfFileAsync(0, default).AsTask();
        Assert.Equal(1, _scheduler.Held);
        await using var small = At(OpenAsync("small"));
        var rename = small.RenameAsync("replaced", replace: true, StoreCaller.Service, default).AsTask();
        Assert.Equal(2, _scheduler.Held);
        var deleted = At(OpenAsync("deleted"));
        Assert.Equal(NtStatus.Success, At(deleted.DeleteAsync(StoreCaller.Service, default)));
        var close = deleted.DisposeAsync();
        Assert.Equal(3, _scheduler.Held);
        var gone = At(OpenAsync("gone"));
        File.Delete(_folder.Combine("gone"));
        var closeGone = gone.DisposeAsync();
        Assert.Equal(4, _scheduler.Held);

        _scheduler.Release();
        Assert.Equal([NtStatus.Success, NtStatus.Success], await Task.WhenAll(call, rename));
        await close;
        await closeGone;
        Assert.Equal(0, new FileInfo(_folder.Combine("cut")).Length);
        Assert.Equal(10, new FileInfo(_folder.Combine("replaced")).Length);
    }

    [Fact] // fstatfs(2) of a network file system asks its server.
    public async Task What_file_system_a_directory_is_on_is_asked_while_nobody_waits()
    {
        Directory.CreateDirectory(_folder.Combine("d"));
        using var other = Fd(_folder.Combine("d"));
        using var directory = Fd(_folder.Path);
        NameIndex index = null!;
        Task<Errno>? meantime = null;
        using (index = new NameIndex(new NameCodec(NameMapping.Private), 1000, 100, shardCount: 1, _ =>
        {
            meantime ??= Task.Factory.StartNew(
                () => index.Find(other.Fd, StatOf(_folder.Combine("d")), "x", mayScan: false, out string? _),
                CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
            return ((IAsyncResult)meantime).AsyncWaitHandle.WaitOne(s_patience);
        }))
        {
            Assert.Equal(Errno.None, index.Find(directory.Fd, StatOf(_folder.Path), "D", mayScan: true, out string? spelling));
            Assert.Equal("d", spelling);
            Assert.Equal(Errno.EAGAIN, await meantime!.WaitAsync(s_patience, TestContext.Current.CancellationToken));
            Assert.NotEmpty(Directory.CreateDirectory(_folder.Combine("e")).Name);
            Assert.Equal(Errno.None, index.Find(directory.Fd, StatOf(_folder.Path), "E", mayScan: false, out spelling));
            Assert.Equal("e", spelling); // It is watched: nobody waited in vain.
        }
    }

    private static NtStatus[] Sorted(NtStatus[] statuses) => [.. statuses.OrderBy(status => (uint)status)];

    // Done on the calling thread.
    private static T At<T>(ValueTask<T> call)
    {
        Assert.True(call.IsCompleted);
        return call.GetAwaiter().GetResult();
    }

    private static async Task<NtStatus> StatusAsync(ValueTask<IStoreFile> call)
    {
        await using (await call)
            return NtStatus.Success;
    }

    private static Statx StatOf(string path)
    {
        using var fd = Fd(path);
        Assert.Equal(Errno.None, Libc.StatFd(fd.Fd, StatxMask.Basic, out Statx stat));
        return stat;
    }

    private static OwnedFd Fd(string path)
    {
        byte[] encoded = [.. Encoding.UTF8.GetBytes(path), 0];
        Assert.Equal(
            Errno.None, Libc.OpenAt2(-1, encoded, OpenFlags.Path | OpenFlags.Directory, 0, ResolveFlags.None, out int fd));
        return new OwnedFd(fd);
    }

    private PosixFileStore Open(PosixStoreOptions options) =>
        PosixFileStore.Open(_folder.Path, options with { Scheduler = _scheduler });

    private async Task ReopenAsync(PosixStoreOptions options)
    {
        await _store.DisposeAsync();
        _store = Open(options);
    }

    // The index knows the directory, and the kernel the way to it.
    private async Task WarmAsync(string directory)
    {
        var opened = _store.OpenAsync(
            SharePaths.Join(directory, "is not there"), default, StoreCaller.Service, default).AsTask();
        _scheduler.RunHeld();
        Assert.Equal(NtStatus.ObjectNameNotFound, (await opened).Status);
    }

    private async ValueTask<IStoreFile> OpenAsync(string path, StoreAccess access = StoreAccess.Read)
    {
        var (status, file) = await _store.OpenAsync(path, new StoreOpenOptions(access), StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private async ValueTask<IStoreFile> CreateAsync(string path)
    {
        var (status, file) = await _store.CreateAsync(
            path, new StoreCreateOptions { Access = StoreAccess.Read | StoreAccess.Write }, StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }
}
