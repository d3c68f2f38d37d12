using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Storage.Memory;

namespace Symbio.Storage.Tests.Memory;

/// <summary>What <see cref="MemoryFileStore"/> promises beyond the contract.</summary>
public sealed class MemoryFileStoreTests
{
    private const ulong MiB = 1 << 20;

    private static readonly StoreCreateOptions s_file = new() { Access = StoreAccess.Read | StoreAccess.Write };

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_write_beyond_the_capacity_is_DiskFull_and_changes_nothing()
    {
        await using var store = new MemoryFileStore(new MemoryStoreOptions { CapacityBytes = MiB });
        var file = await CreateAsync(store, "f");
        Assert.Equal(NtStatus.Success, await file.WriteAsync(0, new byte[100], Token));
        ulong free = await FreeAsync(store);

        Assert.Equal(NtStatus.DiskFull, await file.WriteAsync(50, new byte[2 * MiB], Token));

        Assert.Equal(free, await FreeAsync(store));
        var (_, stat) = await file.GetStatAsync(Token);
        Assert.Equal(100u, stat.EndOfFile);
    }

    [Fact]
    public async Task A_reservation_beyond_the_capacity_is_DiskFull()
    {
        await using var store = new MemoryFileStore(new MemoryStoreOptions { CapacityBytes = MiB });
        var file = await CreateAsync(store, "f");

        Assert.Equal(NtStatus.DiskFull, await file.SetAllocationAsync(2 * MiB, Token));
        Assert.Equal(NtStatus.DiskFull, await file.SetAllocationAsync(long.MaxValue, Token));
        Assert.Equal(NtStatus.InvalidParameter, await file.SetAllocationAsync(ulong.MaxValue, Token));
        var (status, _) = await store.CreateAsync(
            "g", s_file with { AllocationSize = 2 * MiB }, StoreCaller.Service, Token);
        Assert.Equal(NtStatus.DiskFull, status);
        Assert.Equal(NtStatus.ObjectNameNotFound, await OpenStatusAsync(store, "g"));
    }

    [Fact]
    public async Task A_write_into_a_reservation_takes_no_more()
    {
        await using var store = new MemoryFileStore(new MemoryStoreOptions { CapacityBytes = MiB });
        var file = await CreateAsync(store, "f");
        Assert.Equal(NtStatus.Success, await file.SetAllocationAsync(MiB / 2, Token));
        ulong free = await FreeAsync(store);

        Assert.Equal(NtStatus.Success, await file.WriteAsync(0, new byte[MiB / 2], Token));

        Assert.Equal(free, await FreeAsync(store));
    }

    [Fact]
    public async Task Names_without_data_use_up_the_capacity_too()
    {
        await using var store = new MemoryFileStore(new MemoryStoreOptions { CapacityBytes = 64 * 1024 });
        var status = NtStatus.Success;
        int count = 0;
        for (; status.IsSuccess && count < 1000; count++)
            (status, _) = await store.CreateAsync($"f{count}", s_file, StoreCaller.Service, Token);

        Assert.Equal(NtStatus.DiskFull, status);
        Assert.Equal(64, count); // One for the root, 63 files, and the refused one.
    }

    [Fact]
    public async Task All_space_comes_back_when_name_and_last_handle_are_gone()
    {
        await using var store = new MemoryFileStore();
        ulong empty = await FreeAsync(store);
        var file = await CreateAsync(store, "f");
        Assert.Equal(NtStatus.Success, await file.WriteAsync(0, new byte[200_000], Token));
        var (_, stream) = await file.OpenStreamAsync("s", create: true, StoreAccess.Write, Token);
        Assert.Equal(NtStatus.Success, await stream!.WriteAsync(1UL << 40, new byte[10], Token));
        Assert.Equal(NtStatus.Success, await file.DeleteAsync(StoreCaller.Service, Token));
        await file.DisposeAsync();
        await file.DisposeAsync(); // The second one must not count.

        Assert.True(await FreeAsync(store) < empty);
        await stream.DisposeAsync();

        Assert.Equal(empty, await FreeAsync(store));
    }

    [Fact]
    public async Task A_deleted_stream_s_space_comes_back_with_its_last_handle()
    {
        await using var store = new MemoryFileStore();
        var file = await CreateAsync(store, "f");
        ulong before = await FreeAsync(store);
        var (_, stream) = await file.OpenStreamAsync("s", create: true, StoreAccess.Write, Token);
        Assert.Equal(NtStatus.Success, await stream!.WriteAsync(0, new byte[10], Token));
        Assert.Equal(NtStatus.Success, await stream.DeleteAsync(StoreCaller.Service, Token));
        Assert.True(await FreeAsync(store) < before);

        await stream.DisposeAsync();

        Assert.Equal(before, await FreeAsync(store));
    }

    [Fact]
    public async Task Cutting_and_replacing_give_space_back()
    {
        await using var store = new MemoryFileStore();
        var file = await CreateAsync(store, "f");
        var target = await CreateAsync(store, "g");
        ulong before = await FreeAsync(store);
        Assert.Equal(NtStatus.Success, await file.WriteAsync(0, new byte[MiB], Token));
        Assert.Equal(NtStatus.Success, await file.SetEndOfFileAsync(0, Token));
        Assert.Equal(before, await FreeAsync(store));

        await target.DisposeAsync();
        Assert.Equal(NtStatus.Success, await file.RenameAsync("g", replace: true, StoreCaller.Service, Token));

        Assert.Equal(before + 1024, await FreeAsync(store));
    }

    [Fact]
    public async Task Reads_and_writes_allocate_nothing_in_steady_state()
    {
        await using var store = new MemoryFileStore();
        var file = await CreateAsync(store, "f");
        byte[] buffer = new byte[100_000];
        for (int i = 0; i < 100; i++)
            await ReadAndWriteAsync();

        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            var write = file.WriteAsync(1000, buffer, CancellationToken.None);
            var read = file.ReadAsync(1000, buffer, CancellationToken.None);
            if (!write.IsCompletedSuccessfully || !read.IsCompletedSuccessfully)
                Assert.Fail("A call did not complete synchronously.");
        }

        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);

        async ValueTask ReadAndWriteAsync()
        {
            await file.WriteAsync(1000, buffer, Token);
            await file.ReadAsync(1000, buffer, Token);
        }
    }

    [Fact]
    public async Task Every_time_is_set_exactly_as_asked()
    {
        var clock = new ManualTimeProvider();
        await using var store = new MemoryFileStore(new MemoryStoreOptions { TimeProvider = clock });
        var file = await CreateAsync(store, "f");
        clock.Advance(TimeSpan.FromHours(1));

        await file.SetBasicInfoAsync(new BasicInfoChange(new(1), new(2), new(3), new(4)), Token);

        var (_, stat) = await file.GetStatAsync(Token);
        Assert.Equal((1, 2, 3, 4), (
            stat.CreationTime.Ticks, stat.LastAccessTime.Ticks, stat.LastWriteTime.Ticks, stat.ChangeTime.Ticks));
    }

    [Fact]
    public async Task Times_come_from_the_injected_clock()
    {
        var clock = new ManualTimeProvider();
        await using var store = new MemoryFileStore(new MemoryStoreOptions { TimeProvider = clock });
        var file = await CreateAsync(store, "f");
        var created = FileTime.FromDateTimeOffset(clock.GetUtcNow());
        clock.Advance(TimeSpan.FromHours(1));
        await file.WriteAsync(0, new byte[1], Token);

        var (_, stat) = await file.GetStatAsync(Token);

        var written = FileTime.FromDateTimeOffset(clock.GetUtcNow());
        Assert.Equal((created, created, written, written), (
            stat.CreationTime, stat.LastAccessTime, stat.LastWriteTime, stat.ChangeTime));
    }

    [Fact]
    public async Task Descriptors_default_to_Everyone_full_control_for_all_below()
    {
        await using var store = new MemoryFileStore();

        Assert.Contains("(A;OICI;FA;;;WD)", await SddlAsync(store, ""), StringComparison.Ordinal);
        await CreateAsync(store, "f");
        Assert.Contains("FA;;;WD)", await SddlAsync(store, "f"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Descriptors_of_root_and_others_can_be_injected()
    {
        byte[] root = SecurityDescriptor.Create(Sid.LocalSystem, Sid.LocalSystem).ToArray();
        byte[] other = SecurityDescriptor.Create(Sid.Everyone, Sid.Everyone).ToArray();
        await using var store = new MemoryFileStore(new MemoryStoreOptions
        {
            RootSecurityDescriptor = root,
            DefaultSecurityDescriptor = other,
        });
        await CreateAsync(store, "f");

        Assert.StartsWith("O:SY", await SddlAsync(store, ""), StringComparison.Ordinal);
        Assert.StartsWith("O:WD", await SddlAsync(store, "f"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_volume_is_what_the_options_say()
    {
        var id = new Guid("00112233-4455-6677-8899-aabbccddeeff");
        await using var store = new MemoryFileStore(
            new MemoryStoreOptions { VolumeId = id, Label = "Tank", CapacityBytes = 5 * MiB });

        var (_, info) = await store.GetVolumeInfoAsync(Token);

        Assert.Equal((id, "Tank", 5 * MiB), (info.VolumeId, info.Label, info.TotalBytes));
    }

    [Fact]
    public async Task Too_many_extended_attributes_are_refused_whole()
    {
        await using var store = new MemoryFileStore();
        var file = await CreateAsync(store, "f");

        Assert.Equal(NtStatus.EaTooLarge, await file.SetExtendedAttributesAsync(
            [new ExtendedAttribute("a", new byte[40_000]), new("b", new byte[40_000])], Token));

        var (_, attributes) = await file.GetExtendedAttributesAsync(Token);
        Assert.Empty(attributes);
    }

    [Fact]
    public async Task A_listing_keeps_an_entry_s_turn_through_a_rename()
    {
        await using var store = new MemoryFileStore();
        for (int i = 0; i < 20; i++)
            await CreateAsync(store, $"f{i}");
        var (_, root) = await store.OpenAsync("", new(StoreAccess.Read), StoreCaller.Service, Token);
        await using var enumerator = root!.Enumerate();
        var buffer = new DirectoryEntry[11];
        var ids = new List<ulong>();
        while (await enumerator.ReadAsync(new("f*"), DirectoryFields.Stat, buffer, Token) is (_, > 0 and var count))
        {
            ids.AddRange(buffer[..count].Select(entry => entry.Stat.FileId));
            for (int i = 0; i < 20; i += 3)
            {
                var (status, file) = await store.OpenAsync($"f{i}", new(), StoreCaller.Service, Token);
                if (status.IsSuccess)
                    await file!.RenameAsync($"f{i}x", false, StoreCaller.Service, Token);
            }
        }

        Assert.Equal(20, ids.Count);
        Assert.Equal(20, ids.Distinct().Count());
    }

    private static async Task<IStoreFile> CreateAsync(MemoryFileStore store, string path)
    {
        var (status, file) = await store.CreateAsync(path, s_file, StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private static async Task<NtStatus> OpenStatusAsync(MemoryFileStore store, string path) =>
        (await store.OpenAsync(path, new(), StoreCaller.Service, Token)).Status;

    private static async Task<ulong> FreeAsync(MemoryFileStore store) =>
        (await store.GetVolumeInfoAsync(Token)).Info.FreeBytes;

    private static async Task<string> SddlAsync(MemoryFileStore store, string path)
    {
        var (_, file) = await store.OpenAsync(path, new(), StoreCaller.Service, Token);
        await using (file)
        {
            var (_, bytes) = await file!.GetSecurityDescriptorAsync(Token);
            Assert.True(SecurityDescriptor.TryRead(bytes, out var descriptor));
            return descriptor.ToString();
        }
    }
}
