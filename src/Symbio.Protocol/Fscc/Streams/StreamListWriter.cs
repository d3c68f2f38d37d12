using System.Buffers.Binary;

namespace Symbio.Protocol.Fscc;

/// <summary>
/// Writes FileStreamInformation, [MS-FSCC] 2.4.47, entry by entry at multiples of 8. The state may cross an await.
/// </summary>
public struct StreamListWriter
{
    /// <summary>Bytes of an entry before its name; a query must offer <see cref="MinimumLength"/>.</summary>
    public const int FixedLength = 24;

    /// <summary>The C structure's size: less is STATUS_INFO_LENGTH_MISMATCH.</summary>
    public const int MinimumLength = 32;

    private int _last;

    /// <summary>Bytes of the buffer in use; no padding after the last entry.</summary>
    public int Length { get; private set; }

    public int Count { get; private set; }

    /// <summary>Appends an entry. False, and nothing changed, when it does not fit (STATUS_BUFFER_OVERFLOW).</summary>
    public bool TryAppend(Span<byte> buffer, ReadOnlySpan<char> name, long size, long allocationSize)
    {
        int start = (Length + 7) & ~7;
        int length = FixedLength + (name.Length * sizeof(char));
        if (start > buffer.Length || length > buffer.Length - start)
            return false;

        buffer[Length..start].Clear();
        var writer = new WireWriter(buffer[start..]);
        writer.WriteUInt32(0); // NextEntryOffset
        writer.WriteUInt32((uint)name.Length * sizeof(char));
        writer.WriteInt64(size);
        writer.WriteInt64(allocationSize);
        writer.WriteUtf16(name);
        if (Count > 0)
            BinaryPrimitives.WriteInt32LittleEndian(buffer[_last..], start - _last);
        _last = start;
        Length = start + length;
        Count++;
        return true;
    }
}
