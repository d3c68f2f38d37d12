using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

/// <summary>What statx(2) is asked for.</summary>
[Flags]
internal enum StatxMask : uint
{
    Type = 0x1,
    Mode = 0x2,
    Inode = 0x100,
    Size = 0x200,
    Basic = 0x7FF,
    BirthTime = 0x800,
    All = Basic | BirthTime,
}

/// <summary>struct statx_timestamp.</summary>
internal readonly struct StatxTime
{
    public readonly long Seconds;
    public readonly uint Nanoseconds;
    private readonly int _reserved;
}

/// <summary>struct statx; one layout on every architecture.</summary>
[StructLayout(LayoutKind.Sequential, Size = 256)]
internal struct Statx
{
    public StatxMask Mask;
    public uint BlockSize;
    public ulong Attributes;
    public uint LinkCount;
    public uint Uid;
    public uint Gid;
    public ushort Mode;
    private readonly ushort _spare;
    public ulong Inode;
    public ulong Size;
    public ulong Blocks;
    public ulong AttributesMask;
    public StatxTime AccessTime;
    public StatxTime BirthTime;
    public StatxTime ChangeTime;
    public StatxTime ModifyTime;
    public uint RdevMajor;
    public uint RdevMinor;
    public uint DevMajor;
    public uint DevMinor;
    public ulong MountId;

    /// <summary>What <see cref="Blocks"/> counts, on every file system.</summary>
    public const int BlockUnit = 512;

    public const int TypeMask = 0xF000;
    public const int RegularFile = 0x8000;
    public const int DirectoryType = 0x4000;
    public const int SymbolicLink = 0xA000;
    public const int Fifo = 0x1000;
    public const int CharacterDevice = 0x2000;
    public const int BlockDevice = 0x6000;
    public const int Socket = 0xC000;

    public readonly int Type => Mode & TypeMask;

    public readonly bool IsDirectory => Type == DirectoryType;

    public readonly bool IsRegularFile => Type == RegularFile;

    public readonly ulong Device => ((ulong)DevMajor << 32) | DevMinor;

    /// <summary>STATX_ATTR_COMPRESSED</summary>
    public readonly bool IsCompressed => (Attributes & 4) != 0;

    public readonly bool HasBirthTime => (Mask & StatxMask.BirthTime) != 0;

    public readonly bool IsSameObject(in Statx other) => Inode == other.Inode && Device == other.Device;
}

/// <summary>struct statfs of 64-bit Linux.</summary>
[StructLayout(LayoutKind.Sequential, Size = 120)]
internal struct StatFs
{
    public long Type;
    public long BlockSize;
    public ulong Blocks;
    public ulong BlocksFree;
    public ulong BlocksAvailable;
    public ulong Files;
    public ulong FilesFree;
    public ulong FileSystemId;
    public long MaxNameLength;
    public long FragmentSize;
    public long Flags;
}

internal static unsafe partial class Libc
{
    private const int AtSymlinkNoFollow = 0x100;
    private const int AtEmptyPath = 0x1000;

    /// <summary>Looks at what is open.</summary>
    public static Errno StatFd(int fd, StatxMask mask, out Statx stat)
    {
        byte empty = 0;
        return Check(StatxCall(fd, &empty, AtEmptyPath, mask, out stat));
    }

    /// <summary>Looks at a name in a directory; a link is not followed.</summary>
    public static Errno StatAt(int directory, ReadOnlySpan<byte> name, StatxMask mask, out Statx stat)
    {
        AssertTerminated(name);
        fixed (byte* pointer = name)
            return Check(StatxCall(directory, pointer, AtSymlinkNoFollow, mask, out stat));
    }

    public static Errno StatFileSystem(int fd, out StatFs stat) => Check(FStatFs(fd, out stat));

    [LibraryImport(Library, EntryPoint = "statx", SetLastError = true)]
    private static partial int StatxCall(int directory, byte* path, int flags, StatxMask mask, out Statx stat);

    [LibraryImport(Library, EntryPoint = "fstatfs", SetLastError = true)]
    private static partial int FStatFs(int fd, out StatFs stat);
}
