using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

internal static unsafe partial class Libc
{
    private const int RwfNoWait = 8;
    private const int RwfAppend = 0x10;
    private const int SeekData = 3;
    private const int SeekHole = 4;

    /// <summary>The offset that means the end of the file, wherever that is when the bytes are written.</summary>
    public const ulong AtEnd = ulong.MaxValue;

    /// <summary>fallocate(2): FALLOC_FL_KEEP_SIZE</summary>
    public const int KeepSize = 1;
    /// <summary>fallocate(2): FALLOC_FL_PUNCH_HOLE</summary>
    public const int PunchHole = 2;
    /// <summary>fallocate(2): FALLOC_FL_ZERO_RANGE</summary>
    public const int ZeroRange = 0x10;

    /// <summary>Reads; with <paramref name="noWait"/> only what is in memory (EAGAIN when nothing is).</summary>
    public static Errno Read(int fd, Span<byte> destination, ulong offset, bool noWait, out int count)
    {
        fixed (byte* pointer = destination)
        {
            var vector = new IoVector { Base = pointer, Length = (nuint)destination.Length };
            do
            {
                count = (int)PReadV2(fd, &vector, 1, (long)offset, noWait ? RwfNoWait : 0);
            }
            while (count < 0 && ErrnoExtensions.Last == Errno.EINTR);
        }

        return Check(count);
    }

    /// <summary>Writes; with <paramref name="noWait"/> only what needs no waiting.</summary>
    public static Errno Write(int fd, ReadOnlySpan<byte> source, ulong offset, bool noWait, out int count)
    {
        bool append = offset == AtEnd;
        int flags = (noWait ? RwfNoWait : 0) | (append ? RwfAppend : 0);
        fixed (byte* pointer = source)
        {
            var vector = new IoVector { Base = pointer, Length = (nuint)source.Length };
            do
            {
                count = (int)PWriteV2(fd, &vector, 1, append ? 0 : (long)offset, flags);
            }
            while (count < 0 && ErrnoExtensions.Last == Errno.EINTR);
        }

        return Check(count);
    }

    public static Errno Sync(int fd) => Retry(fd, static fd => FSync(fd));

    public static Errno Truncate(int fd, ulong size)
    {
        if (size > long.MaxValue)
            return Errno.EFBIG;
        int result;
        do
        {
            result = FTruncate(fd, (long)size);
        }
        while (result < 0 && ErrnoExtensions.Last == Errno.EINTR);
        return Check(result);
    }

    public static Errno Allocate(int fd, int mode, ulong offset, ulong length)
    {
        if (offset > long.MaxValue || length > long.MaxValue - offset)
            return Errno.EFBIG;
        int result;
        do
        {
            result = FAllocate(fd, mode, (long)offset, (long)length);
        }
        while (result < 0 && ErrnoExtensions.Last == Errno.EINTR);
        return Check(result);
    }

    /// <summary>Copies between files inside the kernel; a count of 0 is the end of the source.</summary>
    public static Errno CopyRange(
        int source, ulong sourceOffset, int target, ulong targetOffset, ulong length, out ulong count)
    {
        long from = (long)sourceOffset;
        long to = (long)targetOffset;
        nint result;
        do
        {
            result = CopyFileRange(source, &from, target, &to, (nuint)length, 0);
        }
        while (result < 0 && ErrnoExtensions.Last == Errno.EINTR);
        count = result < 0 ? 0 : (ulong)result;
        return result < 0 ? ErrnoExtensions.Last : Errno.None;
    }

    /// <summary>The next data at or after the offset; ENXIO when there is none.</summary>
    public static Errno NextData(int fd, ulong offset, out ulong data) => Seek(fd, offset, SeekData, out data);

    /// <summary>The next hole at or after the offset; the end of the file is one.</summary>
    public static Errno NextHole(int fd, ulong offset, out ulong hole) => Seek(fd, offset, SeekHole, out hole);

    private static Errno Seek(int fd, ulong offset, int whence, out ulong position)
    {
        long result = LSeek(fd, (long)offset, whence);
        position = (ulong)result;
        return result >= 0 ? Errno.None : ErrnoExtensions.Last;
    }

    private static Errno Retry(int fd, Func<int, int> call)
    {
        int result;
        do
        {
            result = call(fd);
        }
        while (result < 0 && ErrnoExtensions.Last == Errno.EINTR);
        return Check(result);
    }

    [LibraryImport(Library, EntryPoint = "preadv2", SetLastError = true)]
    private static partial nint PReadV2(int fd, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport(Library, EntryPoint = "pwritev2", SetLastError = true)]
    private static partial nint PWriteV2(int fd, IoVector* vectors, int count, long offset, int flags);

    [LibraryImport(Library, EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int fd);

    [LibraryImport(Library, EntryPoint = "ftruncate", SetLastError = true)]
    private static partial int FTruncate(int fd, long size);

    [LibraryImport(Library, EntryPoint = "fallocate", SetLastError = true)]
    private static partial int FAllocate(int fd, int mode, long offset, long length);

    [LibraryImport(Library, EntryPoint = "copy_file_range", SetLastError = true)]
    private static partial nint CopyFileRange(
        int source, long* sourceOffset, int target, long* targetOffset, nuint length, uint flags);

    [LibraryImport(Library, EntryPoint = "lseek", SetLastError = true)]
    private static partial long LSeek(int fd, long offset, int whence);

    private struct IoVector
    {
        public byte* Base;
        public nuint Length;
    }
}
