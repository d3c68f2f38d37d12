using System.Buffers.Binary;

namespace Symbio.Rpc.Ndr;

/// <summary>
/// Reads aligned primitives in either byte order, [C706] 14.2. A read past the end makes the reader invalid for good
/// and yields zeros; the caller looks at <see cref="IsValid"/> once. Never throws.
/// </summary>
public ref struct NdrReader
{
    private readonly ReadOnlyMemory<byte> _memory;
    private readonly ReadOnlySpan<byte> _span;
    private readonly bool _bigEndian;
    private int _position;
    private bool _invalid;

    /// <param name="memory">The octet stream; alignment counts from its first byte.</param>
    /// <param name="bigEndian">The sender's integer representation, [C706] 14.1.</param>
    public NdrReader(ReadOnlyMemory<byte> memory, bool bigEndian = false)
    {
        _memory = memory;
        _span = memory.Span;
        _bigEndian = bigEndian;
    }

    /// <summary>False after any overrun or broken expectation, for good.</summary>
    public readonly bool IsValid => !_invalid;

    /// <summary>Offset of the next byte.</summary>
    public readonly int Position => _position;

    /// <summary>Bytes left; 0 once invalid.</summary>
    public readonly int Remaining => _invalid ? 0 : _span.Length - _position;

    public void Fail() => _invalid = true;

    public void Expect(bool condition) => _invalid |= !condition;

    /// <summary>Skips the gap before a value of <paramref name="alignment"/> bytes (a power of two).</summary>
    public void Align(int alignment) => Skip(-_position & (alignment - 1));

    public void Skip(int count)
    {
        if (count < 0 || count > Remaining)
            _invalid = true;
        else
            _position += count;
    }

    public byte ReadByte() => Take(1, 1, out var bytes) ? bytes[0] : (byte)0;

    public ushort ReadUInt16() => !Take(2, 2, out var bytes) ? (ushort)0 :
        _bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes) : BinaryPrimitives.ReadUInt16LittleEndian(bytes);

    public uint ReadUInt32() => !Take(4, 4, out var bytes) ? 0 :
        _bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);

    public ulong ReadUInt64() => !Take(8, 8, out var bytes) ? 0 :
        _bigEndian ? BinaryPrimitives.ReadUInt64BigEndian(bytes) : BinaryPrimitives.ReadUInt64LittleEndian(bytes);

    /// <summary>A UUID, [C706] A.1: its first three fields are integers and follow the byte order.</summary>
    public Guid ReadGuid() => Take(4, 16, out var bytes) ? new Guid(bytes, _bigEndian) : Guid.Empty;

    /// <summary>The next <paramref name="count"/> bytes, a slice of the memory.</summary>
    public ReadOnlyMemory<byte> ReadBytes(int count)
    {
        int start = _position;
        Skip(count);
        return _invalid ? default : _memory.Slice(start, count);
    }

    /// <summary>UTF-16 text of <paramref name="length"/> code units, aligned to 2.</summary>
    public string ReadChars(int length)
    {
        Align(2);
        if (length < 0 || length > Remaining / 2)
        {
            _invalid = true;
            return "";
        }

        return string.Create(length, ReadBytes(2 * length).Span, _bigEndian ? CopyBigEndian : CopyLittleEndian);
    }

    /// <summary>
    /// A count that the peer states for elements of at least <paramref name="minimumSize"/> bytes each. More than the
    /// remaining bytes could hold is malformed, so that no lie makes us allocate.
    /// </summary>
    public int ReadCount(int minimumSize, uint maximum = int.MaxValue)
    {
        uint count = ReadUInt32();
        if (count > maximum || (ulong)count * (uint)minimumSize > (uint)Remaining)
            _invalid = true;
        return _invalid ? 0 : (int)count;
    }

    private static void CopyLittleEndian(Span<char> text, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < text.Length; i++)
            text[i] = (char)BinaryPrimitives.ReadUInt16LittleEndian(bytes[(2 * i)..]);
    }

    private static void CopyBigEndian(Span<char> text, ReadOnlySpan<byte> bytes)
    {
        for (int i = 0; i < text.Length; i++)
            text[i] = (char)BinaryPrimitives.ReadUInt16BigEndian(bytes[(2 * i)..]);
    }

    private bool Take(int alignment, int count, out ReadOnlySpan<byte> bytes)
    {
        Align(alignment);
        int start = _position;
        Skip(count);
        bytes = _invalid ? default : _span.Slice(start, count);
        return !_invalid;
    }
}
