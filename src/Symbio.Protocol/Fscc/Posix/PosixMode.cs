namespace Symbio.Protocol.Fscc;

/// <summary>
/// Mode words of the SMB 3.1.1 POSIX extensions, [POSIX-SMB2]: the 12 permission bits are Unix' own; above them stands the
/// kind of file, counted from 0 (a regular file), not as in st_mode.
/// </summary>
public static class PosixMode
{
    /// <summary>rwx of user, group and others, set-uid, set-gid and the sticky bit.</summary>
    public const uint Permissions = 0xFFF;

    private const int TypeShift = 12;
    private const uint UnixTypeMask = 0xF000;

    /// <summary>The word for a Unix st_mode.</summary>
    /// <remarks>
    /// Deviation: a directory is told by its attribute alone, as servers did before the type was added. Linux before 6.14
    /// takes the type bits for those of st_mode, and would see something that is neither.
    /// </remarks>
    public static uint FromUnix(uint mode)
    {
        uint type = (mode & UnixTypeMask) switch
        {
            0xA000 => 2, // Symbolic link
            0x2000 => 3, // Character device
            0x6000 => 4, // Block device
            0x1000 => 5, // FIFO
            0xC000 => 6, // Socket
            _ => 0,
        };
        return (mode & Permissions) | (type << TypeShift);
    }
}
