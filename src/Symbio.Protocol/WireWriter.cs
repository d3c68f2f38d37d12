using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Symbio.Protocol;

/// <summary>
/// Writes little-endian fields of one structure into a span, front to back. A write past the end writes nothing,
/// and the writer stays invalid for good: the caller looks at <see cref="IsValid"/> once, at the end.
/// </summary>
public ref struct WireWriter
{
    private readonly Span<byte> _span;
    private int _position;
    private bool _invalid;

    /// <summary>Starts at <paramref name="position"/> of <paramref name="span"/>.</summary>
    public WireWriter(Span<byte> span, int position = 0)
    {
        _span = span;
        _position = position;
        _invalid = (uint)position > (uint)span.Length;
    }

    /// <summary>False once something did not fit.</summary>
    public readonly bool IsValid => !_invalid;

    /// <summary>Offset of the next byte, from the start of the span.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes that still fit.</summary>
    public readonly int Remaining => _invalid ? 0 : _span.Length - _position;

    /// <summary>What has been written so far.</summary>
    public readonly Span<byte> Written => _span[.._position];

    public void WriteByte(byte value)
    {
        if (Take(1))
            _span[_position - 1] = value;
    }

    public void WriteUInt16(ushort value)
    {
        if (Take(2))
            BinaryPrimitives.WriteUInt16LittleEndian(_span[(_position - 2)..], value);
    }

    public void WriteUInt32(uint value)
    {
        if (Take(4))
            BinaryPrimitives.WriteUInt32LittleEndian(_span[(_position - 4)..], value);
    }

    public void WriteUInt64(ulong value)
    {
        if (Take(8))
            BinaryPrimitives.WriteUInt64LittleEndian(_span[(_position - 8)..], value);
    }

    public void WriteInt32(int value) => WriteUInt32((uint)value);

    public void WriteInt64(long value) => WriteUInt64((ulong)value);

    /// <summary>A GUID as [MS-DTYP] 2.3.4.2 packs it.</summary>
    public void WriteGuid(Guid value)
    {
        if (Take(16))
            value.TryWriteBytes(_span[(_position - 16)..]);
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        if (Take(value.Length))
            value.CopyTo(_span[(_position - value.Length)..]);
    }

    /// <summary>UTF-16LE, no terminator.</summary>
    public void WriteUtf16(ReadOnlySpan<char> value) => WriteBytes(MemoryMarshal.AsBytes(value));

    /// <summary><paramref name="count"/> zero bytes.</summary>
    public void WriteZeros(int count)
    {
        if (count >= 0 && Take(count))
            _span.Slice(_position - count, count).Clear();
        else
            _invalid = true;
    }

    /// <summary>Zeros up to the next multiple of <paramref name="alignment"/> (a power of two).</summary>
    public void Align(int alignment) => WriteZeros(((_position + alignment - 1) & -alignment) - _position);

    /// <summary>The next <paramref name="count"/> bytes, to be filled by the caller; empty when they do not fit.</summary>
    public Span<byte> Reserve(int count) =>
        count >= 0 && Take(count) ? _span.Slice(_position - count, count) : default;

    /// <summary>Overwrites a field that was written earlier (an offset or length known only later).</summary>
    public readonly void PatchUInt16(int position, ushort value)
    {
        if (!_invalid)
            BinaryPrimitives.WriteUInt16LittleEndian(_span[position..], value);
    }

    /// <inheritdoc cref="PatchUInt16"/>
    public readonly void PatchUInt32(int position, uint value)
    {
        if (!_invalid)
            BinaryPrimitives.WriteUInt32LittleEndian(_span[position..], value);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private bool Take(int count)
    {
        if (_invalid || count > _span.Length - _position)
        {
            _invalid = true;
            return false;
        }

        _position += count;
        return true;
    }
}
