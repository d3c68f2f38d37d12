using System.Buffers;
using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Extended attributes. The path of an open object is <see cref="ProcFd"/>'s: that works for O_PATH descriptors too,
/// which fgetxattr and its like refuse.
/// </summary>
internal static class Xattr
{
    /// <summary>XATTR_SIZE_MAX: no value is longer on any file system.</summary>
    public const int MaxValue = 64 * 1024;

    /// <summary>XATTR_NAME_MAX</summary>
    public const int MaxName = 255;

    private const int Attempts = 8; // Of reading what somebody makes longer meanwhile.

    /// <summary>The whole value, however long.</summary>
    public static Errno Get(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, out byte[] value)
    {
        value = [];
        byte[] buffer = ArrayPool<byte>.Shared.Rent(MaxValue);
        var errno = Libc.GetXattr(path, name, buffer, out int length);
        if (errno == Errno.None)
            value = buffer.AsSpan(0, length).ToArray();
        ArrayPool<byte>.Shared.Return(buffer);
        return errno;
    }

    /// <summary>All names, each with its NUL, one after the other.</summary>
    public static Errno List(ReadOnlySpan<byte> path, out byte[] names)
    {
        names = [];
        for (int attempt = 0; ; attempt++)
        {
            var errno = Libc.ListXattr(path, [], out int length);
            if (errno != Errno.None || length == 0)
                return errno == Errno.EOPNOTSUPP ? Errno.None : errno;
            names = new byte[length];
            errno = Libc.ListXattr(path, names, out length);
            if (errno == Errno.ERANGE && attempt < Attempts)
                continue;
            Array.Resize(ref names, errno == Errno.None ? length : 0);
            return errno;
        }
    }

    /// <summary>
    /// What a failed write of an attribute means to a client. ext4 keeps all attributes of a file in its inode and one
    /// block and says ENOSPC when they do not fit, full disk or not; a value over 64 KiB is E2BIG everywhere.
    /// </summary>
    public static NtStatus WriteStatus(Errno errno) => errno switch
    {
        Errno.E2BIG or Errno.ERANGE => NtStatus.DiskFull,
        Errno.ENODATA => NtStatus.ObjectNameNotFound,
        _ => errno.ToNtStatus(),
    };
}
