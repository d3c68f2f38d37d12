using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

internal static unsafe partial class Libc
{
    private const uint FsIocFiemap = 0xC020660B;
    private const uint FiemapExtentLast = 1;

    // 2 KB of stack. What has more parts than this is large enough for a block more or less not to matter.
    private const int MaxExtents = 32;

    /// <summary>
    /// Bytes that are allocated to data, at and beyond the end of the file too; EFBIG when they are in too many parts to
    /// be counted. The descriptor is open for reading or writing.
    /// </summary>
    public static Errno CountDataBytes(int fd, out ulong bytes)
    {
        bytes = 0;
        Fiemap map = default;
        map.Length = ulong.MaxValue;
        map.ExtentCount = MaxExtents;
        if (IoCtl(fd, FsIocFiemap, &map) < 0)
            return ErrnoExtensions.Last;
        if (map.MappedExtents == 0)
            return Errno.None;
        int count = (int)Math.Min(map.MappedExtents, MaxExtents);
        var extents = new ReadOnlySpan<FiemapExtent>(map.Extents, count);
        foreach (var extent in extents)
            bytes += extent.Length;
        return (extents[^1].Flags & FiemapExtentLast) != 0 ? Errno.None : Errno.EFBIG;
    }

    [LibraryImport(Library, EntryPoint = "ioctl", SetLastError = true)]
    private static partial int IoCtl(int fd, nuint request, void* argument);

    /// <summary>struct fiemap, with room for the answer.</summary>
    private struct Fiemap
    {
        public ulong Start;
        public ulong Length;
        public uint Flags;
        public uint MappedExtents;
        public uint ExtentCount;
        public uint Reserved;
        public fixed byte Extents[MaxExtents * 56];
    }

    /// <summary>struct fiemap_extent.</summary>
    [StructLayout(LayoutKind.Sequential, Size = 56)]
    private readonly struct FiemapExtent
    {
        public readonly ulong Logical;
        public readonly ulong Physical;
        public readonly ulong Length;
        private readonly ulong _reserved1;
        private readonly ulong _reserved2;
        public readonly uint Flags;
    }
}
