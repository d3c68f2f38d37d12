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
    private DirectoryMove[] _moves = [];
    private uint _wanted;

    /// <param name="store">Null for a share without files.</param>
    /// <param name="opens">All opens there are, of this store and others.</param>
    public DirectoryChanges(IFileStore? store, TimeProvider time, Func<IEnumerable<Open>> opens)
    {
        _local = store is IWatchableStore watchable ? new LocalChanges(this, watchable, time, opens) : null;
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
        // Counted before any path is read: who renames the directory has done so by then, or comes to move us and the store's watch.
        CompletionFilter counted = _local is null ? observer.Filter : observer.Filter | CompletionFilter.All;
        lock (_lock)
            Count(counted, 1);
        try
        {
            observer.Local = _local?.Watch(directory, observer.WatchTree);
        }
        catch
        {
            lock (_lock)
                Count(counted, -1);
            throw;
        }

        lock (_lock)
        {
            Count(counted & ~FilterOf(observer), -1);
            observer.Directory = directory;
            Enter(observer, directory.Path);
        }
    }

    /// <summary>Of the opens of the observed directory another one is asked from now on; the former may be closed.</summary>
    public void Ask(ChangeObserver observer, IStoreFile directory)
    {
        lock (_lock)
        {
            observer.Directory = directory;
            Update(observer);
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
            if (!Leave(observer, observer.Path))
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

    /// <summary>Changes were lost: all who watch must look for themselves. Among them may be renames of directories.</summary>
    public void Overflow()
    {
        UpdateAll("");
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

    /// <summary>
    /// A directory is about to be renamed. Until the result is disposed, after <see cref="MoveWatches"/>, what is reported below
    /// the new name is looked for below the old one, too: it may be done before the observers have been moved.
    /// </summary>
    public DirectoryMove BeginMove(string oldPath, string newPath)
    {
        var move = new DirectoryMove(this, oldPath, newPath);
        lock (_lock)
            Volatile.Write(ref _moves, [.. _moves, move]);
        return move;
    }

    public void EndMove(DirectoryMove move)
    {
        lock (_lock)
            Volatile.Write(ref _moves, [.. _moves.Where(m => m != move)]);
    }

    /// <summary>
    /// A directory has another name: so have the watches of it and of what is below it. Another directory may have the old name by
    /// now, and be watched.
    /// </summary>
    public void MoveWatches(string oldPath, string newPath)
    {
        _local?.Moved(oldPath, newPath);
        UpdateAll(oldPath);
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
        bool isSeen = false;
        foreach (DirectoryMove move in Volatile.Read(ref _moves))
        {
            // First where they come from: who is not there any more has come.
            if (path.Length > move.NewPath.Length && IsAtOrBelow(path, move.NewPath)
                && !NameComparer.Equals(move.OldPath, move.NewPath))
            {
                isSeen |= Deliver(changes, move.OldPath + path[move.NewPath.Length..], move);
            }
        }

        return isSeen | Deliver(changes, path, null);
    }

    // "path" is where the observers are, or were before that move.
    private bool Deliver(ReadOnlySpan<DirectoryChange> changes, string path, DirectoryMove? move)
    {
        int topLength = move?.OldPath.Length ?? 0;
        int more = changes[0].Path.Length - path.Length;
        ReadOnlySpan<char> directory = path;
        bool isParent = true;
        bool isSeen = false;
        do
        {
            directory = DirectoryChange.ParentOf(directory);
            if (_lookup.TryGetValue(directory, out ChangeObserver[]? observers))
            {
                int prefix = directory.Length == 0 ? 0 : directory.Length + 1 + more;
                foreach (ChangeObserver observer in observers)
                {
                    if ((!isParent && !observer.WatchTree) || move?.HasMoved(observer, directory) == false)
                        continue;
                    isSeen = true;
                    observer.Add(changes, prefix);
                }
            }

            isParent = false;
        }
        while (directory.Length > topLength);
        return isSeen;
    }

    private void Enter(ChangeObserver observer, string path)
    {
        observer.Path = path;
        _byDirectory[path] = _byDirectory.TryGetValue(path, out ChangeObserver[]? others) ? [.. others, observer] : [observer];
    }

    private bool Leave(ChangeObserver observer, string path)
    {
        if (!_byDirectory.TryGetValue(path, out ChangeObserver[]? observers) || !observers.Contains(observer))
            return false;
        if (observers.Length == 1)
            _byDirectory.TryRemove(path, out _);
        else
            _byDirectory[path] = [.. observers.Where(w => w != observer)];
        return true;
    }

    private void UpdateAll(string top)
    {
        if (_byDirectory.IsEmpty)
            return;
        lock (_lock)
        {
            foreach ((string path, ChangeObserver[] observers) in _byDirectory.ToArray())
            {
                if (!IsAtOrBelow(path, top))
                    continue;
                foreach (ChangeObserver observer in observers)
                    Update(observer);
            }
        }
    }

    // The directory itself tells where it is.
    private void Update(ChangeObserver observer)
    {
        string former = observer.Path;
        string path = observer.Directory!.Path;
        if (path == former)
            return;
        if (NameComparer.Equals(path, former))
        {
            observer.Path = path;
            return;
        }

        Enter(observer, path); // First: meanwhile reports look in both places, and would miss who is in neither.
        Leave(observer, former);
    }

    private static bool IsAtOrBelow(string path, string top) =>
        top.Length == 0
        || (path.Length >= top.Length && NameComparer.Equals(path.AsSpan(0, top.Length), top)
            && (path.Length == top.Length || path[top.Length] == '\\'));

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
