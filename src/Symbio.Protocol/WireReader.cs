using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace Symbio.Protocol;

/// <summary>
/// Reads little-endian fields of one structure, front to back. A read past the end makes the reader invalid for
/// good and yields zeros; the caller looks at <see cref="IsValid"/> once, before it uses what was read. Never throws.
/// </summary>
/// <remarks>
/// Offsets that a peer states count from the start of the memory given to the constructor; for an SMB2 message that
/// is the first byte of the SMB2 header.
/// </remarks>
public ref struct WireReader
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _span;
    private int _position;
    private bool _invalid;

    /// <summary>Starts at <paramref name="position"/> of <paramref name="memory"/>.</summary>
    public WireReader(ReadOnlyMemory<byte> memory, int position = 0)
    {
        _memory = memory;
        _span = memory.Span;
        _position = position;
        _invalid = (uint)position > (uint)memory.Length;
    }

    /// <summary>False after any overrun or broken expectation, for good.</summary>
    public readonly bool IsValid => !_invalid;

    /// <summary>Offset of the next byte, from the start of the memory.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes left after <see cref="Position"/>; 0 once invalid.</summary>
    public readonly int Remaining => _invalid ? 0 : _span.Length - _position;

    /// <summary>Everything this reader reads from.</summary>
    public readonly ReadOnlyMemory<byte> Memory => _memory;

    /// <summary>Marks the structure as malformed.</summary>
    public void Fail() => _invalid = true;

    /// <summary>Marks the structure as malformed unless <paramref name="condition"/> holds.</summary>
    public void Expect(bool condition) => _invalid |= !condition;

    /// <summary>Reads StructureSize and expects <paramref name="size"/>.</summary>
    public void ExpectStructureSize(ushort size) => Expect(ReadUInt16() == size);

    public byte ReadByte() => Take(1) ? _span[_position - 1] : (byte)0;

    public ushort ReadUInt16() => Take(2) ? BinaryPrimitives.ReadUInt16LittleEndian(_span[(_position - 2)..]) : (ushort)0;

    public uint ReadUInt32() => Take(4) ? BinaryPrimitives.ReadUInt32LittleEndian(_span[(_position - 4)..]) : 0;

    public ulong ReadUInt64() => Take(8) ? BinaryPrimitives.ReadUInt64LittleEndian(_span[(_position - 8)..]) : 0;

    public int ReadInt32() => (int)ReadUInt32();

    public long ReadInt64() => (long)ReadUInt64();

    /// <summary>A GUID as [MS-DTYP] 2.3.4.2 packs it.</summary>
    public Guid ReadGuid() => Take(16) ? new Guid(_span.Slice(_position - 16, 16)) : Guid.Empty;

    /// <summary>The next <paramref name="count"/> bytes as a slice of the memory (no copy).</summary>
    public ReadOnlyMemory<byte> ReadBytes(int count) =>
        count >= 0 && Take(count) ? _memory.Slice(_position - count, count) : Fail<ReadOnlyMemory<byte>>();

    /// <summary>The next <paramref name="count"/> bytes (no copy, not across an await).</summary>
    public ReadOnlySpan<byte> ReadSpan(int count) =>
        count >= 0 && Take(count) ? _span.Slice(_position - count, count) : FailSpan();

    /// <summary>All bytes that are left.</summary>
    public ReadOnlyMemory<byte> ReadRest() => ReadBytes(Remaining);

    public void Skip(int count)
    {
        if (count < 0 || !Take(count))
            _invalid = true;
    }

    /// <summary>Moves to the next multiple of <paramref name="alignment"/> (a power of two), as far as there are bytes.</summary>
    public void AlignIfPossible(int alignment) =>
        _position = Math.Min((_position + alignment - 1) & -alignment, _span.Length);

    /// <summary>Reads a 16-bit offset, then a 16-bit length, and takes that slice of the message.</summary>
    public ReadOnlyMemory<byte> ReadSlice16(uint minimum = 0)
    {
        uint offset = ReadUInt16();
        return SliceAt(offset, ReadUInt16(), minimum);
    }

    /// <summary>Reads a 32-bit offset, then a 32-bit length, and takes that slice of the message.</summary>
    public ReadOnlyMemory<byte> ReadSlice32(uint minimum = 0)
    {
        uint offset = ReadUInt32();
        return SliceAt(offset, ReadUInt32(), minimum);
    }

    /// <summary>
    /// A slice at a stated place, not before <paramref name="minimum"/> (where the fixed fields end). Zero length is
    /// empty, whatever the offset says.
    /// </summary>
    public ReadOnlyMemory<byte> SliceAt(uint offset, uint length, uint minimum = 0)
    {
        if (length == 0)
            return ReadOnlyMemory<byte>.Empty;
        if (_invalid || offset < minimum || offset > (uint)_span.Length || length > (uint)_span.Length - offset)
            return Fail<ReadOnlyMemory<byte>>();
        return _memory.Slice((int)offset, (int)length);
    }

    /// <summary>UTF-16LE text of <paramref name="byteLength"/> bytes; odd lengths are malformed.</summary>
    public string ReadUtf16(int byteLength)
    {
        Expect((byteLength & 1) == 0);
        return ToUtf16(ReadSpan(byteLength));
    }

    /// <summary>Makes a string of UTF-16LE bytes, unpaired surrogates and all.</summary>
    public static string ToUtf16(ReadOnlySpan<byte> bytes) =>
        new(MemoryMarshal.Cast<byte, char>(bytes[..(bytes.Length & ~1)]));

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

    private T? Fail<T>()
    {
        _invalid = true;
        return default;
    }

    private ReadOnlySpan<byte> FailSpan()
    {
        _invalid = true;
        return default;
    }
}
