using Symbio.Storage.Memory;
using Symbio.Storage.Tests.Contract;

namespace Symbio.Storage.Tests.Memory;

/// <summary><see cref="MemoryFileStore"/> keeps the contract of a store.</summary>
public sealed class MemoryStoreContract : StoreContract
{
    private readonly ManualTimeProvider _clock = new();

    protected override ValueTask<IFileStore> CreateStoreAsync() =>
        new(new MemoryFileStore(new MemoryStoreOptions { TimeProvider = _clock }));

    protected override ValueTask PassTimeAsync()
    {
        _clock.Advance(TimeSpan.FromSeconds(1));
        return ValueTask.CompletedTask;
    }
}
