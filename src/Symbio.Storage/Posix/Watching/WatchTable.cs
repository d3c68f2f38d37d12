using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Posix;

/// <summary>The watched directories of a store, by the kernel's number and by path. Guarded by its watcher's lock.</summary>
internal sealed class WatchTable
{
    private readonly Dictionary<int, WatchedDirectory> _byWatch = [];
    private readonly Dictionary<WatchKey, WatchedDirectory> _byKey = [];
    private readonly Dictionary<string, WatchedDirectory> _byPath = new(NameComparer.Instance);
    private bool _hasTold;

    public int Count => _byWatch.Count;

    public WatchedDirectory? Find(int watch) => _byWatch.GetValueOrDefault(watch);

    public WatchedDirectory? Find(WatchKey key) => _byKey.GetValueOrDefault(key);

    public bool Contains(WatchedDirectory directory) => Find(directory.Watch) == directory;

    public WatchedDirectory[] All => [.. _byWatch.Values];

    /// <summary>A directory, which the kernel may have been watching before: then it has the same number again.</summary>
    public WatchedDirectory Enter(int watch, WatchKey key, string path)
    {
        if (_byWatch.TryGetValue(watch, out WatchedDirectory? known))
        {
            Rename(known, path);
            return known;
        }

        var directory = new WatchedDirectory(watch, key, path);
        _byWatch.Add(watch, directory);
        _byKey[key] = directory;
        _byPath[path] = directory;
        return directory;
    }

    public void Remove(WatchedDirectory directory)
    {
        _byWatch.Remove(directory.Watch);
        if (_byKey.GetValueOrDefault(directory.Key) == directory)
            _byKey.Remove(directory.Key);
        if (_byPath.GetValueOrDefault(directory.Path) == directory)
            _byPath.Remove(directory.Path);
    }

    /// <summary>Is there a request for a tree that this path belongs to?</summary>
    public bool IsInTree(string path)
    {
        for (string above = SharePaths.Parent(path); ; above = SharePaths.Parent(above))
        {
            if (_byPath.TryGetValue(above, out WatchedDirectory? directory) && directory.TreeRequests > 0)
                return true;
            if (above.Length == 0)
                return false;
        }
    }

    /// <summary>Directories that nobody asks for any more.</summary>
    public List<WatchedDirectory> Unwanted() =>
        [.. _byWatch.Values.Where(d => d.Requests.Count == 0 && (d.Path.Length == 0 || !IsInTree(d.Path)))];

    /// <summary>What belongs to no tree any more will have to be read again when it does.</summary>
    public void ForgetReadings()
    {
        foreach (WatchedDirectory directory in _byWatch.Values)
            directory.IsRead &= directory.Path.Length > 0 && IsInTree(directory.Path);
    }

    /// <summary>What is recorded at a path or below it. It may be called something else by now, and this be another.</summary>
    public WatchedDirectory[] AtOrBelow(string path) =>
        [.. _byWatch.Values.Where(d => SharePaths.IsAtOrBelow(d.Path, path))];

    /// <summary>A set for <see cref="WatchedDirectory.Told"/>.</summary>
    public HashSet<string> StartTold()
    {
        _hasTold = true;
        return new HashSet<string>(StringComparer.Ordinal);
    }

    /// <summary>All events have been read: from now on every name that comes is new.</summary>
    public void ForgetTold()
    {
        if (!_hasTold)
            return;
        _hasTold = false;
        foreach (WatchedDirectory directory in _byWatch.Values)
            directory.Told = null;
    }

    public void Rename(WatchedDirectory directory, string path)
    {
        if (_byPath.GetValueOrDefault(directory.Path) == directory)
            _byPath.Remove(directory.Path);
        directory.Path = path;
        _byPath[path] = directory;
    }
}

/// <summary>Paths in the form of <see cref="IFileStore"/>.</summary>
internal static class SharePaths
{
    public static string Join(string directory, string name) => directory.Length == 0 ? name : $@"{directory}\{name}";

    public static string Parent(string path) => path[..Math.Max(0, path.LastIndexOf('\\'))];

    public static bool IsAtOrBelow(string path, string top) =>
        top.Length == 0
        || (path.Length >= top.Length && NameComparer.Equals(path.AsSpan(0, top.Length), top)
            && (path.Length == top.Length || path[top.Length] == '\\'));
}
