using System.Runtime.InteropServices;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <content>sendfile(2).</content>
internal sealed partial class PosixFile
{
    /// <inheritdoc/>
    public int CountAtHand(ulong offset, int length)
    {
        if (MayHang || _type != Statx.RegularFile || (_access & StoreAccess.Read) == 0 || offset > long.MaxValue)
            return 0;
        using var lease = _handle.Lease();
        if (!lease.IsOpen || Libc.Size(lease.Fd, out ulong size) != Errno.None || size <= offset)
            return 0;
        int count = (int)Math.Min((ulong)length, size - offset);
        return IsAtHand(lease, offset, count) ? count : 0;
    }

    /// <inheritdoc/>
    public bool TrySend(SafeHandle socket, ulong offset, int length, out int sent)
    {
        sent = 0;
        using var lease = _handle.Lease();
        if (MayHang || !lease.IsOpen || !IsAtHand(lease, offset, length))
            return false;
        var errno = Libc.SendFile(socket, lease.Fd, offset, length, out sent);

        // Nothing sent and no error: the file ends here now. Errors of the socket are told by who sends next.
        return errno == Errno.EAGAIN || (errno == Errno.None && sent > 0);
    }

    // Which pages wait for a disk only cachestat(2) tells, since Linux 6.5; it may refuse to.
    private bool IsAtHand(FdLease lease, ulong offset, int length)
    {
        if (_volume.IsInMemory)
            return true;
        if (_volume.CannotTellCached)
            return false;
        var errno = Libc.CountCached(lease.Fd, offset, length, out ulong pages);
        if (errno is Errno.ENOSYS or Errno.EOPNOTSUPP)
            _volume.CannotTellCached = true;
        ulong pageSize = (ulong)Environment.SystemPageSize;
        ulong wanted = ((offset + (ulong)length - 1) / pageSize) - (offset / pageSize) + 1;
        return errno == Errno.None && pages >= wanted;
    }
}
