using Symbio.Cluster;
using Symbio.Protocol.Smb2;
using Symbio.Storage;

namespace Symbio.Server.Notifications;

/// <summary>
/// A directory that clients hold leases on: whatever changes in what it lists takes from them what they have read,
/// [MS-SMB2] 3.3.1.4. That is all they have, for nothing stands without R.
/// </summary>
internal sealed class LeasedDirectory(ICoordinator coordinator, FileIdentity directory) : ChangeObserver
{
    /// <inheritdoc/>
    public override CompletionFilter Filter => CompletionFilter.All | ChangeReports.ChangeTime;

    /// <inheritdoc/>
    public override bool WatchTree => false;

    /// <summary>Opens that have a lease on it, and creates that ask for one. Guarded by the registry's lock.</summary>
    public List<IStoreFile> Uses { get; } = [];

    /// <inheritdoc/>
    public override void Add(ReadOnlySpan<DirectoryChange> changes, int prefixLength) =>
        _ = BreakAsync(changes[0].Except); // What comes together was done by one.

    /// <inheritdoc/>
    public override void Overflow() => _ = BreakAsync(null);

    // Nobody is waited for: the change has been made.
    private async Task BreakAsync(LeaseId? except) =>
        await coordinator
            .ContendAsync(directory, stream: "", LeaseState.ReadCaching, except, CancellationToken.None).ConfigureAwait(false);
}
