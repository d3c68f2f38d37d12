using System.Diagnostics;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>What the watching thread finds out for itself: what is below a directory, and where one is now.</summary>
internal sealed partial class DirectoryWatcher
{
    // Then events are looked after, which otherwise the kernel would lose while a large tree is read.
    private static readonly TimeSpan s_slice = TimeSpan.FromMilliseconds(50);

    private bool _startsAnew; // Events were lost: what is known already is found and read again.

    private bool HasToRead
    {
        get
        {
            lock (_gate)
                return _toRead.Count > 0;
        }
    }

    private void FollowMoves()
    {
        while (true)
        {
            (string OldPath, string NewPath) move;
            WatchedDirectory[] moved;
            lock (_gate)
            {
                if (!_moves.TryDequeue(out move))
                    return;
                moved = _table.AtOrBelow(move.OldPath);
            }

            Follow(moved, move.OldPath, move.NewPath);
        }
    }

    // A directory has another name, and so has what was recorded at and below the old one: but for what is there still, because
    // it took the place before we heard that it was free.
    private void Follow(WatchedDirectory[] directories, string oldPath, string newPath)
    {
        foreach (WatchedDirectory directory in directories)
        {
            string path;
            lock (_gate)
                path = directory.Path;
            if (!SharePaths.IsAtOrBelow(path, oldPath))
                continue;
            string expected = newPath + path[oldPath.Length..];
            string place = Ask(directory) ?? (IsAt(directory, expected) || !IsAt(directory, path) ? expected : path);
            lock (_gate)
            {
                if (!_table.Contains(directory) || directory.Path != path)
                    continue; // Somebody knows it better.
                _table.Rename(directory, place);
                if (!directory.IsRead && place.Length > 0 && _table.IsInTree(place))
                {
                    directory.IsRead = true; // It had moved when it was to be read.
                    _toRead.Enqueue(directory);
                }
            }
        }
    }

    // It went out of what is watched, unless somebody asks for it or it is another one.
    private void Forget(WatchedDirectory directory)
    {
        string path;
        lock (_gate)
        {
            if (!_table.Contains(directory) || directory.Requests.Count > 0)
                return;
            path = directory.Path;
        }

        if (IsAt(directory, path))
            return;
        lock (_gate)
        {
            if (_table.Contains(directory) && directory.Requests.Count == 0)
                RemoveAll([directory]);
        }
    }

    // Where the directory is, if it is open.
    private string? Ask(WatchedDirectory directory)
    {
        PosixFile[] files;
        lock (_gate)
            files = [.. directory.Requests];
        foreach (PosixFile file in files)
        {
            string path = file.Path;
            if (!file.Handle.IsClosed) // Else it was the last place that was known.
                return path;
        }

        return null;
    }

    private bool IsAt(WatchedDirectory directory, string path)
    {
        using OwnedFd? fd = OpenDirectory(path);
        return fd is not null && IsThat(fd.Fd, directory);
    }

    private static bool IsThat(int fd, WatchedDirectory directory) =>
        Libc.StatFd(fd, StatxMask.All, out var stat) == Errno.None && WatchKey.Of(stat) == directory.Key;

    // What was made in a new directory before it was watched is found by reading it; in one that was moved it is not new.
    private void AddBelow(int fd, WatchedDirectory parent, string name, bool isNew)
    {
        if (Libc.StatFd(fd, StatxMask.All, out var stat) != Errno.None)
            return;
        lock (_gate)
        {
            string path = SharePaths.Join(parent.Path, name);
            if (_stopped || !_table.Contains(parent) || !_table.IsInTree(path))
                return;
            if (Add(fd, WatchKey.Of(stat), path) is not { } added)
                return;
            added.IsFound = true;
            if (added.IsRead)
                return;
            added.IsRead = true;
            added.Heard = isNew ? [] : null;
            _toRead.Enqueue(added);
        }
    }

    /// <summary>
    /// Events were lost: directories may have come, gone and moved. All who watch are told at once that they must look for
    /// themselves; trees are read again, and since much may happen in them before that is done, they are told again then.
    /// </summary>
    private void StartAnew(WatchBatch batch)
    {
        Pass(batch);
        WatchedDirectory[] all;
        lock (_gate)
            all = _table.All;
        bool anyTree = false;
        foreach (WatchedDirectory directory in all)
        {
            string? place = Ask(directory);
            lock (_gate)
            {
                if (!_table.Contains(directory))
                    continue;
                if (place is not null)
                    _table.Rename(directory, place);
                directory.Heard = null;
                directory.Told = null;
                directory.IsRead = false;
                directory.IsFound = directory.Requests.Count > 0;
                if (directory.TreeRequests == 0)
                    continue;
                anyTree = true;
                _toRead.Enqueue(directory);
            }
        }

        _startsAnew |= anyTree;
    }

    private void ReadTrees(WatchBatch batch)
    {
        long began = Stopwatch.GetTimestamp();
        while (!_stopped)
        {
            WatchedDirectory? directory;
            lock (_gate)
            {
                if (!_toRead.TryDequeue(out directory))
                    break;
            }

            ReadTree(directory, batch);
            if (Stopwatch.GetElapsedTime(began) > s_slice)
                return;
        }

        if (!_startsAnew)
            return;
        _startsAnew = false;
        batch.HasLost = true;
        lock (_gate)
            RemoveAll(_table.All.Where(d => !d.IsFound && d.Requests.Count == 0)); // They are in no tree any more.
    }

    private void ReadTree(WatchedDirectory directory, WatchBatch batch)
    {
        HashSet<string>? heard;
        lock (_gate)
        {
            if (!_table.Contains(directory))
                return;
            heard = directory.Heard;
            directory.Heard = null;
            if (heard is not null)
                directory.Told = _table.StartTold();
        }

        using OwnedFd? fd = OpenAgain(directory);
        if (fd is null)
        {
            lock (_gate)
                directory.IsRead = false; // It has moved; who tells of that has it read.
            return;
        }

        Reading?.Invoke();
        byte[] buffer = new byte[BufferSize];
        while (!_stopped && Libc.ReadDirectory(fd.Fd, buffer, out int length) == Errno.None && length > 0)
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
                TakeFound(fd.Fd, directory, store.Codec.Decode(record.Name), isDirectory, heard, batch);
            }
        }
    }

    private void TakeFound(
        int fd, WatchedDirectory directory, string name, bool isDirectory, HashSet<string>? heard, WatchBatch batch)
    {
        bool isNew = heard?.Contains(name) == false;
        lock (_gate)
        {
            if (!_table.Contains(directory))
                return;
            string path = SharePaths.Join(directory.Path, name);
            if (isNew)
            {
                directory.Told?.Add(name);
                batch.Add(new StoreEvent(StoreEventKind.Created, path, isDirectory));
            }

            if (!isDirectory || !_table.IsInTree(path) || (IsFull && !_startsAnew))
                return;
        }

        if (store.Codec.Encode(name) is not { } encoded)
            return;
        int flags = OpenFlags.Path | OpenFlags.Directory | OpenFlags.NoFollow;
        const ResolveFlags below = ResolveFlags.Beneath | ResolveFlags.NoSymlinks;
        if (Libc.OpenAt2(fd, encoded, flags, 0, below, out int child) != Errno.None)
            return;
        using var opened = new OwnedFd(child);
        AddBelow(child, directory, name, isNew);
    }

    // For reading. Null: it is not where it is thought to be, or nobody may read it.
    private OwnedFd? OpenAgain(WatchedDirectory directory)
    {
        string path;
        lock (_gate)
            path = directory.Path;
        if (OpenDirectory(Ask(directory) ?? path) is not { } fd)
            return null;
        if (IsThat(fd.Fd, directory))
            return fd;
        fd.Dispose();
        return null;
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
}
