using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

/// <summary>struct if_nextdqblk: an account's disk quota. Limits are in KiB, 0 for none.</summary>
[StructLayout(LayoutKind.Sequential)]
internal struct DiskQuota
{
    public ulong HardLimit;
    public ulong SoftLimit;
    public ulong Bytes;
    public ulong InodeHardLimit;
    public ulong InodeSoftLimit;
    public ulong Inodes;
    public ulong BytesTime;
    public ulong InodesTime;
    public uint Valid;

    /// <summary>Only the answer of <see cref="Libc.GetNextQuota"/> has it.</summary>
    public uint Id;

    /// <summary>What the limits count.</summary>
    public const ulong Unit = 1024;

    /// <summary>QIF_BLIMITS: the first two are to be set.</summary>
    public const uint BlockLimits = 1;
}

internal static unsafe partial class Libc
{
    private const int QuotaCtlFd = 443; // One number on every architecture; Linux 5.14.
    private const int UserQuota = 0;

    /// <summary>The quota of a Unix user on the file system of an open descriptor (not O_PATH).</summary>
    public static Errno GetQuota(int fd, uint uid, out DiskQuota quota) => Quota(fd, 0x800007, uid, out quota);

    /// <summary>That of the first user from this id on who has one; ENOENT when there is none.</summary>
    public static Errno GetNextQuota(int fd, uint uid, out DiskQuota quota) => Quota(fd, 0x800009, uid, out quota);

    /// <summary>Sets what <see cref="DiskQuota.Valid"/> says.</summary>
    public static Errno SetQuota(int fd, uint uid, DiskQuota quota) =>
        Check((int)Syscall(QuotaCtlFd, fd, Command(0x800008), (nint)uid, (nint)(&quota)));

    private static Errno Quota(int fd, uint command, uint uid, out DiskQuota quota)
    {
        fixed (DiskQuota* pointer = &quota)
        {
            *pointer = default;
            return Check((int)Syscall(QuotaCtlFd, fd, Command(command), (nint)uid, (nint)pointer));
        }
    }

    private static nint Command(uint command) => unchecked((nint)((command << 8) | UserQuota));
}
