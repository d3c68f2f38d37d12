using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// st_blocks without what is not data: ext4 and XFS count there also the block that they keep long xattrs in.
/// AllocationSize is of data alone, [MS-FSA] 2.1.1.5.
/// </summary>
/// <remarks>
/// Only a descriptor that reads or writes can be asked, and to get one breaks leases on the file. Looking breaks nobody's oplock,
/// [MS-FSA] 2.1.5.1.2: while one of our leases stands for a client's, others see the kernel's number. Leases of local processes
/// are nothing that could be seen from here; one that is broken costs its holder a cache, and nobody waits for it.
/// </remarks>
internal static class DataBlocks
{
    /// <summary>Corrects what statx(2) said of an open file; O_PATH will do.</summary>
    public static void Correct(int fd, ref Statx stat)
    {
        if (!HasMoreThanItsSize(stat))
            return;
        var errno = Libc.CountDataBytes(fd, out ulong bytes);
        if (errno == Errno.EBADF && !KernelLeases.HoldOn(stat)
            && Libc.Reopen(fd, OpenFlags.ReadOnly | OpenFlags.NonBlock, out int reopened) == Errno.None)
        {
            using var file = new OwnedFd(reopened);
            errno = Libc.CountDataBytes(reopened, out bytes);
        }

        Apply(errno, bytes, ref stat);
    }

    /// <summary>Corrects what statx(2) said of a file in a directory.</summary>
    public static void CorrectAt(int directory, ReadOnlySpan<byte> name, ref Statx stat)
    {
        if (!HasMoreThanItsSize(stat) || KernelLeases.HoldOn(stat))
            return;
        int flags = OpenFlags.ReadOnly | OpenFlags.NonBlock | OpenFlags.NoFollow;
        if (Libc.OpenAt2(directory, name, flags, 0, ResolveFlags.None, out int fd) != Errno.None)
            return; // Who may not read it sees the kernel's number.
        using var file = new OwnedFd(fd);
        Apply(Libc.CountDataBytes(fd, out ulong bytes), bytes, ref stat);
    }

    /// <summary>Few files have: most need no further call.</summary>
    private static bool HasMoreThanItsSize(in Statx stat)
    {
        if (!stat.IsRegularFile || stat.BlockSize == 0)
            return false;
        ulong rest = stat.Size % stat.BlockSize;
        ulong rounded = rest == 0 ? stat.Size : stat.Size - rest + stat.BlockSize;
        return stat.Blocks * Statx.BlockUnit > rounded;
    }

    // Compressed data takes less room than its extents say.
    private static void Apply(Errno errno, ulong bytes, ref Statx stat)
    {
        if (errno == Errno.None)
            stat.Blocks = Math.Min(stat.Blocks, bytes / Statx.BlockUnit);
    }
}
