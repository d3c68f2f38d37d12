using Symbio.Protocol;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>Reading and writing: what completes at once, what it costs, and closing while it is under way.</summary>
public sealed class DataTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private PosixFileStore _store;

    public DataTests() => _store = PosixFileStore.Open(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Fact]
    public async Task Cached_reads_and_small_writes_complete_at_once_and_allocate_nothing()
    {
        await using var file = await CreateAsync("f");
        byte[] buffer = new byte[64 * 1024];
        await file.WriteAsync(0, buffer, default);
        for (int i = 0; i < 100; i++)
            Run(file, buffer);

        long before = GC.GetAllocatedBytesForCurrentThread();
        int atOnce = 0;
        for (int i = 0; i < 1000; i++)
            atOnce += Run(file, buffer) ? 1 : 0;

        long allocated = GC.GetAllocatedBytesForCurrentThread() - before;

        // The disk may be writing a page out just then, which XFS waits for: not on this thread.
        Assert.InRange(atOnce, 980, 1000);
        Assert.InRange(allocated, 0, (1000 - atOnce) * 400);

        static bool Run(IStoreFile file, byte[] buffer)
        {
            var read = file.ReadAsync(0, buffer, default);
            var write = file.WriteAsync(4096, buffer.AsMemory(0, 4096), default);
            bool atOnce = read.IsCompleted && write.IsCompleted;
            return Wait(read).Count == buffer.Length &&
                Wait(write) == NtStatus.Success && atOnce;
        }

        // A ValueTask's result may be asked for only when it is there; as a task it would allocate.
        static T Wait<T>(ValueTask<T> task) => task.IsCompleted ? task.Result : task.AsTask().GetAwaiter().GetResult();
    }

    [Fact]
    public async Task Large_writes_do_not_occupy_the_caller_s_thread_once_one_has_waited()
    {
        var scheduler = new CountingScheduler();
        await _store.DisposeAsync();
        _store = PosixFileStore.Open(
            _folder.Path, new PosixStoreOptions { Scheduler = scheduler, MaxInlineWrite = 0, SlowWrite = TimeSpan.Zero });
        await using var file = await CreateAsync("f");
        await file.WriteAsync(0, new byte[1], default);
        byte[] content = new byte[3 << 20];
        Random.Shared.NextBytes(content);

        Assert.Equal(NtStatus.Success, await file.WriteAsync(5, content, default));
        Assert.Equal(NtStatus.Success, await file.FlushAsync(default));

        Assert.InRange(scheduler.Count, 1, 10);
        byte[] back = new byte[content.Length];
        Assert.Equal((NtStatus.Success, content.Length), await file.ReadAsync(5, back, default));
        Assert.Equal(content, back);
    }

    [Fact] // sendfile(2)
    public async Task What_is_at_hand_is_sent_without_being_read()
    {
        using var ends = new SocketPair();
        await using var file = await CreateAsync("f");
        byte[] content = new byte[100_000];
        Random.Shared.NextBytes(content);
        await file.WriteAsync(0, content, default);
        var sendable = (ISendableFile)file;

        // A kernel before 6.5 cannot tell what a disk has at hand.
        int all = sendable.CountAtHand(0, int.MaxValue);
        Assert.SkipWhen(all == 0, "this kernel does not tell which pages are in memory");
        Assert.Equal(content.Length, all);
        Assert.Equal(1, sendable.CountAtHand(99_999, 10));
        Assert.Equal(0, sendable.CountAtHand(100_000, 10));
        Assert.Equal(0, sendable.CountAtHand(ulong.MaxValue, 10));

        Assert.True(sendable.TrySend(ends.Ours.SafeHandle, 7, 50_000, out int sent));
        Assert.InRange(sent, 1, 50_000);
        Assert.Equal(content[7..(7 + sent)], ends.Receive(sent));

        // Until there is no room: that is not the file's end.
        int fits = 0;
        while (sendable.TrySend(ends.Ours.SafeHandle, 0, content.Length, out sent) && sent > 0)
            fits += sent;
        Assert.Equal(0, sent);
        Assert.True(sendable.TrySend(ends.Ours.SafeHandle, 0, content.Length, out sent));
        _ = ends.Receive(fits);

        // What is not there cannot be sent.
        Assert.False(sendable.TrySend(ends.Ours.SafeHandle, 100_000, 1, out _));
        await file.DisposeAsync();
        Assert.Equal(0, sendable.CountAtHand(0, 10));
        Assert.False(sendable.TrySend(ends.Ours.SafeHandle, 0, 1, out _));
    }

    [Fact]
    public async Task Who_may_not_read_cannot_have_it_sent()
    {
        await using var file = await CreateAsync("f");
        await file.WriteAsync(0, new byte[10], default);
        var (_, writer) = await _store.OpenAsync(
            "f", new StoreOpenOptions(StoreAccess.Write), StoreCaller.Service, default);
        await using (writer!)
            Assert.Equal(0, ((ISendableFile)writer!).CountAtHand(0, 10));
    }

    [Fact]
    public async Task What_is_not_in_memory_is_read_on_the_scheduler()
    {
        var scheduler = new CountingScheduler();
        await _store.DisposeAsync();
        _store = PosixFileStore.Open(_folder.Path, new PosixStoreOptions { Scheduler = scheduler });
        byte[] content = new byte[8 << 20];
        Random.Shared.NextBytes(content);
        await using var file = await CreateAsync("f");
        await file.WriteAsync(0, content, default);
        await file.FlushAsync(default);
        using var drop = System.Diagnostics.Process.Start(
            "dd", [$"of={_folder.Combine("f")}", "oflag=nocache", "conv=notrunc,fdatasync", "count=0", "status=none"]);
        await drop.WaitForExitAsync(TestContext.Current.CancellationToken);
        int before = scheduler.Count;
        int sendable = ((ISendableFile)file).CountAtHand(0, content.Length);

        byte[] back = new byte[content.Length];
        Assert.Equal((NtStatus.Success, content.Length), await file.ReadAsync(0, back, default));

        Assert.Equal(content, back);
        Assert.True(scheduler.Count == before || sendable == 0, "A disk would have been waited for.");
        Assert.SkipUnless(scheduler.Count > before, "This file system kept the file in memory.");
    }

    [Fact]
    public async Task Closing_during_transfers_harms_nobody()
    {
        for (int round = 0; round < 50; round++)
        {
            var file = await CreateAsync($"f{round}");
            byte[] content = new byte[4096];
            content.AsSpan().Fill((byte)round);
            var workers = Enumerable.Range(0, 4).Select(_ => Task.Run(async () =>
            {
                byte[] buffer = new byte[4096];
                for (int i = 0; i < 200; i++)
                {
                    var status = await file.WriteAsync(0, content, default);
                    Assert.Contains(status, new[] { NtStatus.Success, NtStatus.FileClosed });
                    (status, int count) = await file.ReadAsync(0, buffer, default);
                    Assert.Contains(status, new[] { NtStatus.Success, NtStatus.FileClosed });
                    Assert.True(status != NtStatus.Success ||
                        buffer.AsSpan(0, count).IndexOfAnyExcept((byte)round) < 0);
                }
            })).ToArray();
            await file.DisposeAsync();
            await Task.WhenAll(workers);
        }
    }

    [Fact]
    public async Task Handles_without_the_access_refuse()
    {
        await (await CreateAsync("f")).DisposeAsync();
        await using var metadata = await OpenAsync("f", StoreAccess.None);
        await using var reading = await OpenAsync("f", StoreAccess.Read);

        Assert.Equal(NtStatus.AccessDenied, (await metadata.ReadAsync(0, new byte[1], default)).Status);
        Assert.Equal(NtStatus.AccessDenied, await metadata.WriteAsync(0, new byte[1], default));
        Assert.Equal(NtStatus.AccessDenied, await reading.WriteAsync(0, new byte[1], default));
        Assert.Equal(NtStatus.AccessDenied, await reading.SetEndOfFileAsync(1, default));
        Assert.Equal(NtStatus.Success, await metadata.FlushAsync(default));
    }

    [Fact]
    public async Task Offsets_past_the_end_of_numbers_are_refused()
    {
        await using var file = await CreateAsync("f");

        Assert.Equal(NtStatus.InvalidParameter, (await file.ReadAsync(ulong.MaxValue, new byte[1], default)).Status);
        Assert.Equal(NtStatus.InvalidParameter, await file.WriteAsync(ulong.MaxValue, new byte[1], default));
        Assert.True((await file.SetEndOfFileAsync(ulong.MaxValue, default)).IsError);
        Assert.True((await file.SetAllocationAsync(ulong.MaxValue, default)).IsError);
    }

    [Fact] // "user." and the name are 255 bytes at most; FILE_FULL_EA_INFORMATION has room for more.
    public async Task A_name_that_is_too_long_for_an_xattr_is_refused_with_all_that_comes_with_it()
    {
        ExtendedAttribute[] attributes = [new("a", new byte[1]), new(new string('n', 251), new byte[1]), new("b", new byte[1])];
        await using var file = await CreateAsync("f");

        Assert.Equal(NtStatus.InvalidEaName, await file.SetExtendedAttributesAsync(attributes, default));
        var (status, created) = await _store.CreateAsync(
            "g", new StoreCreateOptions { ExtendedAttributes = attributes }, StoreCaller.Service, default);

        Assert.Empty((await file.GetExtendedAttributesAsync(default)).Attributes);
        Assert.Equal(NtStatus.InvalidEaName, status);
        Assert.Null(created);
        Assert.Equal(
            NtStatus.ObjectNameNotFound,
            (await _store.OpenAsync("g", new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, default)).Status);
    }

    [Fact]
    public async Task Names_and_xattrs_of_servers_are_no_extended_attributes()
    {
        await using var file = await CreateAsync("f");
        await file.SetBasicInfoAsync(new BasicInfoChange(Attributes: Protocol.Fscc.FileAttributes.Hidden), default);
        var (_, stream) = await file.OpenStreamAsync("s", true, StoreAccess.Write, default);
        await stream!.DisposeAsync();
        Assert.Equal(NtStatus.AccessDenied,
            await file.SetExtendedAttributesAsync([new("DOSATTRIB", new byte[1])], default));
        Assert.Equal(NtStatus.AccessDenied,
            await file.SetExtendedAttributesAsync([new("dosstream.x:$DATA", new byte[1])], default));
        Assert.Equal(NtStatus.AccessDenied,
            await file.SetExtendedAttributesAsync([new("ntacl", new byte[1])], default));

        Assert.Empty((await file.GetExtendedAttributesAsync(default)).Attributes);
        Assert.Equal(0u, (await file.GetStatAsync(default)).Stat.EaSize);
    }

    private async Task<IStoreFile> CreateAsync(string path)
    {
        var options = new StoreCreateOptions { Access = StoreAccess.Read | StoreAccess.Write };
        var (status, file) = await _store.CreateAsync(path, options, StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private async Task<IStoreFile> OpenAsync(string path, StoreAccess access)
    {
        var (status, file) = await _store.OpenAsync(path, new StoreOpenOptions(access), StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private sealed class CountingScheduler : IStoreScheduler
    {
        private int _count;

        public int Count => _count;

        public void Schedule(IThreadPoolWorkItem work)
        {
            Interlocked.Increment(ref _count);
            StoreWorkers.Shared.Schedule(work);
        }
    }
}
