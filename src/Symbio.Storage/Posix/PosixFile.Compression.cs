using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Compression by the file system, which chattr(1) calls the flag c.</summary>
internal sealed partial class PosixFile
{
    public ValueTask<NtStatus> SetCompressionAsync(bool compressed, CancellationToken cancellationToken) =>
        _store.Options.Scheduler.RunAsync((File: this, compressed), static state =>
            state.File.SetCompression(state.compressed));

    private NtStatus SetCompression(bool compressed)
    {
        if (_type is not (Statx.RegularFile or Statx.DirectoryType))
            return NtStatus.InvalidDeviceRequest;
        using var lease = _handle.Lease();
        var errno = SetCompression(lease.Fd, compressed);
        if (errno == Errno.EBADF) // O_PATH: opened without data access.
        {
            errno = Libc.Reopen(lease.Fd, OpenFlags.ReadOnly | OpenFlags.NonBlock, out int fd);
            if (errno != Errno.None)
                return errno.ToNtStatus();
            using var reopened = new OwnedFd(fd);
            errno = SetCompression(fd, compressed);
        }

        // A file system mounted below the share's may have no such flags.
        return errno is Errno.EOPNOTSUPP or Errno.ENOTTY ? NtStatus.InvalidDeviceRequest : errno.ToNtStatus();
    }

    private static Errno SetCompression(int fd, bool compressed)
    {
        var errno = Libc.GetInodeFlags(fd, out uint flags);
        if (errno != Errno.None)
            return errno;
        uint wanted = compressed
            ? (flags | Libc.CompressedFlag) & ~Libc.NotCompressedFlag
            : flags & ~Libc.CompressedFlag;
        return wanted == flags ? Errno.None : Libc.SetInodeFlags(fd, wanted);
    }
}
