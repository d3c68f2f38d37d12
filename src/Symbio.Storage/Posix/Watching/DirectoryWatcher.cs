using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// inotify for one store: a descriptor and a reading thread, both made when the first directory is watched.
/// </summary>
/// <remarks>
/// A directory that somebody asks for is watched before the call returns; what is below it, when a tree was asked for,
/// follows on the thread. Events are passed on some time after they happened, so that the server, which does most of them
/// itself, has said so by then.
/// </remarks>
internal sealed class DirectoryWatcher(PosixFileStore store) : IDisposable
{
    private const InotifyMask Events = InotifyMask.Modify | InotifyMask.Attributes | InotifyMask.MovedFrom
        | InotifyMask.MovedTo | InotifyMask.Create | InotifyMask.Delete | InotifyMask.DeleteSelf
        | InotifyMask.OnlyDirectory | InotifyMask.ExclusiveUnlink;

    private const int BufferSize = 64 * 1024;

    // Events that come together are passed on together; and everything is at least this old when it is passed on.
    private static readonly TimeSpan s_pause = TimeSpan.FromMilliseconds(50);

    private readonly Lock _gate = new();
    private readonly WatchTable _table = new();
    private readonly Queue<WatchedDirectory> _toRead = new(); // New directories of a tree: what is below them?
    private PosixHandle? _inotify;
    private PosixHandle? _wake;
    private bool _failed;
    private volatile bool _stopped;

    public IStoreWatcher? Watcher { get; set; }

    /// <summary>Watches that the kernel keeps for this store.</summary>
    public int Count
    {
        get
        {
            lock (_gate)
                return _table.Count;
        }
    }

    public IDisposable? Watch(PosixFile directory, bool tree)
    {
        string path = directory.Path;
        using var lease = directory.Handle.Lease();
        lock (_gate)
        {
            if (_stopped || !TryStart() || Add(lease.Fd, path) is not { } watched)
                return null;
            watched.Requests++;
            if (tree && ++watched.TreeRequests == 1)
            {
                _toRead.Enqueue(watched);
                Wake();
            }

            return new Request(this, watched, tree);
        }
    }

    public void Moved(string oldPath, string newPath)
    {
        lock (_gate)
            _table.Move(oldPath, newPath);
    }

    public void Dispose()
    {
        lock (_gate)
        {
            _stopped = true;
            Wake();
            _inotify?.Dispose();
            _wake?.Dispose();
        }
    }

    private void End(WatchedDirectory watched, bool tree)
    {
        lock (_gate)
        {
            watched.Requests--;
            if (tree)
                watched.TreeRequests--;
            if (watched.Requests == 0 || (tree && watched.TreeRequests == 0))
                RemoveAll(_table.Unwanted());
            if (tree)
                _table.ForgetReadings();
        }
    }

    private void RemoveAll(List<WatchedDirectory> directories)
    {
        if (_inotify is null)
            return;
        using var lease = _inotify.Lease();
        foreach (WatchedDirectory directory in directories)
        {
            _table.Remove(directory);
            Libc.RemoveWatch(lease.Fd, directory.Watch); // Fails when the directory is gone; then so is the watch.
        }
    }

    private bool TryStart()
    {
        if (_inotify is not null)
            return true;
        if (_failed || Libc.CreateEvent(out int wake) != Errno.None)
            return false;
        _wake = new PosixHandle(wake);
        if (Libc.CreateInotify(out int fd) != Errno.None)
        {
            _failed = true; // EMFILE: the user's instances are used up.
            return false;
        }

        _inotify = new PosixHandle(fd);
        new Thread(Run) { IsBackground = true, Name = "Symbio watches" }.UnsafeStart();
        return true;
    }

    // One directory more, unless there are too many or the kernel has had enough (ENOSPC).
    private WatchedDirectory? Add(int fd, string path)
    {
        if (_table.Count >= store.Options.MaxWatchedDirectories)
            return _table.Find(path);
        using var inotify = _inotify!.Lease();
        return Libc.AddWatch(inotify.Fd, fd, Events, out int watch) == Errno.None ? _table.Enter(watch, path) : null;
    }

    private void Wake()
    {
        if (_wake is null)
            return;
        using var lease = _wake.Lease();
        if (lease.IsOpen)
            Libc.SetEvent(lease.Fd);
    }

    private void Run()
    {
        byte[] buffer = new byte[BufferSize];
        var batch = new WatchBatch();
        using var inotify = _inotify!.Lease();
        using var wake = _wake!.Lease();
        PollFd[] descriptors =
            [new PollFd { Fd = inotify.Fd, Events = PollFd.Readable }, new PollFd { Fd = wake.Fd, Events = PollFd.Readable }];
        while (!_stopped)
        {
            var errno = Libc.Poll(descriptors);
            if (_stopped || errno is not (Errno.None or Errno.EINTR))
                return;
            if (descriptors[1].Returned != 0)
                Libc.ResetEvent(wake.Fd);
            if (descriptors[0].Returned != 0)
                Thread.Sleep(s_pause);
            Read(inotify.Fd, buffer, batch);
            ReadTrees(batch);
            if (batch.IsEmpty)
                continue;
            Thread.Sleep(s_pause);
            Pass(batch);
        }
    }

    private void Read(int inotify, byte[] buffer, WatchBatch batch)
    {
        lock (_gate)
        {
            while (Libc.ReadEvents(inotify, buffer, out int length) == Errno.None && length > 0)
            {
                for (int position = 0; position < length;)
                {
                    var record = InotifyRecord.Read(buffer.AsSpan(position));
                    position += record.Length;
                    Take(record, batch);
                }
            }

            batch.EndMoves();
            _table.ForgetTold();
            foreach (string gone in batch.TakeGone())
                RemoveAll(_table.Below(gone));
        }
    }

    private void Take(InotifyRecord record, WatchBatch batch)
    {
        if ((record.Mask & InotifyMask.QueueOverflow) != 0)
        {
            batch.HasLost = true;
            return;
        }

        if (_table.Find(record.Watch) is not { } directory)
            return; // Of a watch that was given up while its events were on their way.
        if ((record.Mask & (InotifyMask.Ignored | InotifyMask.Unmount)) != 0)
        {
            _table.Remove(directory);
            return;
        }

        if (record.Name.IsEmpty)
            return; // The directory's own: its parent tells of that, if anybody watches it.
        if (store.HasForkFiles && ForkFile.IsName(record.Name))
            return; // Nobody sees it.
        string path = SharePaths.Join(directory.Path, store.Codec.Decode(record.Name));
        bool isDirectory = (record.Mask & InotifyMask.IsDirectory) != 0;
        if ((record.Mask & InotifyMask.Create) != 0)
        {
            if (directory.Told?.Remove(path) == true)
                return;
            directory.Heard?.Add(path);
        }

        batch.Add(record, path, isDirectory);
        if (!isDirectory || (record.Mask & (InotifyMask.Create | InotifyMask.MovedTo)) == 0)
            return;
        if (batch.LastMove is { } old)
            _table.Move(old, path);
        if (_table.IsInTree(path))
            AddBelow(path, isNew: (record.Mask & InotifyMask.Create) != 0 || batch.LastMove is null);
    }

    // What was made in a new directory before it was watched is found by reading it; in one that was moved it is not new.
    private void AddBelow(string path, bool isNew)
    {
        if (OpenDirectory(path) is not { } fd)
            return;
        using (fd)
        {
            if (Add(fd.Fd, path) is not { IsRead: false } added)
                return;
            added.IsRead = true;
            added.Heard = isNew ? [] : null;
            _toRead.Enqueue(added);
        }
    }

    private void ReadTrees(WatchBatch batch)
    {
        while (!_stopped)
        {
            lock (_gate)
            {
                if (!_toRead.TryDequeue(out WatchedDirectory? directory))
                    return;
                ReadTree(directory, batch); // A lock for each directory: others may come in between.
            }
        }
    }

    private void ReadTree(WatchedDirectory directory, WatchBatch batch)
    {
        if (_table.Find(directory.Watch) != directory || OpenDirectory(directory.Path) is not { } fd)
            return;
        HashSet<string>? heard = directory.Heard;
        directory.Heard = null;
        if (heard is not null)
            directory.Told = _table.StartTold();
        using (fd)
        {
            byte[] buffer = new byte[BufferSize];
            while (Libc.ReadDirectory(fd.Fd, buffer, out int length) == Errno.None && length > 0)
            {
                for (int position = 0; position < length;)
                {
                    var record = DirectoryRecord.Read(buffer.AsSpan(position));
                    position += record.Length;
                    if (record.IsDotOrDotDot || (store.HasForkFiles && ForkFile.IsName(record.Name)))
                        continue;
                    bool isDirectory = record.Type == DirectoryRecord.DirectoryType;
                    if (heard is null && !isDirectory)
                        continue;
                    string path = SharePaths.Join(directory.Path, store.Codec.Decode(record.Name));
                    bool isNew = heard?.Contains(path) == false;
                    if (isNew)
                    {
                        directory.Told!.Add(path);
                        batch.Add(new StoreEvent(StoreEventKind.Created, path, isDirectory));
                    }

                    if (isDirectory && _table.IsInTree(path))
                        AddBelow(path, isNew);
                }
            }
        }
    }

    private OwnedFd? OpenDirectory(string path)
    {
        Span<byte> encoded = stackalloc byte[Libc.PathMax + 1];
        if (!store.Codec.TryEncodePath(path, encoded[..^1], out int length))
            return null;
        encoded[length] = 0;
        using var root = store.Root.Lease();
        return Libc.OpenAt2(
            root.Fd, encoded[..(length + 1)], OpenFlags.ReadOnly | OpenFlags.Directory | OpenFlags.NoFollow | OpenFlags.NonBlock,
            0, ResolveFlags.Beneath | ResolveFlags.NoSymlinks, out int fd) == Errno.None
            ? new OwnedFd(fd)
            : null;
    }

    private void Pass(WatchBatch batch)
    {
        (IReadOnlyList<StoreEvent> events, bool lost) = batch.Take();
        if (lost)
            Watcher?.OnLost();
        if (events.Count > 0)
            Watcher?.OnEvents(events);
    }

    private sealed class Request(DirectoryWatcher owner, WatchedDirectory directory, bool tree) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                owner.End(directory, tree);
        }
    }
}
