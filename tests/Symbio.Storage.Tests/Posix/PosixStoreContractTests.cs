using Symbio.Storage.Posix;
using Symbio.Storage.Tests.Contract;

namespace Symbio.Storage.Tests.Posix;

/// <summary>The POSIX store in the temporary folder's file system.</summary>
public sealed class PosixStoreContractTests : StoreContract
{
    private readonly TemporaryFolder _folder = new();

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        _folder.Dispose();
    }

    protected override ValueTask<IFileStore> CreateStoreAsync() => new(PosixFileStore.Open(_folder.Path));

    protected override ValueTask<bool> TryPlantFileAsync(string path)
    {
        File.Create(_folder.Combine(path.Replace('\\', '/'))).Dispose();
        return new(true);
    }
}
