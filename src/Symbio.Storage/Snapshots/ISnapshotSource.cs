using Symbio.Protocol;

namespace Symbio.Storage;

/// <summary>
/// Where the earlier states of a share come from: a snapshot is a store of its own, which nobody changes, and is known by
/// the time it was made, in whole seconds. Thread-safe.
/// </summary>
public interface ISnapshotSource
{
    /// <summary>The times of all snapshots that there are now, the newest first.</summary>
    ValueTask<IReadOnlyList<DateTimeOffset>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// The share as it was. The source keeps the store; it may be asked for again and again.
    /// <see cref="NtStatus.ObjectNameNotFound"/> when there is no snapshot of this time.
    /// </summary>
    ValueTask<(NtStatus Status, IFileStore? Store)> OpenAsync(DateTimeOffset time, CancellationToken cancellationToken);
}
