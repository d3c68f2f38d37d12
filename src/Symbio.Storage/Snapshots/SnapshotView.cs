using Symbio.Protocol;

namespace Symbio.Storage;

/// <summary>
/// A store together with its earlier states: a path that begins with a snapshot's token leads into that snapshot, which
/// nothing can be changed in. All other paths are the store's own.
/// </summary>
public sealed class SnapshotView(IFileStore store, ISnapshotSource source) : IFileStore
{
    /// <inheritdoc/>
    public StoreCapabilities Capabilities => store.Capabilities | StoreCapabilities.Snapshots;

    /// <summary>Where the snapshots come from.</summary>
    public ISnapshotSource Source => source;

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IStoreFile? File)> OpenAsync(
        string path, StoreOpenOptions options, StoreCaller caller, CancellationToken cancellationToken) =>
        SnapshotToken.TrySplit(path, out DateTimeOffset time, out string rest)
            ? OpenSnapshotAsync(time, rest, options, caller, cancellationToken)
            : store.OpenAsync(path, options, caller, cancellationToken);

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IStoreFile? File)> CreateAsync(
        string path, StoreCreateOptions options, StoreCaller caller, CancellationToken cancellationToken) =>
        SnapshotToken.TrySplit(path, out _, out _)
            ? new((NtStatus.MediaWriteProtected, null))
            : store.CreateAsync(path, options, caller, cancellationToken);

    /// <inheritdoc/>
    public string FromPosixName(string name) => store.FromPosixName(name);

    /// <inheritdoc/>
    public string ToPosixName(string name) => store.ToPosixName(name);

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, VolumeInfo Info)> GetVolumeInfoAsync(CancellationToken cancellationToken) =>
        store.GetVolumeInfoAsync(cancellationToken);

    /// <summary>The store and the snapshots are others' to close.</summary>
    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private async ValueTask<(NtStatus Status, IStoreFile? File)> OpenSnapshotAsync(
        DateTimeOffset time, string path, StoreOpenOptions options, StoreCaller caller, CancellationToken cancellationToken)
    {
        (NtStatus status, IFileStore? snapshot) = await source.OpenAsync(time, cancellationToken).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return (status, null);
        (status, IStoreFile? file) = await snapshot!
            .OpenAsync(path, options with { Access = options.Access & ~StoreAccess.Write }, caller, cancellationToken)
            .ConfigureAwait(false);
        return (status, status == NtStatus.Success ? new SnapshotFile(file!, time) : null);
    }
}
