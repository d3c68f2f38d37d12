using Symbio.Cluster;
using Symbio.Storage;

namespace Symbio.Server.Notifications;

/// <summary>The directories of one store that have leases on them.</summary>
internal sealed class LeasedDirectories(DirectoryChanges changes)
{
    private readonly Lock _lock = new(); // Taken before that of the changes.
    private readonly Dictionary<FileIdentity, LeasedDirectory> _directories = [];

    public int Count
    {
        get
        {
            lock (_lock)
                return _directories.Count;
        }
    }

    /// <summary>
    /// Has changes in a directory break the leases on it, until the result is disposed. Begun before a lease is granted.
    /// Null: changes by others could not be seen, and so no client may rely on what it has read.
    /// </summary>
    public IDisposable? Enter(FileIdentity identity, IStoreFile directory, ICoordinator coordinator)
    {
        if (!directory.ShowsAllChanges)
            return null;
        lock (_lock)
        {
            if (!_directories.TryGetValue(identity, out LeasedDirectory? leased))
            {
                leased = new LeasedDirectory(coordinator, identity);
                if (!changes.TryAdd(leased, directory))
                    return null;
                _directories.Add(identity, leased);
            }

            leased.Uses.Add(directory);
            return new Use(this, identity, leased, directory);
        }
    }

    private void Leave(FileIdentity identity, LeasedDirectory leased, IStoreFile directory)
    {
        lock (_lock)
        {
            leased.Uses.Remove(directory);
            if (leased.Uses is [var other, ..])
            {
                if (leased.Directory == directory)
                    changes.Ask(leased, other);
                return;
            }

            _directories.Remove(identity);
            changes.Remove(leased);
        }
    }

    private sealed class Use(LeasedDirectories owner, FileIdentity identity, LeasedDirectory leased, IStoreFile directory)
        : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                owner.Leave(identity, leased, directory);
        }
    }
}
