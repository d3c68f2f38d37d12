using Symbio.Cluster;
using Symbio.Protocol.Smb2;
using Symbio.Storage;

namespace Symbio.Server.Leases;

/// <summary>
/// Keeps local processes from opening a file until the client that caches it has written back what it has and given it up: a
/// lease with the kernel as long as the client has one with us.
/// </summary>
internal sealed class LocalLease : IDisposable
{
    private const LeaseState Everything =
        LeaseState.ReadCaching | LeaseState.WriteCaching | LeaseState.HandleCaching;

    private readonly ICoordinator _coordinator;
    private readonly FileIdentity _file;
    private readonly Lock _lock = new();
    private IDisposable? _held;
    private bool _isOver;

    private LocalLease(ICoordinator coordinator, FileIdentity file) => (_coordinator, _file) = (coordinator, file);

    /// <summary>Null: a local process has the file open, and nothing of it can be cached.</summary>
    public static LocalLease? TryTake(ILeasableFile file, FileIdentity identity, ICoordinator coordinator)
    {
        var lease = new LocalLease(coordinator, identity);
        if (file.TryLease(held => _ = lease.GiveUpAsync(held)) is not { } taken)
            return null;
        lease.Keep(taken);
        return lease;
    }

    /// <summary>
    /// A client has been granted something under this lease. If a local process came before that it has not been asked to
    /// give it up yet.
    /// </summary>
    public async ValueTask AfterGrantAsync()
    {
        bool isOver;
        lock (_lock)
            isOver = _isOver;
        if (isOver)
            await _coordinator.ContendAsync(_file, "", Everything, null, CancellationToken.None).ConfigureAwait(false);
    }

    public void Dispose()
    {
        IDisposable? held;
        lock (_lock)
        {
            _isOver = true;
            held = _held;
        }

        held?.Dispose();
    }

    private void Keep(IDisposable taken)
    {
        lock (_lock)
            _held = taken;
    }

    private async Task GiveUpAsync(IDisposable held)
    {
        lock (_lock)
            _isOver = true;
        Task? given = await _coordinator
            .ContendAsync(_file, "", Everything, null, CancellationToken.None).ConfigureAwait(false);
        if (given is not null)
            await given.ConfigureAwait(false);
        held.Dispose();
    }
}
