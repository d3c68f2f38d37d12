using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// A part of the index with a lock and an inotify queue of its own.
/// </summary>
/// <remarks>
/// The kernel queues the events of a change before the system call that makes it returns. Whoever empties the queue
/// first and looks then, sees every change that was finished when it began: no change needs to be told to the index
/// by the code that makes it, ours or another process's. The watch is set before the directory is read, and what is
/// reported meanwhile is applied afterwards; for a name with events the last one tells, for all others the reading.
/// </remarks>
internal sealed class NameIndexShard(
    NameCodec codec, int maxNames, int maxDirectories, Func<int, bool>? isWatchable, Action watching) : IDisposable
{
    private const InotifyMask Watched = InotifyMask.Create | InotifyMask.Delete | InotifyMask.MovedFrom |
        InotifyMask.MovedTo | InotifyMask.DeleteSelf | InotifyMask.OnlyDirectory;

    private const int MaxRestarts = 3; // Of a reading that lost events; then its result serves once, unkept.
    private const int BufferSize = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Dictionary<DirectoryKey, IndexedDirectory> _directories = [];
    private readonly Dictionary<int, IndexedDirectory> _watches = [];
    private readonly LinkedList<IndexedDirectory> _recent = new(); // The first is the most recently used.
    private readonly byte[] _events = new byte[BufferSize];
    private PosixHandle? _inotify;
    private bool _inotifyFailed;
    private long _scans;

    public long Scans => Interlocked.Read(ref _scans);

    /// <summary>Names kept, of directories that have been read.</summary>
    public int Count { get; private set; }

    /// <summary>For poll; -1 while nothing is watched.</summary>
    public int InotifyFd
    {
        get
        {
            lock (_gate)
                return _inotify is { IsClosed: false } inotify ? (int)inotify.DangerousGetHandle() : -1;
        }
    }

    /// <summary>Applies what is queued.</summary>
    public void Catch()
    {
        lock (_gate)
            Drain();
    }

    public Errno Find(DirectoryKey key, int fd, in Statx stat, string name, bool mayScan, out string? spelling)
    {
        IndexedDirectory? directory;
        lock (_gate)
        {
            Drain();
            if (TryUse(key, stat, out directory))
            {
                spelling = directory!.Names!.Find(name);
                return Errno.None;
            }
        }

        spelling = null;
        return mayScan ? Build(key, fd, name, out spelling) : Errno.EAGAIN;
    }

    public void Dispose()
    {
        lock (_gate)
            _inotify?.Dispose();
    }

    /// <summary>A directory that is known and known to be right.</summary>
    private bool TryUse(DirectoryKey key, in Statx stat, out IndexedDirectory? directory)
    {
        if (!_directories.TryGetValue(key, out directory) || directory.Names is null ||
            (directory.Watch < 0 && !directory.Stamp.Holds(stat)))
        {
            return false;
        }

        if (_recent.First != directory.Place)
        {
            _recent.Remove(directory.Place!);
            _recent.AddFirst(directory.Place!);
        }

        return true;
    }

    private Errno Build(DirectoryKey key, int fd, string name, out string? spelling)
    {
        bool watch = isWatchable?.Invoke(fd) == true; // Before the lock, which others need who may not wait.
        for (int attempt = 0; ; attempt++)
        {
            IndexedDirectory directory;
            lock (_gate)
                directory = Enter(key, fd, watch);
            lock (directory.BuildGate) // Others who need the same directory wait here for the one that reads.
            {
                var errno = Libc.StatFd(fd, StatxMask.Basic, out var stat);
                if (errno != Errno.None)
                    return Fail(directory, errno, out spelling);
                lock (_gate)
                {
                    if (TryUse(key, stat, out var current) && current == directory)
                    {
                        Drain();
                        if (!directory.IsDropped)
                        {
                            spelling = directory.Names!.Find(name);
                            return Errno.None;
                        }
                    }

                    if (!directory.IsDropped)
                        Count -= directory.Names?.Count ?? 0;
                    directory.Names = null; // Its stamp has passed.
                    directory.Pending = [];
                }

                var stamp = DirectoryStamp.Of(stat); // Before the reading: later changes must make it differ.
                errno = Read(fd, out var found);
                if (errno != Errno.None)
                    return Fail(directory, errno, out spelling);
                var names = new DirectoryNames(found);
                if (TryPublish(directory, names, stamp, name, out spelling))
                    return Errno.None;
                if (attempt == MaxRestarts)
                {
                    spelling = names.Find(name); // Nobody else has them.
                    return Errno.None;
                }
            }
        }
    }

    private Errno Fail(IndexedDirectory directory, Errno errno, out string? spelling)
    {
        spelling = null;
        lock (_gate)
            Drop(directory);
        return errno;
    }

    /// <summary>Finds or adds a directory and watches it before anybody reads it.</summary>
    private IndexedDirectory Enter(DirectoryKey key, int fd, bool watch)
    {
        if (_directories.TryGetValue(key, out var directory))
            return directory;
        directory = new IndexedDirectory(key);
        if (watch && Inotify() is { } inotify)
        {
            using var lease = inotify.Lease();
            if (Libc.AddWatch(lease.Fd, fd, Watched, out int number) == Errno.None)
            {
                directory.Watch = number;
                _watches[number] = directory;
            }
        }

        _directories.Add(key, directory);
        directory.Place = _recent.AddFirst(directory);
        return directory;
    }

    /// <summary>
    /// Applies what happened during the reading, and looks a name up: as soon as the lock is left others may change the names.
    /// False: events were lost, the reading is worth nothing.
    /// </summary>
    private bool TryPublish(
        IndexedDirectory directory, DirectoryNames names, DirectoryStamp stamp, string name, out string? spelling)
    {
        spelling = null;
        lock (_gate)
        {
            Drain();
            if (directory.IsDropped)
                return false;
            foreach (var (changed, added) in directory.Pending!)
            {
                if (added)
                    names.Add(changed);
                else
                    names.Remove(changed);
            }

            spelling = names.Find(name);
            directory.Pending = null;
            if (names.Count > maxNames)
            {
                Drop(directory); // It alone would not fit. The reading answers this once.
                return true;
            }

            directory.Names = names;
            directory.Stamp = stamp;
            Count += names.Count;
            while ((Count > maxNames || _recent.Count > maxDirectories) && _recent.Last!.Value != directory)
                Drop(_recent.Last.Value);
            return true;
        }
    }

    private Errno Read(int fd, out List<string> names)
    {
        names = [];
        Interlocked.Increment(ref _scans);
        var errno = Libc.OpenAt2(
            fd, "."u8.WithNul(), OpenFlags.ReadOnly | OpenFlags.Directory, 0, ResolveFlags.None, out int listing);
        if (errno != Errno.None)
            return errno;
        using var owned = new OwnedFd(listing);
        byte[] buffer = new byte[BufferSize];
        while ((errno = Libc.ReadDirectory(listing, buffer, out int length)) == Errno.None && length > 0)
        {
            for (int position = 0; position < length;)
            {
                var record = DirectoryRecord.Read(buffer.AsSpan(position));
                position += record.Length;
                if (!record.IsDotOrDotDot)
                    names.Add(codec.Decode(record.Name));
            }

            lock (_gate)
                Drain(); // A long reading must not let the kernel's queue (16,384 events) run over.
        }

        return errno;
    }

    private PosixHandle? Inotify()
    {
        if (_inotify is null && !_inotifyFailed)
        {
            // EMFILE: the user's instances are used up. Then times have to do.
            if (Libc.CreateInotify(out int fd) == Errno.None)
            {
                _inotify = new PosixHandle(fd);
                watching();
            }
            else
            {
                _inotifyFailed = true;
            }
        }

        return _inotify;
    }

    /// <summary>Applies all events that are queued. Never waits.</summary>
    private void Drain()
    {
        if (_inotify is null)
            return;
        using var lease = _inotify.Lease();
        while (Libc.ReadEvents(lease.Fd, _events, out int length) == Errno.None && length > 0)
        {
            for (int position = 0; position < length;)
            {
                var record = InotifyRecord.Read(_events.AsSpan(position));
                position += record.Length;
                Apply(record);
            }

            if (length < BufferSize - InotifyRecord.MaxLength)
                return; // There was room for one more: the queue was empty.
        }
    }

    private void Apply(InotifyRecord record)
    {
        if ((record.Mask & InotifyMask.QueueOverflow) != 0)
        {
            while (_recent.Last is { } last)
                Drop(last.Value);
            return;
        }

        if (!_watches.TryGetValue(record.Watch, out var directory))
            return; // Of a watch that was given up while its events were on their way.
        if ((record.Mask & (InotifyMask.DeleteSelf | InotifyMask.Ignored | InotifyMask.Unmount)) != 0)
        {
            Drop(directory);
            return;
        }

        string name = codec.Decode(record.Name);
        if (directory.Moves.IsExchange(record.Mask, record.Cookie, name))
        {
            Drop(directory);
            return;
        }

        bool added = (record.Mask & (InotifyMask.Create | InotifyMask.MovedTo)) != 0;
        if (directory.Names is not { } names)
        {
            directory.Pending?.Add((name, added));
            return;
        }

        Count -= names.Count;
        if (added)
            names.Add(name);
        else
            names.Remove(name);
        Count += names.Count;
        if (Count > maxNames && _recent.Last is { } oldest)
            Drop(oldest.Value);
    }

    private void Drop(IndexedDirectory directory)
    {
        if (directory.IsDropped)
            return;
        directory.IsDropped = true;
        directory.Pending = null;
        Count -= directory.Names?.Count ?? 0;
        _directories.Remove(directory.Key);
        _recent.Remove(directory.Place!);
        if (directory.Watch < 0)
            return;
        _watches.Remove(directory.Watch);
        using var lease = _inotify!.Lease();
        Libc.RemoveWatch(lease.Fd, directory.Watch); // Fails when the directory is gone; then so is the watch.
    }
}
