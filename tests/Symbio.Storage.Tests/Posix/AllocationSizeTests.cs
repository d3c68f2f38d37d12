using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix;
using Xunit;

namespace Symbio.Storage.Tests.Posix;

/// <summary>AllocationSize is of data alone, whatever room the file system takes for xattrs.</summary>
public sealed class AllocationSizeTests : IAsyncLifetime
{
    private const ulong Cluster = 4096;

    private readonly TemporaryFolder _folder = new();
    private IFileStore _store = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public ValueTask InitializeAsync()
    {
        _store = PosixFileStore.Open(_folder.Path);
        return default;
    }

    public async ValueTask DisposeAsync()
    {
        await _store.DisposeAsync();
        _folder.Dispose();
    }

    [Theory]
    [InlineData(0, 0, 0)]
    [InlineData(1, 0, Cluster)]
    [InlineData(0, Cluster, Cluster)]
    [InlineData(1, 0x100000, 0x100000)]
    public async Task An_xattr_that_needs_a_block_is_not_counted(int size, ulong allocation, ulong expected)
    {
        await using var file = await CreateAsync();
        if (size > 0)
            await file.WriteAsync(0, new byte[size], Token);

        await file.SetExtendedAttributesAsync([new ExtendedAttribute("LONG", new byte[2000])], Token);
        Assert.Equal(NtStatus.Success, await file.SetAllocationAsync(Math.Max(allocation, (ulong)size), Token));

        Assert.Equal(expected, (await file.GetStatAsync(Token)).Stat.AllocationSize);
        Assert.Equal(expected, await AllocationForMetadataAsync());
        Assert.Equal(expected, await AllocationInListingAsync());
    }

    private async Task<IStoreFile> CreateAsync()
    {
        var (status, file) = await _store.CreateAsync("f", new StoreCreateOptions { Access = StoreAccess.Read | StoreAccess.Write },
            StoreCaller.Service, Token);
        Assert.Equal(NtStatus.Success, status);
        return file!;
    }

    private async Task<ulong> AllocationForMetadataAsync()
    {
        var (_, file) = await _store.OpenAsync("f", new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, Token);
        await using (file)
            return (await file!.GetStatAsync(Token)).Stat.AllocationSize;
    }

    private async Task<ulong> AllocationInListingAsync()
    {
        var (_, root) = await _store.OpenAsync("", new StoreOpenOptions(StoreAccess.Read), StoreCaller.Service, Token);
        await using var _2 = root;
        await using var listing = root!.Enumerate();
        var entries = new DirectoryEntry[1];
        await listing.ReadAsync(new NamePattern("f"), DirectoryFields.Stat, entries, Token);
        return entries[0].Stat.AllocationSize;
    }
}
