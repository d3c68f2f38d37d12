using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

/// <summary>One entry of getdents64(2).</summary>
/// <param name="name">Without its NUL.</param>
internal readonly ref struct DirectoryRecord(ulong inode, byte type, ReadOnlySpan<byte> name, int length)
{
    /// <summary>Bytes before the name: inode, offset, record length, type.</summary>
    private const int HeaderLength = 19;

    /// <summary>DT_DIR. (A file system that does not tell types says 0.)</summary>
    public const byte DirectoryType = 4;

    public ulong Inode { get; } = inode;

    public byte Type { get; } = type;

    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>Bytes that the record takes.</summary>
    public int Length { get; } = length;

    public bool IsDotOrDotDot => Name is [(byte)'.'] or [(byte)'.', (byte)'.'];

    /// <summary>The record at the start of a buffer that the kernel filled.</summary>
    public static DirectoryRecord Read(ReadOnlySpan<byte> buffer)
    {
        int length = MemoryMarshal.Read<ushort>(buffer[16..]);
        var name = buffer[HeaderLength..length];
        return new(MemoryMarshal.Read<ulong>(buffer), buffer[18], name[..name.IndexOf((byte)0)], length);
    }
}

internal static unsafe partial class Libc
{
    private static long s_directoryReads;

    /// <summary>How often this process has called getdents64; tests count scans by it.</summary>
    public static long DirectoryReads => Interlocked.Read(ref s_directoryReads);

    /// <summary>The next entries of a directory; a length of 0 is the end.</summary>
    public static Errno ReadDirectory(int fd, Span<byte> buffer, out int length)
    {
        Interlocked.Increment(ref s_directoryReads);
        fixed (byte* pointer = buffer)
            length = (int)GetDents64(fd, pointer, (nuint)buffer.Length);
        return Check(length);
    }

    /// <summary>Back to the first entry.</summary>
    public static Errno RewindDirectory(int fd) => LSeek(fd, 0, 0) < 0 ? ErrnoExtensions.Last : Errno.None;

    [LibraryImport(Library, EntryPoint = "getdents64", SetLastError = true)]
    private static partial nint GetDents64(int fd, byte* buffer, nuint size);
}
