using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

internal static unsafe partial class Libc
{
    private const uint FiCloneRange = 0x4020940D;
    private const uint GetFlagsIoctl = 0x80086601; // FS_IOC_GETFLAGS, of 64-bit Linux.
    private const uint SetFlagsIoctl = 0x40086602; // FS_IOC_SETFLAGS
    private const int TemporaryFile = 0x400000; // O_TMPFILE without O_DIRECTORY, which it goes with.

    /// <summary>FS_COMPR_FL of <see cref="GetInodeFlags"/>.</summary>
    public const uint CompressedFlag = 4;

    /// <summary>FS_NOCOMP_FL: the file system has given up on compressing this.</summary>
    public const uint NotCompressedFlag = 0x400;

    /// <summary>ioctl_ficlonerange(2). A length of 0 is all from the offset on, and only then may it be nothing.</summary>
    public static Errno CloneRange(int source, ulong sourceOffset, int target, ulong targetOffset, ulong length)
    {
        var range = new FileCloneRange
        {
            Source = source,
            SourceOffset = sourceOffset,
            Length = length,
            TargetOffset = targetOffset,
        };
        int result;
        do
        {
            result = IoCtl(target, FiCloneRange, &range);
        }
        while (result < 0 && ErrnoExtensions.Last == Errno.EINTR);
        return Check(result);
    }

    /// <summary>A file on the directory's file system that has no name and never gets one.</summary>
    public static Errno OpenUnnamed(int directory, out int fd) => OpenAt2(
        directory, "."u8.WithNul(), OpenFlags.ReadWrite | OpenFlags.Directory | TemporaryFile, 0x180, ResolveFlags.None, out fd);

    /// <summary>The flags of chattr(1). Not by O_PATH.</summary>
    public static Errno GetInodeFlags(int fd, out uint flags)
    {
        ulong value = 0; // The kernel writes 32 bits of what it calls a long.
        var errno = Check(IoCtl(fd, GetFlagsIoctl, &value));
        flags = (uint)value;
        return errno;
    }

    /// <summary>Sets them.</summary>
    public static Errno SetInodeFlags(int fd, uint flags)
    {
        ulong value = flags;
        return Check(IoCtl(fd, SetFlagsIoctl, &value));
    }

    /// <summary>struct file_clone_range.</summary>
    [StructLayout(LayoutKind.Sequential)]
    private struct FileCloneRange
    {
        public long Source;
        public ulong SourceOffset;
        public ulong Length;
        public ulong TargetOffset;
    }
}
