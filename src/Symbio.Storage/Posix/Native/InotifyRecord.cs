using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

/// <summary>struct inotify_event.</summary>
/// <param name="name">Without its NULs; empty when the event is the directory's own.</param>
internal readonly ref struct InotifyRecord(
    int watch, InotifyMask mask, uint cookie, ReadOnlySpan<byte> name, int length)
{
    private const int HeaderLength = 16;

    /// <summary>Header, a name of 255 bytes and its NUL.</summary>
    public const int MaxLength = HeaderLength + 256;

    public int Watch { get; } = watch;

    public InotifyMask Mask { get; } = mask;

    /// <summary>The same for the two halves of a rename.</summary>
    public uint Cookie { get; } = cookie;

    public ReadOnlySpan<byte> Name { get; } = name;

    /// <summary>Bytes that the record takes.</summary>
    public int Length { get; } = length;

    /// <summary>The record at the start of a buffer that the kernel filled.</summary>
    public static InotifyRecord Read(ReadOnlySpan<byte> buffer)
    {
        int nameLength = MemoryMarshal.Read<int>(buffer[12..]);
        var name = buffer.Slice(HeaderLength, nameLength);
        int end = name.IndexOf((byte)0);
        return new(MemoryMarshal.Read<int>(buffer), (InotifyMask)MemoryMarshal.Read<uint>(buffer[4..]),
            MemoryMarshal.Read<uint>(buffer[8..]),
            end < 0 ? name : name[..end], HeaderLength + nameLength);
    }
}
