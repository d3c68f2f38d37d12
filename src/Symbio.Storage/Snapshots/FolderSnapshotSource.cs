using System.Diagnostics.CodeAnalysis;
using Symbio.Protocol;
using Symbio.Storage.Posix;

namespace Symbio.Storage;

/// <summary>
/// Snapshots that are folders beside each other, named by their times: those that btrfs makes as well as copies. What is
/// added and removed there is seen at once.
/// </summary>
public sealed class FolderSnapshotSource : ISnapshotSource
{
    private readonly string _folder;
    private readonly SnapshotNameFormat _format;
    private readonly string _inner;
    private readonly PosixStoreOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, PosixFileStore> _stores = [];

    private FolderSnapshotSource(string folder, SnapshotNameFormat format, string inner, PosixStoreOptions options)
    {
        _folder = folder;
        _format = format;
        _inner = inner;
        _options = options;
    }

    /// <summary>
    /// Takes apart a pattern like <c>/srv/.snapshots/@GMT-%Y.%m.%d-%H.%M.%S</c>: one component tells the time (UTC); what
    /// follows it is the share's folder within the snapshot.
    /// </summary>
    public static bool TryCreate(
        string pattern, PosixStoreOptions options, [NotNullWhen(true)] out FolderSnapshotSource? source)
    {
        source = null;
        string[] parts = pattern.Split('/');
        int named = Array.FindIndex(parts, part => part.Contains('%', StringComparison.Ordinal));
        if (named < 1 || SnapshotNameFormat.Parse(parts[named]) is not { } format)
            return false;
        string inner = string.Join('/', parts[(named + 1)..]);
        if (inner.Contains('%', StringComparison.Ordinal))
            return false;
        string folder = named == 1 && parts[0].Length == 0 ? "/" : string.Join('/', parts[..named]);

        // Nothing changes in a snapshot: there is nothing to watch.
        source = new(folder, format, inner, options with { WatchDirectories = false, MaxIndexedNames = 100_000 });
        return true;
    }

    /// <inheritdoc/>
    public ValueTask<IReadOnlyList<DateTimeOffset>> ListAsync(CancellationToken cancellationToken) =>
        _options.Scheduler.RunAsync(this, static source =>
            (IReadOnlyList<DateTimeOffset>)[.. source.Find().Keys.OrderDescending()]);

    /// <inheritdoc/>
    public ValueTask<(NtStatus Status, IFileStore? Store)> OpenAsync(DateTimeOffset time, CancellationToken cancellationToken) =>
        _options.Scheduler.RunAsync((Source: this, time), static state => state.Source.Open(state.time));

    private Dictionary<DateTimeOffset, string> Find()
    {
        var found = new Dictionary<DateTimeOffset, string>();
        try
        {
            foreach (string folder in Directory.EnumerateDirectories(_folder))
            {
                if (_format.TryRead(Path.GetFileName(folder.AsSpan()), out DateTimeOffset time))
                    found.TryAdd(time, _inner.Length == 0 ? folder : $"{folder}/{_inner}");
            }
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException)
        {
            found.Clear(); // No folder, no snapshots.
        }

        Forget(found);
        return found;
    }

    private (NtStatus Status, IFileStore? Store) Open(DateTimeOffset time)
    {
        if (!Find().TryGetValue(time, out string? path))
            return (NtStatus.ObjectNameNotFound, null);
        lock (_gate)
        {
            if (_stores.TryGetValue(path, out PosixFileStore? store))
                return (NtStatus.Success, store);
            if (!PosixFileStore.TryOpen(path, _options, out store, out _))
                return (NtStatus.ObjectNameNotFound, null);
            _stores[path] = store;
            return (NtStatus.Success, store);
        }
    }

    // A descriptor that stays open would keep the space of a snapshot that has been removed.
    private void Forget(Dictionary<DateTimeOffset, string> present)
    {
        lock (_gate)
        {
            foreach (string path in _stores.Keys.Except(present.Values).ToArray())
            {
                _stores.Remove(path, out PosixFileStore? store);
                store!.DisposeAsync().AsTask().Wait(); // Completes at once.
            }
        }
    }
}
