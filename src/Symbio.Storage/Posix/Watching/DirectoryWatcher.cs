using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// inotify for one store: a descriptor and a reading thread, both made when the first directory is watched.
/// </summary>
/// <remarks>
/// <para>A directory that somebody asks for is watched before the call returns; what is below it, when a tree was asked for,
/// follows on the thread. Events are passed on some time after they happened, so that the server, which does most of them
/// itself, has said so by then.</para>
/// <para>The lock is held over nothing that may wait for a disk: those who ask are on the threads of sockets. Directories are
/// opened and read without it, on the watching thread, and each thing that was found is entered by itself.</para>
/// <para>What a directory is called now is found out by which directory it is, never by a name that it had: there may be another
/// one of that name already.</para>
/// </remarks>
internal sealed partial class DirectoryWatcher(PosixFileStore store) : IDisposable
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
    private readonly Queue<(string OldPath, string NewPath)> _moves = new(); // What the server has renamed.
    private PosixHandle? _inotify;
    private PosixHandle? _wake;
    private bool _failed;
    private volatile bool _stopped;

    public IStoreWatcher? Watcher { get; set; }

    public Action? Reading { get; set; }

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
        using var lease = directory.Handle.Lease();
        if (Libc.StatFd(lease.Fd, StatxMask.All, out var stat) != Errno.None)
            return null;
        lock (_gate)
        {
            // The path is read here: who renames the directory has done so, or comes to move what he finds entered.
            if (_stopped || !TryStart() || Add(lease.Fd, WatchKey.Of(stat), directory.Path) is not { } watched)
                return null;
            watched.Requests.Add(directory);
            if (tree && ++watched.TreeRequests == 1)
            {
                _toRead.Enqueue(watched);
                Wake();
            }

            return new Request(this, watched, directory, tree);
        }
    }

    /// <summary>The server has renamed a directory. Events that come later are read after this has been looked at.</summary>
    public void Moved(string oldPath, string newPath)
    {
        lock (_gate)
        {
            if (_table.Count == 0)
                return;
            _moves.Enqueue((oldPath, newPath));
            Wake();
        }
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

    private void End(WatchedDirectory watched, PosixFile file, bool tree)
    {
        lock (_gate)
        {
            watched.Requests.Remove(file);
            if (tree)
                watched.TreeRequests--;
            if (watched.Requests.Count == 0 || (tree && watched.TreeRequests == 0))
                RemoveAll(_table.Unwanted());
            if (tree)
                _table.ForgetReadings();
        }
    }

    private void RemoveAll(IEnumerable<WatchedDirectory> directories)
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

    // One directory more, unless there are too many or the kernel has had enough (ENOSPC). The kernel is asked for a known one,
    // too: it has the same number again, unless that one is gone, which we have not read yet, and this one has its inode.
    private WatchedDirectory? Add(int fd, WatchKey key, string path)
    {
        if (IsFull && _table.Find(key) is null)
            return null;
        using var inotify = _inotify!.Lease();
        return Libc.AddWatch(inotify.Fd, fd, Events, out int watch) == Errno.None ? _table.Enter(watch, key, path) : null;
    }

    private bool IsFull => _table.Count >= store.Options.MaxWatchedDirectories;

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
            if (!HasToRead)
            {
                var errno = Libc.Poll(descriptors);
                if (_stopped || errno is not (Errno.None or Errno.EINTR))
                    return;
                if (descriptors[1].Returned != 0)
                    Libc.ResetEvent(wake.Fd);
                if (descriptors[0].Returned != 0)
                    Thread.Sleep(s_pause);
            }

            Read(inotify.Fd, buffer, batch);
            if (batch.HasLost)
                StartAnew(batch);
            ReadTrees(batch);
            if (batch.IsEmpty)
                continue;
            Thread.Sleep(s_pause);
            Pass(batch);
        }
    }

    private void Read(int inotify, byte[] buffer, WatchBatch batch)
    {
        while (Libc.ReadEvents(inotify, buffer, out int length) == Errno.None && length > 0)
        {
            FollowMoves(); // Those that were made before any event which could only be read now.
            for (int position = 0; position < length;)
            {
                var record = InotifyRecord.Read(buffer.AsSpan(position));
                position += record.Length;
                Take(record, batch);
            }
        }

        FollowMoves();
        batch.EndMoves();
        lock (_gate)
            _table.ForgetTold();
        foreach (WatchedDirectory gone in batch.TakeGone())
            Forget(gone);
    }

    private void Take(InotifyRecord record, WatchBatch batch)
    {
        if ((record.Mask & InotifyMask.QueueOverflow) != 0)
        {
            batch.HasLost = true;
            return;
        }

        bool isDirectory = (record.Mask & InotifyMask.IsDirectory) != 0;
        WatchedDirectory? directory;
        string name;
        string path;
        bool isInTree;
        lock (_gate)
        {
            directory = _table.Find(record.Watch);
            if (directory is null)
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
            name = store.Codec.Decode(record.Name);
            if ((record.Mask & InotifyMask.Create) != 0)
            {
                if (directory.Told?.Remove(name) == true)
                    return;
                directory.Heard?.Add(name);
            }

            path = SharePaths.Join(directory.Path, name);
            bool goes = isDirectory && (record.Mask & InotifyMask.MovedFrom) != 0;
            batch.Add(record, path, isDirectory, goes ? _table.AtOrBelow(path) : []);
            isInTree = _table.IsInTree(path);
        }

        if (!isDirectory || (record.Mask & (InotifyMask.Create | InotifyMask.MovedTo)) == 0)
            return;
        string? old = batch.LastMove;
        if (old is not null)
            Follow(batch.LastMoved, old, path);
        if (!isInTree)
            return;
        using OwnedFd? fd = OpenDirectory(path);
        if (fd is not null)
            AddBelow(fd.Fd, directory, name, isNew: old is null);
    }

    private void Pass(WatchBatch batch)
    {
        (IReadOnlyList<StoreEvent> events, bool lost) = batch.Take();
        if (lost)
            Watcher?.OnLost();
        if (events.Count > 0)
            Watcher?.OnEvents(events);
    }

    private sealed class Request(DirectoryWatcher owner, WatchedDirectory directory, PosixFile file, bool tree) : IDisposable
    {
        private int _ended;

        public void Dispose()
        {
            if (Interlocked.Exchange(ref _ended, 1) == 0)
                owner.End(directory, file, tree);
        }
    }
}
