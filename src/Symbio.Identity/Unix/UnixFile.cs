using System.Runtime.InteropServices;

namespace Symbio.Identity;

/// <summary>Owner and mode of a file, and what tells whether it is still the same one.</summary>
internal readonly record struct UnixFileStatus(
    uint Uid, uint Gid, int Mode, ulong Inode, ulong Size, long ModifiedSeconds, uint ModifiedNanoseconds)
{
    /// <summary>Permission bits for group and others.</summary>
    public bool IsOpenToOthers => (Mode & 0x3F) != 0;
}

/// <summary>The few file calls that .NET has no name for.</summary>
internal static unsafe partial class UnixFile
{
    private const string Library = "libc";
    private const int AtFdcwd = -100;
    private const uint StatxBasicStats = 0x7FF;
    private const int StatxSize = 256;
    private const int OpenDirectory = 0x10000 | 0x80000; // O_DIRECTORY | O_CLOEXEC on x64
    private const int OpenDirectoryArm64 = 0x4000 | 0x80000;

    /// <summary>Null when there is no such file (or it cannot be seen).</summary>
    public static UnixFileStatus? Status(string path)
    {
        byte* buffer = stackalloc byte[StatxSize];
        if (Statx(AtFdcwd, path, 0, StatxBasicStats, buffer) != 0)
            return null;
        var stat = new ReadOnlySpan<byte>(buffer, StatxSize); // struct statx: the same on every architecture
        return new UnixFileStatus(
            Uid: Native32(stat[20..]), Gid: Native32(stat[24..]), Mode: (int)Native32(stat[28..]) & 0xFFF,
            Inode: MemoryMarshal.Read<ulong>(stat[32..]), Size: MemoryMarshal.Read<ulong>(stat[40..]),
            ModifiedSeconds: MemoryMarshal.Read<long>(stat[112..]), ModifiedNanoseconds: Native32(stat[120..]));
    }

    /// <summary>Gives a file to an account; false when that is not allowed.</summary>
    public static bool ChangeOwner(string path, uint uid, uint gid) => Chown(path, uid, gid) == 0;

    /// <summary>
    /// Makes a rename within the directory last through a power cut. Not every file system can: no error then.
    /// </summary>
    public static void SyncDirectory(string path)
    {
        int flags = RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? OpenDirectoryArm64 : OpenDirectory;
        int descriptor = Open(path, flags);
        if (descriptor < 0)
            return;
        _ = Fsync(descriptor);
        _ = Close(descriptor);
    }

    private static uint Native32(ReadOnlySpan<byte> bytes) => MemoryMarshal.Read<uint>(bytes);

    [LibraryImport(Library, EntryPoint = "statx", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Statx(int directory, string path, int flags, uint mask, byte* buffer);

    [LibraryImport(Library, EntryPoint = "chown", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Chown(string path, uint uid, uint gid);

    [LibraryImport(Library, EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport(Library, EntryPoint = "fsync")]
    private static partial int Fsync(int descriptor);

    [LibraryImport(Library, EntryPoint = "close")]
    private static partial int Close(int descriptor);
}
