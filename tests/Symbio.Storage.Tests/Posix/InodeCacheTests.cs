using System.Diagnostics;
using System.Globalization;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Posix;

/// <summary>
/// What is remembered of objects is never what somebody else has changed: each test has it remembered (by looking at a file
/// that has been left alone for longer than the clock's tick), lets a local process change it, and looks again.
/// </summary>
[System.Runtime.Versioning.SupportedOSPlatform("linux")]
public sealed class InodeCacheTests : IAsyncDisposable
{
    // The DOS attributes hidden and system in the text form of old, as Samba reads it too.
    private const string HiddenAndSystem = "\"0x6\""; // In quotes, or setfattr takes it for bytes in hexadecimal.

    private readonly TemporaryFolder _folder = new();
    private readonly PosixFileStore _store;

    public InodeCacheTests() => _store = PosixFileStore.Open(_folder.Path);

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // The handle that was open before looks again.
    public async Task A_local_change_of_attributes_is_seen(bool sameHandle)
    {
        await using IStoreFile file = await RememberedAsync("a");
        Run("setfattr", "-n", "user.DOSATTRIB", "-v", HiddenAndSystem, _folder.Combine("a"));

        await using IStoreFile again = await OpenAsync("a");
        (_, FileStat stat) = await (sameHandle ? file : again).GetStatAsync(default);

        Assert.Equal(FileAttributes.Hidden | FileAttributes.System, stat.Attributes);
    }

    [Fact]
    public async Task A_local_change_of_an_ea_is_seen_in_listings()
    {
        await using IStoreFile file = await RememberedAsync("a");
        Assert.Equal(0u, await ListedEaSizeAsync());

        Run("setfattr", "-n", "user.color", "-v", "blue", _folder.Combine("a"));

        Assert.NotEqual(0u, await ListedEaSizeAsync());
    }

    [Fact]
    public async Task A_local_change_of_attributes_is_seen_in_listings()
    {
        await using IStoreFile file = await RememberedAsync("a");
        Assert.Equal(FileAttributes.None, (await ListedAsync()).Attributes);
        Assert.Equal(FileAttributes.None, (await ListedAsync()).Attributes); // What was remembered of the first.

        Run("setfattr", "-n", "user.DOSATTRIB", "-v", HiddenAndSystem, _folder.Combine("a"));
        Assert.Equal(FileAttributes.Hidden | FileAttributes.System, (await ListedAsync()).Attributes);

        Run("setfattr", "-x", "user.DOSATTRIB", _folder.Combine("a"));
        Assert.Equal(FileAttributes.None, (await ListedAsync()).Attributes);
    }

    [Fact]
    public async Task Chmod_is_seen()
    {
        await using IStoreFile file = await RememberedAsync("a");
        (_, ReadOnlyMemory<byte> before) = await file.GetSecurityDescriptorAsync(default);

        File.SetUnixFileMode(_folder.Combine("a"), UnixFileMode.UserRead);

        (_, ReadOnlyMemory<byte> after) = await file.GetSecurityDescriptorAsync(default);
        Assert.NotEqual(before.ToArray(), after.ToArray());
    }

    [Fact]
    public async Task What_is_stored_through_the_store_is_seen_at_once()
    {
        await using IStoreFile file = await RememberedAsync("a");
        for (int i = 0; i < 100; i++)
        {
            FileAttributes wanted = (i & 1) == 0 ? FileAttributes.Hidden : FileAttributes.ReadOnly;
            Assert.Equal(
                NtStatus.Success, await file.SetBasicInfoAsync(new BasicInfoChange { Attributes = wanted }, default));
            (_, FileStat stat) = await file.GetStatAsync(default);
            Assert.Equal(wanted, stat.Attributes);
        }
    }

    [Fact] // Attributes and times are in one xattr, which is read, changed and written.
    public async Task Two_handles_do_not_undo_each_other_s_changes()
    {
        await File.WriteAllTextAsync(_folder.Combine("a"), "");
        await using IStoreFile one = await OpenAsync("a");
        await using IStoreFile two = await OpenAsync("a");
        int undone = 0;

        async Task ChangeAsync(IStoreFile file, Func<int, BasicInfoChange> make, Func<FileStat, BasicInfoChange, bool> isThere)
        {
            for (int i = 0; i < 3000; i++)
            {
                BasicInfoChange change = make(i);
                Assert.Equal(NtStatus.Success, await file.SetBasicInfoAsync(change, default));
                if (!isThere((await file.GetStatAsync(default)).Stat, change))
                    Interlocked.Increment(ref undone);
            }
        }

        await Task.WhenAll(
            Task.Run(() => ChangeAsync(
                one, i => new() { Attributes = (i & 1) == 0 ? FileAttributes.Hidden : FileAttributes.System },
                (stat, change) => stat.Attributes == change.Attributes)),
            Task.Run(() => ChangeAsync(
                two, i => new() { CreationTime = new FileTime(133_000_000_000_000_000 + (i * 10_000_000L)) },
                (stat, change) => stat.CreationTime == change.CreationTime)));

        Assert.Equal(0, undone);
    }

    [Fact] // The file's number is used again, and what was remembered of it is another file's.
    public async Task A_file_that_takes_the_place_of_another_has_its_own()
    {
        for (int i = 0; i < 20; i++)
        {
            await using (IStoreFile file = await RememberedAsync("a"))
            {
                (_, FileStat stat) = await file.GetStatAsync(default);
                Assert.Equal(FileAttributes.None, stat.Attributes);
            }

            Run("setfattr", "-n", "user.DOSATTRIB", "-v", HiddenAndSystem, _folder.Combine("a"));
            File.Delete(_folder.Combine("a"));
        }
    }

    [Theory]
    [InlineData("Folder\\File", "Folder\\File")]
    [InlineData("folder\\FILE", "Folder\\File")]
    [InlineData("Link\\File", "Folder\\File")]
    [InlineData("alias", "Folder\\File")]
    public async Task The_opened_path_is_the_one_on_disk(string path, string expected)
    {
        Directory.CreateDirectory(_folder.Combine("Folder"));
        await File.WriteAllTextAsync(_folder.Combine("Folder/File"), "");
        File.CreateSymbolicLink(_folder.Combine("Link"), "Folder");
        File.CreateSymbolicLink(_folder.Combine("alias"), "Folder/File");

        await using IStoreFile file = await OpenAsync(path);

        Assert.Equal((expected, expected), (file.OpenedPath, file.Path));
    }

    [Theory]
    [InlineData("Folder\\New", "Folder\\New")]
    [InlineData("FOLDER\\New", "Folder\\New")]
    [InlineData("Link\\New", "Folder\\New")]
    public async Task So_is_that_of_a_new_file(string path, string expected)
    {
        Directory.CreateDirectory(_folder.Combine("Folder"));
        File.CreateSymbolicLink(_folder.Combine("Link"), "Folder");

        (NtStatus status, IStoreFile? file) = await _store.CreateAsync(path, new StoreCreateOptions(), StoreCaller.Service, default);

        Assert.Equal(NtStatus.Success, status);
        await using (file)
            Assert.Equal((expected, expected), (file!.OpenedPath, file.Path));
    }

    private async Task<IStoreFile> RememberedAsync(string name)
    {
        await File.WriteAllTextAsync(_folder.Combine(name), "");
        await Task.Delay(50, TestContext.Current.CancellationToken); // What is younger is not remembered.
        IStoreFile file = await OpenAsync(name);
        await file.GetStatAsync(default);
        await file.GetSecurityDescriptorAsync(default);
        return file;
    }

    private async Task<IStoreFile> OpenAsync(string path)
    {
        (NtStatus status, IStoreFile? file) =
            await _store.OpenAsync(path, new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, default);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private async Task<uint> ListedEaSizeAsync() => (await ListedAsync()).EaSize;

    private async Task<FileStat> ListedAsync()
    {
        await using IStoreFile root = await OpenAsync("");
        await using IDirectoryEnumerator listing = root.Enumerate();
        var entries = new DirectoryEntry[10];
        (_, int count) = await listing.ReadAsync(
            NamePattern.All, DirectoryFields.Stat | DirectoryFields.EaSize, entries, default);
        return entries.Take(count).Single(e => e.Name == "a").Stat;
    }

    private static void Run(string program, params string[] arguments)
    {
        using var process = Process.Start(program, arguments);
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, string.Create(CultureInfo.InvariantCulture, $"{program}: {process.ExitCode}"));
    }
}
