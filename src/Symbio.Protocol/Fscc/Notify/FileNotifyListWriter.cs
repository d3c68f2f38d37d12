using System.Buffers.Binary;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// Writes FILE_NOTIFY_INFORMATION, [MS-FSCC] 2.7.1, entry by entry at multiples of 4. The state may be kept between
/// entries, and the buffer be exchanged for a larger one with the same beginning.
/// </summary>
public struct FileNotifyListWriter
{
    private int _last;

    /// <summary>Bytes in use; no padding after the last entry.</summary>
    public int Length { get; private set; }

    public int Count { get; private set; }

    /// <summary>Where the list ends once a name of so many UTF-16 units has been appended.</summary>
    public readonly int LengthWith(int nameLength) =>
        Aligned + FileNotifyInformation.FixedLength + (nameLength * sizeof(char));

    private readonly int Aligned => (Length + 3) & ~3;

    /// <summary>Appends an entry to a buffer that has room up to <see cref="LengthWith"/>.</summary>
    public void Append(Span<byte> buffer, FileAction action, ReadOnlySpan<char> name)
    {
        int start = Aligned;
        buffer[Length..start].Clear();
        var writer = new WireWriter(buffer[start..]);
        writer.WriteUInt32(0); // NextEntryOffset
        writer.WriteUInt32((uint)action);
        writer.WriteUInt32((uint)name.Length * sizeof(char));
        writer.WriteUtf16(name);
        if (Count > 0)
            BinaryPrimitives.WriteInt32LittleEndian(buffer[_last..], start - _last);
        _last = start;
        Length = start + writer.Position;
        Count++;
    }

    /// <summary>Is this what the last entry says?</summary>
    public readonly bool Repeats(ReadOnlySpan<byte> buffer, FileAction action, ReadOnlySpan<char> name)
    {
        if (Count == 0)
            return false;
        ReadOnlySpan<byte> entry = buffer[_last..Length];
        ReadOnlySpan<byte> last = entry[FileNotifyInformation.FixedLength..];
        if (BinaryPrimitives.ReadUInt32LittleEndian(entry[4..]) != (uint)action || last.Length != name.Length * sizeof(char))
            return false;
        for (int i = 0; i < name.Length; i++)
        {
            if (BinaryPrimitives.ReadUInt16LittleEndian(last[(i * sizeof(char))..]) != name[i])
                return false;
        }

        return true;
    }
}
