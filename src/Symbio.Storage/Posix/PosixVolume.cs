using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>A file system below a share's root.</summary>
/// <param name="Device">As statx(2) numbers it.</param>
/// <param name="Id">Its own number when it has one, else the device's.</param>
/// <param name="Inodes">How the xattrs of its objects are read.</param>
/// <param name="IsInMemory">There is no disk to wait for (tmpfs, which does not know RWF_NOWAIT).</param>
/// <param name="IsLocal">No other machine or process is needed for what it does: it does not hang when one does.</param>
internal sealed record PosixVolume(ulong Device, ulong Id, InodeReader Inodes, bool IsInMemory, bool IsLocal)
{
    private volatile bool _cannotTellReads;
    private volatile bool _cannotTellWrites;
    private volatile bool _cannotTellCached;

    /// <summary>It does not know RWF_NOWAIT for reads, as one of its files has found out.</summary>
    public bool CannotTellReads
    {
        get => _cannotTellReads;
        set => _cannotTellReads = value;
    }

    /// <summary>As <see cref="CannotTellReads"/>, of writes.</summary>
    public bool CannotTellWrites
    {
        get => _cannotTellWrites;
        set => _cannotTellWrites = value;
    }

    /// <summary>The kernel does not say what of its files is in memory, cachestat(2).</summary>
    public bool CannotTellCached
    {
        get => _cannotTellCached;
        set => _cannotTellCached = value;
    }

    /// <summary>How writes get on of which it does not tell.</summary>
    public WritePace Writes { get; } = new();

    /// <summary>How changes of names and sizes get on, which the kernel never tells of beforehand.</summary>
    public WritePace Changes { get; } = new();

    /// <summary>Sets inode numbers of this file system apart from those of others: bits spread over all 64.</summary>
    public ulong IdOffset { get; } = Spread(Id);

    public static PosixVolume Of(int fd, in Statx stat, Func<int, bool> isLocalVolume)
    {
        ulong id = Libc.StatFileSystem(fd, out var fileSystem) == Errno.None && fileSystem.FileSystemId != 0
            ? fileSystem.FileSystemId
            : stat.Device;
        bool isLocal = isLocalVolume(fd);
        return new(stat.Device, id, new InodeReader(isLocal ? InodeCache.Shared : null), FileSystems.IsInMemory(fd), isLocal);
    }

    // The last steps of SplitMix64: each bit of the number changes half of the result's.
    private static ulong Spread(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
