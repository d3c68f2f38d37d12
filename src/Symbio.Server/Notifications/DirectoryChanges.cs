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
    private readonly ConcurrentDictionary<string, ChangeObserver[]> _byDirectory;
    private readonly ConcurrentDictionary<string, ChangeObserver[]>.AlternateLookup<ReadOnlySpan<char>> _lookup;
    private readonly int[] _filterCounts = new int[32];
    private readonly LocalChanges? _local; // Null: nobody else changes the store, or it cannot tell.
    private uint _wanted;

    /// <param name="store">Null for a share without files.</param>
    public DirectoryChanges(IFileStore? store, TimeProvider time)
    {
        _local = store is IWatchableStore watchable ? new LocalChanges(this, watchable, time) : null;
        Leased = new LeasedDirectories(this);
        _byDirectory = new(NameComparer.Instance);
        _lookup = _byDirectory.GetAlternateLookup<ReadOnlySpan<char>>();
    }

    /// <summary>Directories that are watched; for tests and status.</summary>
    public int WatchedDirectories => _byDirectory.Count;

    /// <summary>Does anybody want to know of such changes, anywhere in the store? Ask before making up a report.</summary>
    public bool Wants(CompletionFilter what) => (Volatile.Read(ref _wanted) & (uint)what) != 0;

    /// <summary>Those of the directories that have leases on them.</summary>
    public LeasedDirectories Leased { get; }

    /// <summary>Begins a watch of a directory: what changes there is told from now on.</summary>
    public void Add(ChangeObserver observer, IStoreFile directory)
    {
        observer.Local = _local?.Watch(directory, observer.WatchTree);
        lock (_lock)
        {
            Enter(observer, directory.Path); // Read under the lock: who renames it has done so, or comes to move us.
            Count(FilterOf(observer), 1);
        }
    }

    /// <summary>The same for who must not miss what others do behind the server's back; false when that could not be seen.</summary>
    public bool TryAdd(ChangeObserver observer, IStoreFile directory)
    {
        Add(observer, directory);
        if (_local is null || observer.Local is not null)
            return true;
        Remove(observer);
        return false;
    }

    /// <summary>Ends a watch; false when it was none any more.</summary>
    public bool Remove(ChangeObserver observer)
    {
        lock (_lock)
        {
            if (!Leave(observer))
                return false;
            Count(FilterOf(observer), -1);
        }

        observer.Local?.Dispose();
        return true;
    }

    /// <summary>Tells all who watch that a name went because another file got it; stores do not tell of that.</summary>
    public void ReportReplaced(in DirectoryChange change)
    {
        if (Wants(change.What))
            Deliver(new ReadOnlySpan<DirectoryChange>(in change));
    }

    /// <summary>Tells all who watch. The change has been made.</summary>
    public void Report(in DirectoryChange change)
    {
        if (!Wants(change.What))
            return;
        if (Deliver(new ReadOnlySpan<DirectoryChange>(in change)) && _local is { IsActive: true })
            _local.Note(change);
    }

    /// <summary>Two changes in one directory that are told together: the names of a rename.</summary>
    public void Report(in DirectoryChange first, in DirectoryChange second)
    {
        if (!Wants(first.What | second.What))
            return;
        if (Deliver([first, second]) && _local is { IsActive: true })
        {
            _local.Note(first);
            _local.Note(second);
        }
    }

    /// <summary>Tells of something that the server has not done itself.</summary>
    public void ReportLocal(params ReadOnlySpan<DirectoryChange> changes) => Deliver(changes);

    /// <summary>Changes were lost: all who watch must look for themselves.</summary>
    public void Overflow()
    {
        foreach (ChangeObserver[] observers in _byDirectory.Values)
        {
            foreach (ChangeObserver observer in observers)
                observer.Overflow();
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
            foreach ((string path, ChangeObserver[] observers) in _byDirectory.ToArray())
            {
                bool isBelow = path.Length > below.Length && NameComparer.Equals(path.AsSpan(0, below.Length), below);
                if (!isBelow && !NameComparer.Equals(path, oldPath))
                    continue;
                foreach (ChangeObserver observer in observers)
                {
                    Leave(observer);
                    Enter(observer, newPath + path[oldPath.Length..]);
                }
            }
        }
    }

    /// <summary>Tells those who watch exactly this directory that it is to be deleted.</summary>
    public void ReportDeletePending(string path)
    {
        foreach (ChangeObserver observer in _byDirectory.TryGetValue(path, out ChangeObserver[]? observers) ? observers : [])
            observer.DeletePending();
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
            if (_lookup.TryGetValue(directory, out ChangeObserver[]? observers))
            {
                int prefix = directory.Length == 0 ? 0 : directory.Length + 1;
                foreach (ChangeObserver observer in observers)
                {
                    if (!isParent && !observer.WatchTree)
                        continue;
                    isSeen = true;
                    observer.Add(changes, prefix);
                }
            }

            isParent = false;
        }
        while (directory.Length > 0);
        return isSeen;
    }

    private void Enter(ChangeObserver observer, string path)
    {
        observer.Path = path;
        _byDirectory[path] = _byDirectory.TryGetValue(path, out ChangeObserver[]? others) ? [.. others, observer] : [observer];
    }

    private bool Leave(ChangeObserver observer)
    {
        if (!_byDirectory.TryGetValue(observer.Path, out ChangeObserver[]? observers) || !observers.Contains(observer))
            return false;
        if (observers.Length == 1)
            _byDirectory.TryRemove(observer.Path, out _);
        else
            _byDirectory[observer.Path] = [.. observers.Where(w => w != observer)];
        return true;
    }

    // What the store tells of can only be told from our own doings if those are reported, all of them.
    private static CompletionFilter FilterOf(ChangeObserver observer) =>
        observer.Local is null ? observer.Filter : observer.Filter | CompletionFilter.All;

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
