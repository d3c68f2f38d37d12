using System.Runtime.InteropServices;
using Symbio.Protocol;

namespace Symbio.Storage.Posix.Native;

/// <summary>Linux error numbers (the same on every architecture that .NET runs on).</summary>
internal enum Errno
{
    None = 0,
    EPERM = 1,
    ENOENT = 2,
    ESRCH = 3,
    EINTR = 4,
    EIO = 5,
    ENXIO = 6,
    E2BIG = 7,
    EBADF = 9,
    EAGAIN = 11,
    ENOMEM = 12,
    EACCES = 13,
    EBUSY = 16,
    EEXIST = 17,
    EXDEV = 18,
    ENODEV = 19,
    ENOTDIR = 20,
    EISDIR = 21,
    EINVAL = 22,
    ENFILE = 23,
    EMFILE = 24,
    ENOTTY = 25,
    ETXTBSY = 26,
    EFBIG = 27,
    ENOSPC = 28,
    ESPIPE = 29,
    EROFS = 30,
    EMLINK = 31,
    ERANGE = 34,
    ENAMETOOLONG = 36,
    ENOSYS = 38,
    ENOTEMPTY = 39,
    ELOOP = 40,
    ENODATA = 61,
    EOVERFLOW = 75,
    EOPNOTSUPP = 95,
    ETIMEDOUT = 110,
    ESTALE = 116,
    EDQUOT = 122,
}

internal static class ErrnoExtensions
{
    /// <summary>What the last failed call of this thread said.</summary>
    public static Errno Last => (Errno)Marshal.GetLastPInvokeError();

    /// <summary>The status an SMB client sees.</summary>
    public static NtStatus ToNtStatus(this Errno errno) => errno switch
    {
        Errno.None => NtStatus.Success,
        Errno.ENOENT or Errno.ESTALE => NtStatus.ObjectNameNotFound,
        Errno.ENOTDIR => NtStatus.ObjectPathNotFound,
        Errno.EPERM or Errno.EACCES or Errno.EBADF => NtStatus.AccessDenied, // EBADF: opened without that access.
        // EXDEV is openat2's word for a path that leaves the share. NT, too, denies what a link to the outside asks
        // for; "not found" would hide from the administrator that there is a link to mend. Loops: the same reason.
        Errno.EXDEV or Errno.ELOOP => NtStatus.AccessDenied,
        Errno.EEXIST => NtStatus.ObjectNameCollision,
        Errno.EISDIR => NtStatus.FileIsADirectory,
        Errno.ENOTEMPTY => NtStatus.DirectoryNotEmpty,
        Errno.ENAMETOOLONG => NtStatus.ObjectNameInvalid, // What NT says of a component of more than 255 units.
        Errno.ENOSPC => NtStatus.DiskFull,
        Errno.EDQUOT => NtStatus.DiskFull, // NT reports an exceeded quota so, [MS-FSA] 2.1.5.4.
        Errno.EFBIG or Errno.EOVERFLOW => NtStatus.DiskFull,
        Errno.EROFS => NtStatus.MediaWriteProtected,
        Errno.EMFILE or Errno.ENFILE => NtStatus.TooManyOpenedFiles,
        Errno.ENOMEM => NtStatus.InsufficientResources,
        Errno.EMLINK => NtStatus.TooManyLinks,
        Errno.ETXTBSY or Errno.EBUSY => NtStatus.SharingViolation,
        Errno.EINVAL or Errno.ESPIPE or Errno.ERANGE or Errno.E2BIG => NtStatus.InvalidParameter,
        Errno.EOPNOTSUPP or Errno.ENOSYS => NtStatus.NotSupported,
        Errno.EIO => NtStatus.IoDeviceError,
        Errno.ENXIO or Errno.ENODEV => NtStatus.NoSuchDevice,
        Errno.ETIMEDOUT => NtStatus.IoTimeout,
        _ => NtStatus.UnexpectedIoError,
    };
}
