using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>
/// Where a file system needs another machine or process, nothing at all is asked of it on the caller's thread, which may be that
/// of a socket: it would hang there with all connections.
/// </summary>
public sealed class FarVolumeTests : IAsyncDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly HeldScheduler _scheduler = new();
    private readonly PosixFileStore _store;

    public FarVolumeTests() => _store = PosixFileStore.Open(
        _folder.Path, new PosixStoreOptions { Scheduler = _scheduler, SlowWrite = TimeSpan.MaxValue, IsLocal = _ => false });

    private static readonly Dictionary<string, Func<IStoreFile, Task>> s_files = new()
    {
        ["stat"] = f => f.GetStatAsync(default).AsTask(),
        ["inspect"] = f => f.InspectAsync(default).AsTask(),
        ["set basic info"] = f => f.SetBasicInfoAsync(new(Attributes: Protocol.Fscc.FileAttributes.Hidden), default).AsTask(),
        ["security"] = f => f.GetSecurityDescriptorAsync(default).AsTask(),
        ["mode"] = f => f.SetPosixAsync(new PosixChange(Mode: 0x1FF), StoreCaller.Service, default).AsTask(),
        ["attributes"] = f => f.GetExtendedAttributesAsync(default).AsTask(),
        ["set attributes"] = f => f.SetExtendedAttributesAsync([new("A", new byte[1])], default).AsTask(),
        ["reparse point"] = f => f.GetReparsePointAsync(default).AsTask(),
        ["streams"] = f => f.GetStreamsAsync(default).AsTask(),
        ["open stream"] = f => f.OpenStreamAsync("s", create: false, StoreAccess.Read, default).AsTask(),
        ["end of file"] = f => f.SetEndOfFileAsync(5, default).AsTask(),
        ["append"] = f => f.AppendAsync(new byte[1], default).AsTask(),
        ["rename"] = f => f.RenameAsync("b", replace: false, StoreCaller.Service, default).AsTask(),
        ["link"] = f => f.LinkAsync("b", replace: false, StoreCaller.Service, default).AsTask(),
        ["delete"] = f => f.DeleteAsync(StoreCaller.Service, default).AsTask(),
        ["lock"] = f => ((ILockableFile)f).SetLockAsync(0, 1, LocalLockState.Exclusive).AsTask(),
        ["test a lock"] = f => ((ILockableFile)f).CanLockAsync(0, 1, LocalLockState.Exclusive).AsTask(),
    };

    private static readonly Dictionary<string, Func<IStoreFile, Task>> s_streams = new()
    {
        ["stat"] = f => f.GetStatAsync(default).AsTask(),
        ["read"] = f => f.ReadAsync(0, new byte[1], default).AsTask(),
        ["write"] = f => f.WriteAsync(0, new byte[1], default).AsTask(),
        ["append"] = f => f.AppendAsync(new byte[1], default).AsTask(),
        ["end of file"] = f => f.SetEndOfFileAsync(5, default).AsTask(),
        ["allocate"] = f => f.SetAllocationAsync(5, default).AsTask(),
        ["ranges"] = f => f.QueryAllocatedRangesAsync(new(0, 1), 1, default).AsTask(),
        ["zero"] = f => f.ZeroRangeAsync(new(0, 1), deallocate: false, default).AsTask(),
        ["rename"] = f => f.RenameStreamAsync("t", replace: false, default).AsTask(),
        ["delete"] = f => f.DeleteAsync(StoreCaller.Service, default).AsTask(),
    };

    public static TheoryData<string> Calls { get; } = new(s_files.Keys.Concat(s_streams.Keys.Select(name => "stream: " + name)));

    public async ValueTask DisposeAsync()
    {
        _scheduler.Release();
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [MemberData(nameof(Calls))]
    public async Task Nothing_is_asked_of_a_file_on_the_caller_s_thread(string name)
    {
        await File.WriteAllTextAsync(_folder.Combine("a"), "text");
        var file = await OpenAsync("a");
        var stream = await HeldAsync(() => file.OpenStreamAsync("s", create: true, StoreAccess.Write, default).AsTask());
        Assert.Equal(NtStatus.Success, stream.Status);

        const string prefix = "stream: ";
        await HeldAsync(async () =>
        {
            await (name.StartsWith(prefix, StringComparison.Ordinal)
                ? s_streams[name[prefix.Length..]](stream.Stream!)
                : s_files[name](file));
            return true;
        });
        _scheduler.Release();
        await stream.Stream!.DisposeAsync();
        await file.DisposeAsync();
    }

    [Fact]
    public async Task Nothing_is_opened_created_or_looked_up_there()
    {
        await File.WriteAllTextAsync(_folder.Combine("a"), "text");
        await OpenAsync("a");
        await using var again = await OpenAsync("a"); // The way to it is in the kernel's caches.
        var created = await HeldAsync(() => _store.CreateAsync("b", new(), StoreCaller.Service, default).AsTask());
        await using var root = await OpenAsync("");
        await using var listing = root.Enumerate();
        var entries = new DirectoryEntry[1];
        var found = await HeldAsync(
            () => listing.ReadAsync(new NamePattern("a"), DirectoryFields.Stat, entries, default).AsTask());

        Assert.Equal((NtStatus.Success, NtStatus.Success, 1), (created.Status, found.Status, found.Count));
        listing.Restart();
        _scheduler.Release();
        await created.File!.DisposeAsync();
    }

    [Fact] // Gates are for many files, by their keys.
    public async Task Who_hangs_in_a_gate_holds_up_nobody_on_another_file_system()
    {
        await File.WriteAllTextAsync(_folder.Combine("a"), "text");
        await using var far = (PosixFile)await OpenAsync("a");
        await using PosixFileStore near = PosixFileStore.Open(_folder.Path);
        var (_, opened) = await near.OpenAsync("a", default, StoreCaller.Service, default);
        await using var file = (PosixFile)opened!;

        lock (far.XattrGate)
            Assert.False(file.XattrGate.IsHeldByCurrentThread);
        _scheduler.Release();
    }

    private async Task<IStoreFile> OpenAsync(string path)
    {
        var (status, file) = await HeldAsync(() => _store.OpenAsync(
            path, new StoreOpenOptions(path.Length == 0 ? StoreAccess.Read : StoreAccess.Read | StoreAccess.Write),
            StoreCaller.Service, default).AsTask());
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    // It has been held, and is done once it is let go.
    private async Task<T> HeldAsync<T>(Func<Task<T>> call)
    {
        Task<T> task = call();
        Assert.False(task.IsCompleted);
        Assert.Equal(1, _scheduler.Held);
        _scheduler.RunHeld();
        return await task;
    }
}
