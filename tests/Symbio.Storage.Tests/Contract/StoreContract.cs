using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Tests.Contract;

/// <summary>
/// What every store has to do, one rule per test. A store's own test class derives from it, makes an empty store for
/// each test, and is the proof that the store can stand behind the server.
/// </summary>
public abstract partial class StoreContract : IAsyncLifetime
{
    private readonly List<IStoreFile> _files = [];

    protected IFileStore Store { get; private set; } = null!;

    protected static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>An empty store of the test's own.</summary>
    protected abstract ValueTask<IFileStore> CreateStoreAsync();

    /// <summary>Lets the store's clock move on, by enough to show in file times.</summary>
    protected virtual ValueTask PassTimeAsync() => new(Task.Delay(20, Token));

    /// <summary>
    /// Puts an empty file into the store past the interface, so that names can differ only by case; false when the
    /// store cannot hold such names.
    /// </summary>
    protected virtual ValueTask<bool> TryPlantFileAsync(string path) => new(false);

    public async ValueTask InitializeAsync() => Store = await CreateStoreAsync();

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        foreach (var file in _files)
            await file.DisposeAsync();
        await Store.DisposeAsync();
    }

    protected void Require(StoreCapabilities capability) =>
        Assert.SkipUnless(Store.Capabilities.HasFlag(capability), $"The store has no {capability}.");

    /// <summary>Opens what must be there. The test's end closes it; closing it earlier does no harm.</summary>
    protected async ValueTask<IStoreFile> OpenAsync(
        string path, StoreAccess access = StoreAccess.Read | StoreAccess.Write)
    {
        var (status, file) = await Store.OpenAsync(path, new StoreOpenOptions(access), StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        return Track(file);
    }

    protected ValueTask<IStoreFile> OpenDirectoryAsync(string path) => OpenAsync(path, StoreAccess.Read);

    protected async ValueTask<NtStatus> TryOpenAsync(string path)
    {
        var (status, file) = await Store.OpenAsync(
            path, new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, Token);
        Assert.Equal(status.IsError, file is null);
        if (file is not null)
            await file.DisposeAsync();
        return status;
    }

    protected async ValueTask<IStoreFile> CreateAsync(string path, StoreCreateOptions options)
    {
        var (status, file) = await Store.CreateAsync(path, options, StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        return Track(file);
    }

    protected async ValueTask<IStoreFile> CreateFileAsync(string path, byte[]? content = null)
    {
        var file = await CreateAsync(path, new StoreCreateOptions { Access = StoreAccess.Read | StoreAccess.Write });
        if (content is not null)
            Assert.Equal(NtStatus.Success, await file.WriteAsync(0, content, Token));
        return file;
    }

    protected ValueTask<IStoreFile> CreateDirectoryAsync(string path) =>
        CreateAsync(path, new StoreCreateOptions { IsDirectory = true, Access = StoreAccess.Read });

    protected async ValueTask<NtStatus> TryCreateAsync(string path, bool directory = false)
    {
        var options = new StoreCreateOptions { IsDirectory = directory, Access = StoreAccess.Read };
        var (status, file) = await Store.CreateAsync(path, options, StoreCaller.Service, Token);
        Assert.Equal(status.IsError, file is null);
        if (file is not null)
            await file.DisposeAsync();
        return status;
    }

    protected async ValueTask<IStoreFile> OpenStreamAsync(IStoreFile file, string name, bool create)
    {
        var (status, stream) = await file.OpenStreamAsync(name, create, StoreAccess.Read | StoreAccess.Write, Token);
        Assert.Equal(NtStatus.Success, status);
        return Track(stream);
    }

    protected static async ValueTask<FileStat> StatAsync(IStoreFile file)
    {
        var (status, stat) = await file.GetStatAsync(Token);
        Assert.Equal(NtStatus.Success, status);
        return stat;
    }

    protected static async ValueTask<byte[]> ReadAsync(IStoreFile file, ulong offset, int length)
    {
        byte[] buffer = new byte[length];
        int total = 0;
        while (total < length)
        {
            var (status, count) = await file.ReadAsync(offset + (ulong)total, buffer.AsMemory(total), Token);
            Assert.Equal(NtStatus.Success, status);
            if (count == 0)
                break;
            total += count;
        }

        return buffer[..total];
    }

    protected static async ValueTask<byte[]> ReadAllAsync(IStoreFile file) =>
        await ReadAsync(file, 0, (int)(await StatAsync(file)).EndOfFile);

    protected static async ValueTask WriteAsync(IStoreFile file, ulong offset, byte[] content) =>
        Assert.Equal(NtStatus.Success, await file.WriteAsync(offset, content, Token));

    protected static async ValueTask<IReadOnlyList<StoreRange>> RangesAsync(IStoreFile file)
    {
        var (status, ranges) = await file.QueryAllocatedRangesAsync(new StoreRange(0, long.MaxValue), int.MaxValue, Token);
        Assert.Equal(NtStatus.Success, status);
        return ranges;
    }

    protected static async ValueTask<List<DirectoryEntry>> ReadEntriesAsync(
        IDirectoryEnumerator enumerator, string pattern = "*", int batch = 16,
        DirectoryFields fields = DirectoryFields.Stat)
    {
        var compiled = new NamePattern(pattern);
        var entries = new List<DirectoryEntry>();
        var buffer = new DirectoryEntry[batch];
        while (true)
        {
            var (status, count) = await enumerator.ReadAsync(compiled, fields, buffer, Token);
            Assert.Equal(NtStatus.Success, status);
            if (count == 0)
                return entries;
            entries.AddRange(buffer[..count]);
        }
    }

    protected async ValueTask<List<DirectoryEntry>> ListAsync(string path, string pattern = "*")
    {
        await using var directory = await OpenDirectoryAsync(path);
        await using var enumerator = directory.Enumerate();
        return await ReadEntriesAsync(enumerator, pattern);
    }

    /// <summary>The names but the dots, sorted.</summary>
    protected async ValueTask<string[]> NamesAsync(string path, string pattern = "*") =>
        [.. (await ListAsync(path, pattern)).Select(entry => entry.Name)
            .Where(name => name is not ("." or "..")).Order(StringComparer.Ordinal)];

    protected static byte[] Bytes(int length, byte first = 1)
    {
        byte[] bytes = new byte[length];
        for (int i = 0; i < length; i++)
            bytes[i] = (byte)(first + (i % 251));
        return bytes;
    }

    private IStoreFile Track(IStoreFile? file)
    {
        Assert.NotNull(file);
        lock (_files)
            _files.Add(file);
        return file;
    }
}
