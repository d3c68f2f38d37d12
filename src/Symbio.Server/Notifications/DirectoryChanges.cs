using System.Collections.Concurrent;
using System.Numerics;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Notifications;

/// <summary>
/// Volume.ChangeNotifyList, [MS-FSA] 2.1.1.1: who watches what in one store, and the place where everything that the
/// server changes in it is reported. While nobody watches a report is one look at a field; else it costs one look-up for
/// each directory above the change, however many watches there are.
/// </summary>
internal sealed class DirectoryChanges
{
    private readonly Lock _lock = new(); // For changes of the tables; reports take none.
    private readonly ConcurrentDictionary<string, DirectoryWatch[]> _byDirectory;
    private readonly ConcurrentDictionary<string, DirectoryWatch[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int[] _filterCounts = new int[32];
    private IDirectoryChangeSubscriber[] _subscribers = [];
    private readonly LocalChanges? _local; // Null: nobody else changes the store, or it cannot tell.
    private uint _wanted;

    /// <param name="store">Null for a share without files.</param>
    public DirectoryChanges(IFileStore? store, TimeProvider time)
    {
        _local = store is IWatchableStore watchable ? new LocalChanges(this, watchable, time) : null;
        _byDirectory = new(NameComparer.Instance);
        _lookup = _byDirectory.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Directories that are watched; for tests and status.</summary>
    public int WatchedDirectories => _byDirectory.Count;

    /// <summary>Does anybody want to know of such changes, anywhere in the store? Ask before making up a report.</summary>
    public bool Wants(CompletionFilter what) => (Volatile.Read(ref _wanted) & (uint)what) != 0;

    /// <summary>Has every change reported from now on.</summary>
    public void Subscribe(IDirectoryChangeSubscriber subscriber)
    {
        lock (_lock)
        {
            Volatile.Write(ref _subscribers, [.. _subscribers, subscriber]);
            Count(CompletionFilter.All, 1);
        }
    }

    public void Unsubscribe(IDirectoryChangeSubscriber subscriber)
    {
        lock (_lock)
        {
            if (!_subscribers.Contains(subscriber))
                return;
            Volatile.Write(ref _subscribers, [.. _subscribers.Where(s => s != subscriber)]);
            Count(CompletionFilter.All, -1);
        }
    }

    /// <summary>Begins a watch of a directory.</summary>
    public void Add(DirectoryWatch watch, IStoreFile directory)
    {
        watch.Local = WatchLocally(directory, watch.WatchTree);
        lock (_lock)
        {
            Enter(watch, directory.Path);
            Count(FilterOf(watch), 1);
        }
    }

    /// <summary>Ends a watch; false when it was none any more.</summary>
    public bool Remove(DirectoryWatch watch)
    {
        lock (_lock)
        {
            if (!Leave(watch))
                return false;
            Count(FilterOf(watch), -1);
        }

        watch.Local?.Dispose();
        return true;
    }

    /// <summary>
    /// Has changes of a directory reported that others make behind the server's back, until the result is disposed. Null
    /// where that cannot be. Watches see to it themselves; this is for subscribers.
    /// </summary>
    public IDisposable? WatchLocally(IStoreFile directory, bool tree) => _local?.Watch(directory, tree);

    /// <summary>Tells all who watch that a name went because another file got it; stores do not tell of that.</summary>
    public void ReportReplaced(in DirectoryChange change)
    {
        if (!Wants(change.What))
            return;
        Tell(change);
        Deliver(new ReadOnlySpan<DirectoryChange>(in change));
    }

    /// <summary>Tells all who watch. The change has been made.</summary>
    public void Report(in DirectoryChange change)
    {
        if (!Wants(change.What))
            return;
        Tell(change);
        if (Deliver(new ReadOnlySpan<DirectoryChange>(in change)) && _local is { IsActive: true })
            _local.Note(change);
    }

    /// <summary>Two changes in one directory that are told together: the names of a rename.</summary>
    public void Report(in DirectoryChange first, in DirectoryChange second)
    {
        if (!Wants(first.What | second.What))
            return;
        Tell(first);
        Tell(second);
        if (Deliver([first, second]) && _local is { IsActive: true })
        {
            _local.Note(first);
            _local.Note(second);
        }
    }

    /// <summary>Tells of something that the server has not done itself.</summary>
    public void ReportLocal(params ReadOnlySpan<DirectoryChange> changes)
    {
        foreach (ref readonly DirectoryChange change in changes)
            Tell(change);
        Deliver(changes);
    }

    /// <summary>Changes were lost: all who watch must look for themselves.</summary>
    public void Overflow()
    {
        foreach (DirectoryWatch[] watches in _byDirectory.Values)
        {
            foreach (DirectoryWatch watch in watches)
                watch.Overflow();
        }
    }

    /// <summary>An open begins to write; it will be reported at its close.</summary>
    public void BeginWriting(Open open)
    {
        if (_local is { IsActive: true })
            _local.NoteWriting(open);
    }

    public void EndWriting(Open open) => _local?.EndWriting(open);

    /// <summary>A directory has another name: so have the watches of it and of what is below it.</summary>
    public void MoveWatches(string oldPath, string newPath)
    {
        _local?.Moved(oldPath, newPath);
        if (_byDirectory.IsEmpty)
            return;
        lock (_lock)
        {
            string below = oldPath + @"\";
            foreach ((string path, DirectoryWatch[] watches) in _byDirectory.ToArray())
            {
                bool isBelow = path.Length > below.Length && NameComparer.Equals(path.AsSpan(0, below.Length), below);
                if (!isBelow && !NameComparer.Equals(path, oldPath))
                    continue;
                foreach (DirectoryWatch watch in watches)
                {
                    Leave(watch);
                    Enter(watch, newPath + path[oldPath.Length..]);
                }
            }
        }
    }

    /// <summary>The watches of exactly this directory.</summary>
    public ReadOnlySpan<DirectoryWatch> WatchesOf(string path) =>
        _byDirectory.TryGetValue(path, out DirectoryWatch[]? watches) ? watches : [];

    private void Tell(in DirectoryChange change)
    {
        foreach (IDirectoryChangeSubscriber subscriber in Volatile.Read(ref _subscribers))
            subscriber.OnChange(change);
    }

    // The directory that shows the change, then those above it, whose watches see it only if they watch their trees.
    // Deviation: [MS-FSA] 2.1.4.1 also matches a watch of the changed directory itself; Windows does not
    // (smb2.notify.basedir). True: some watch is of a directory that sees the change, whatever its filter says.
    private bool Deliver(ReadOnlySpan<DirectoryChange> changes)
    {
        string path = changes[0].Path;
        if (path.Length == 0 || _byDirectory.IsEmpty)
            return false; // Nothing shows the root.
        ReadOnlySpan<char> directory = path;
        bool isParent = true;
        bool isSeen = false;
        do
        {
            directory = DirectoryChange.ParentOf(directory);
            if (_lookup.TryGetValue(directory, out DirectoryWatch[]? watches))
            {
                int prefix = directory.Length == 0 ? 0 : directory.Length + 1;
                foreach (DirectoryWatch watch in watches)
                {
                    if (!isParent && !watch.WatchTree)
                        continue;
                    isSeen = true;
                    watch.Add(changes, prefix);
                }
            }

            isParent = false;
        }
        while (directory.Length > 0);
        return isSeen;
    }

    private void Enter(DirectoryWatch watch, string path)
    {
        watch.Path = path;
        _byDirectory[path] = _byDirectory.TryGetValue(path, out DirectoryWatch[]? others) ? [.. others, watch] : [watch];
    }

    private bool Leave(DirectoryWatch watch)
    {
        if (!_byDirectory.TryGetValue(watch.Path, out DirectoryWatch[]? watches) || !watches.Contains(watch))
            return false;
        if (watches.Length == 1)
            _byDirectory.TryRemove(watch.Path, out _);
        else
            _byDirectory[watch.Path] = [.. watches.Where(w => w != watch)];
        return true;
    }

    // What the store tells of can only be told from our own doings if those are reported, all of them.
    private static CompletionFilter FilterOf(DirectoryWatch watch) =>
        watch.Local is null ? watch.Filter : watch.Filter | CompletionFilter.All;

    private void Count(CompletionFilter filter, int change)
    {
        uint wanted = _wanted;
        for (uint left = (uint)filter; left != 0; left &= left - 1)
        {
            int bit = BitOperations.TrailingZeroCount(left);
            _filterCounts[bit] += change;
            wanted = _filterCounts[bit] > 0 ? wanted | (1u << bit) : wanted & ~(1u << bit);
        }

        Volatile.Write(ref _wanted, wanted);
    }
}
