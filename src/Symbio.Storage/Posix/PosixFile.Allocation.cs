using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Space: reserving it, giving it back, and where there is data.</summary>
internal sealed partial class PosixFile
{
    private const int ZeroChunk = 64 * 1024;
    private const ulong ZeroStep = 16 << 20; // Written in one go.

    public ValueTask<NtStatus> SetAllocationAsync(ulong size, CancellationToken cancellationToken) =>
        IsDirectory
            ? new(NtStatus.InvalidParameter)
            : _store.Options.Scheduler.RunAsync((File: this, size), static state =>
                state.File.SetAllocation(state.size));

    public ValueTask<NtStatus> ReserveAsync(ulong size, CancellationToken cancellationToken) =>
        IsDirectory
            ? new(NtStatus.InvalidParameter)
            : _store.Options.Scheduler.RunAsync((File: this, size), static state =>
                state.File.Reserve(state.size));

    public ValueTask<NtStatus> FillHolesAsync(CancellationToken cancellationToken) =>
        IsDirectory
            ? new(NtStatus.InvalidParameter)
            : _store.Options.Scheduler.RunAsync(this, static file => file.FillHoles());

    public ValueTask<(NtStatus Status, IReadOnlyList<StoreRange> Ranges)> QueryAllocatedRangesAsync(
        StoreRange range, int limit, CancellationToken cancellationToken) =>
        IsDirectory
            ? new((NtStatus.InvalidParameter, []))
            : _store.Options.Scheduler.RunAsync((File: this, range, limit), static state =>
                state.File.QueryAllocatedRanges(state.range, state.limit));

    public ValueTask<(NtStatus Status, ulong Count)> ZeroRangeAsync(
        StoreRange range, bool deallocate, CancellationToken cancellationToken) =>
        IsDirectory
            ? new((NtStatus.InvalidParameter, 0))
            : _store.Options.Scheduler.RunAsync((File: this, range, deallocate), static state =>
                state.File.Zero(state.range, state.deallocate));

    internal NtStatus SetAllocation(ulong size)
    {
        using var lease = _handle.Lease();
        var errno = Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        if (size < stat.Size)
            return WriteErrno(Libc.Truncate(lease.Fd, size)).ToNtStatus();
        return Reserve(lease.Fd, ref stat, size);
    }

    internal NtStatus Reserve(ulong size)
    {
        using var lease = _handle.Lease();
        var errno = Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat);
        return errno == Errno.None ? Reserve(lease.Fd, ref stat, size) : errno.ToNtStatus();
    }

    private NtStatus Reserve(int fd, ref Statx stat, ulong size)
    {
        DataBlocks.Correct(fd, ref stat);
        return size <= stat.Blocks * Statx.BlockUnit
            ? NtStatus.Success // Reserved already. More than this is given back when the file is cut.
            : Allocate(fd, stat, size);
    }

    private NtStatus FillHoles()
    {
        using var lease = _handle.Lease();
        var errno = Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat);
        return errno == Errno.None ? Allocate(lease.Fd, stat, stat.Size) : errno.ToNtStatus();
    }

    private NtStatus Allocate(int fd, in Statx stat, ulong size)
    {
        if (size == 0)
            return NtStatus.Success;
        if (!HasRoomFor(fd, stat, size))
            return NtStatus.DiskFull;
        var errno = WriteErrno(Libc.Allocate(fd, Libc.KeepSize, 0, size));
        return errno is Errno.EOPNOTSUPP ? NtStatus.Success : errno.ToNtStatus(); // A hint that this disk cannot take.
    }

    /// <summary>
    /// A refusal takes nothing, [MS-FSA] 2.1.5.15.1. fallocate(2) of ext4 and XFS takes what there is, and keeps it: so what
    /// cannot fit is not tried. (Where others take the room meanwhile, or a quota ends before it, what was taken stays with the
    /// file: to cut it off would cut off what is being appended.)
    /// </summary>
    private static bool HasRoomFor(int fd, in Statx stat, ulong size)
    {
        ulong allocated = stat.Blocks * Statx.BlockUnit;
        if (size <= allocated || Libc.StatFileSystem(fd, out var fileSystem) != Errno.None || fileSystem.Blocks == 0)
            return true; // A file system that does not say how large it is has no end that is known.
        ulong available = fileSystem.BlocksAvailable * (ulong)Math.Max(fileSystem.FragmentSize, 1);
        return size - allocated <= available || MissesNoMoreThan(fd, size, available);
    }

    /// <summary>Compressed data takes fewer blocks than it is long: the parts that there are of it need no others.</summary>
    private static bool MissesNoMoreThan(int fd, ulong size, ulong available)
    {
        ulong position = 0;
        ulong missing = size;
        while (missing > available && position < size
            && Libc.NextData(fd, position, out ulong data) == Errno.None && data < size
            && Libc.NextHole(fd, data, out position) == Errno.None)
        {
            missing -= Math.Min(position, size) - data;
        }

        return missing <= available;
    }

    private (NtStatus, IReadOnlyList<StoreRange>) QueryAllocatedRanges(StoreRange range, int limit)
    {
        using var lease = _handle.Lease();
        var errno = Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat);
        if (errno != Errno.None)
            return (errno.ToNtStatus(), []);
        ulong end = Math.Min(
            stat.Size, range.Length > ulong.MaxValue - range.Offset ? ulong.MaxValue : range.Offset + range.Length);
        var ranges = new List<StoreRange>();
        ulong position = range.Offset;
        while (position < end && ranges.Count < limit)
        {
            errno = Libc.NextData(lease.Fd, position, out ulong data);
            if (errno == Errno.ENXIO || (errno == Errno.None && data >= end))
                break;
            if (errno == Errno.None)
                errno = Libc.NextHole(lease.Fd, data, out position);
            else
                data = 0;
            if (errno != Errno.None)
                return (errno.ToNtStatus(), []);
            ranges.Add(new StoreRange(data, Math.Min(position, end) - data));
        }

        return (NtStatus.Success, ranges);
    }

    private (NtStatus Status, ulong Count) Zero(StoreRange range, bool deallocate)
    {
        using var lease = _handle.Lease();
        var errno = Libc.StatFd(lease.Fd, StatxMask.Basic, out var stat);
        if (errno != Errno.None)
            return (errno.ToNtStatus(), 0);
        if (range.Offset >= stat.Size || range.Length == 0)
            return (NtStatus.Success, range.Length);
        ulong length = Math.Min(range.Length, stat.Size - range.Offset);
        int mode = Libc.KeepSize | (deallocate ? Libc.PunchHole : Libc.ZeroRange);
        errno = WriteErrno(Libc.Allocate(lease.Fd, mode, range.Offset, length));
        if (errno == Errno.EOPNOTSUPP && !deallocate) // tmpfs knows holes only; they read as zeros too.
            errno = Libc.Allocate(lease.Fd, Libc.KeepSize | Libc.PunchHole, range.Offset, length);
        if (errno != Errno.EOPNOTSUPP)
            return (errno.ToNtStatus(), errno == Errno.None ? range.Length : 0);
        if (deallocate)
            return (NtStatus.NotSupported, 0);
        ulong step = Math.Min(length, ZeroStep);
        var status = WriteZeros(lease, range.Offset, step);
        return (status, status.IsError ? 0 : step == length ? range.Length : step);
    }

    private NtStatus WriteZeros(FdLease lease, ulong offset, ulong length)
    {
        byte[] zeros = new byte[(int)Math.Min(length, ZeroChunk)];
        for (ulong position = 0; position < length; position += ZeroChunk)
        {
            int done = 0;
            int chunk = (int)Math.Min(length - position, ZeroChunk);
            var status = Drain(lease, offset + position, zeros.AsSpan(0, chunk), noWait: false, ref done);
            if (status.IsError)
                return status;
        }

        return NtStatus.Success;
    }
}
