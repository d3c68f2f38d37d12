using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Reading and writing. What needs no waiting (the file system can tell, by RWF_NOWAIT, or has nothing to wait for) is done
/// on the caller's thread without an allocation; the rest moves to the scheduler's threads.
/// </summary>
internal sealed partial class PosixFile
{
    private const int RefusalsThatTellNothing = 4;

    private volatile bool _cannotTellWrites; // What the volume says is not what this file's writes say.
    private int _refusedWrites;

    public ValueTask<(NtStatus Status, int Count)> ReadAsync(
        ulong offset, Memory<byte> destination, CancellationToken cancellationToken)
    {
        if (IsDirectory)
            return new((NtStatus.InvalidDeviceRequest, 0));
        if (offset > long.MaxValue)
            return new((NtStatus.InvalidParameter, 0));
        int done = 0;
        if (_volume.IsInMemory || !_volume.CannotTellReads)
        {
            using var lease = _handle.Lease();
            var status = Fill(lease, offset, destination.Span, noWait: !_volume.IsInMemory, ref done);
            if (status != NtStatus.CantWait)
                return new((status, done));
        }

        return ReadSlowly(offset, destination, done);
    }

    public ValueTask<NtStatus> WriteAsync(
        ulong offset, ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (IsDirectory)
            return new(NtStatus.InvalidDeviceRequest);
        if (offset > long.MaxValue)
            return new(NtStatus.InvalidParameter);
        if (source.IsEmpty)
            return new(NtStatus.Success);
        int done = 0;
        using (var lease = _handle.Lease())
        {
            if (!CannotTellWrites)
            {
                var status = Drain(lease, offset, source.Span, noWait: true, ref done);
                if (status != NtStatus.CantWait)
                    return new(status);
            }

            if (_volume.IsInMemory || (CannotTellWrites && MayWait(source.Length - done)))
                return new(DrainHere(lease, offset, source.Span, done));
        }

        return WriteSlowly(offset, source, done);
    }

    public ValueTask<NtStatus> AppendAsync(ReadOnlyMemory<byte> source, CancellationToken cancellationToken)
    {
        if (IsDirectory)
            return new(NtStatus.InvalidDeviceRequest);
        if (!_volume.IsInMemory && !MayWait(source.Length))
            return WriteSlowly(Libc.AtEnd, source, 0);

        // One call that may wait: what a first one without waiting had left over could end up behind somebody else's bytes.
        using var lease = _handle.Lease();
        return new(DrainHere(lease, Libc.AtEnd, source.Span, 0));
    }

    public ValueTask<NtStatus> FlushAsync(CancellationToken cancellationToken) =>
        _store.Options.Scheduler.RunAsync(this, static file => file.Flush());

    public ValueTask<NtStatus> SetEndOfFileAsync(ulong size, CancellationToken cancellationToken)
    {
        if (IsDirectory)
            return new(NtStatus.InvalidParameter);
        if (_volume.IsLocal && _volume.Changes.IsQuick)
        {
            using var lease = _handle.Lease();
            if (Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat) == Errno.None && !CutsMuch(stat, size))
            {
                long began = Stopwatch.GetTimestamp();
                var status = SetEndOfFile(lease, size);
                _volume.Changes.Tell(began, _store.Options.SlowWrite);
                return new(status);
            }
        }

        return _store.Options.Scheduler.RunAsync((File: this, size), static state =>
        {
            using var lease = state.File._handle.Lease();
            return state.File.SetEndOfFile(lease, state.size);
        });
    }

    private bool CutsMuch(in Statx stat, ulong size) =>
        size < stat.Size && Math.Min(stat.Size - size, stat.Blocks * Statx.BlockUnit) > _store.Options.MaxQuickRelease;

    private NtStatus SetEndOfFile(FdLease lease, ulong size) => lease.IsOpen
        ? WriteErrno(Libc.Truncate(lease.Fd, size)).ToNtStatus()
        : NtStatus.FileClosed;

    private bool CannotTellWrites => _cannotTellWrites || _volume.CannotTellWrites || _volume.IsInMemory;

    // On the caller's thread: the way to another one and back costs more than writing a megabyte to memory does.
    private bool MayWait(int length) => _volume.IsLocal
        && (length <= _store.Options.MaxInlineWrite || (length <= _store.Options.MaxQuickWrite && _volume.Writes.IsQuick));

    private NtStatus DrainHere(FdLease lease, ulong offset, ReadOnlySpan<byte> source, int done)
    {
        long began = Stopwatch.GetTimestamp();
        var status = Drain(lease, offset, source, noWait: false, ref done);
        _volume.Writes.Tell(began, _store.Options.SlowWrite);
        return status;
    }

    private ValueTask<(NtStatus Status, int Count)> ReadSlowly(ulong offset, Memory<byte> destination, int done) =>
        _store.Options.Scheduler.RunAsync((File: this, offset, destination, done), static state =>
        {
            using var lease = state.File._handle.Lease();
            int done = state.done;
            var status = state.File.Fill(lease, state.offset, state.destination.Span, noWait: false, ref done);
            return (status, done);
        });

    private ValueTask<NtStatus> WriteSlowly(ulong offset, ReadOnlyMemory<byte> source, int done) =>
        _store.Options.Scheduler.RunAsync((File: this, offset, source, done), static state =>
        {
            using var lease = state.File._handle.Lease();
            int done = state.done;
            return state.File.Drain(lease, state.offset, state.source.Span, noWait: false, ref done);
        });

    /// <summary>
    /// Reads until the buffer is full or the file ends. CantWait: <paramref name="done"/> bytes were at hand.
    /// </summary>
    private NtStatus Fill(FdLease lease, ulong offset, Span<byte> destination, bool noWait, ref int done)
    {
        if (!lease.IsOpen)
            return NtStatus.FileClosed;
        while (done < destination.Length)
        {
            var errno = Libc.Read(lease.Fd, destination[done..], offset + (ulong)done, noWait, out int count);
            if (errno == Errno.None)
            {
                if (count == 0)
                    break;
                done += count;
                continue;
            }

            if (noWait && errno == Errno.EAGAIN)
                return NtStatus.CantWait;
            if (noWait && errno is Errno.EOPNOTSUPP or Errno.ENOSYS)
            {
                _volume.CannotTellReads = true;
                return NtStatus.CantWait;
            }

            return errno.ToNtStatus();
        }

        return NtStatus.Success;
    }

    /// <summary>Writes all of it. CantWait: <paramref name="done"/> bytes are written.</summary>
    private NtStatus Drain(FdLease lease, ulong offset, ReadOnlySpan<byte> source, bool noWait, ref int done)
    {
        if (!lease.IsOpen)
            return NtStatus.FileClosed;
        while (done < source.Length)
        {
            ulong at = offset == Libc.AtEnd ? offset : offset + (ulong)done;
            var errno = Libc.Write(lease.Fd, source[done..], at, noWait, out int count);
            if (errno == Errno.None)
            {
                done += count;
                if (noWait)
                    _refusedWrites = 0;
                continue;
            }

            if (noWait && errno == Errno.EAGAIN)
            {
                // Btrfs says so of every write. Who never says anything else says nothing.
                _cannotTellWrites = ++_refusedWrites >= RefusalsThatTellNothing;
                return NtStatus.CantWait;
            }

            if (noWait && errno is Errno.EOPNOTSUPP or Errno.ENOSYS) // ext4
            {
                _volume.CannotTellWrites = true;
                return NtStatus.CantWait;
            }

            return errno.ToNtStatus();
        }

        return NtStatus.Success;
    }

    private NtStatus Flush()
    {
        using var lease = _handle.Lease();
        if (!lease.IsOpen)
            return NtStatus.FileClosed;
        var errno = Libc.Sync(lease.Fd);
        if (errno != Errno.EBADF)
            return errno.ToNtStatus();

        // O_PATH: open for metadata only. Whoever may flush may also have it written.
        if (_type is not (Statx.RegularFile or Statx.DirectoryType))
            return NtStatus.Success;
        errno = Libc.Reopen(lease.Fd, OpenFlags.ReadOnly | OpenFlags.NonBlock, out int fd);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        using var reopened = new OwnedFd(fd);
        return Libc.Sync(fd).ToNtStatus();
    }

    /// <summary>EINVAL is ftruncate's and fallocate's word for a descriptor that was not opened for writing.</summary>
    private Errno WriteErrno(Errno errno) =>
        errno == Errno.EINVAL && (_access & StoreAccess.Write) == 0 ? Errno.EACCES : errno;
}
