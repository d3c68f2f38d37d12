using System.Buffers.Binary;

namespace Symbio.Rpc.Ndr;

/// <summary>
/// Writes aligned little-endian primitives, [C706] 14.2, into a buffer that grows up to a limit. A write past the
/// limit writes nothing, and the writer stays invalid for good.
/// </summary>
public ref struct NdrWriter
{
    /// <summary>No reply is larger: a client that wants more of an enumeration resumes it.</summary>
    public const int DefaultLimit = 16 << 20;

    private readonly int _limit;
    private byte[] _buffer;
    private int _position;
    private bool _invalid;

    public NdrWriter(int limit)
    {
        _limit = limit;
        _buffer = new byte[Math.Min(limit, 256)];
    }

    /// <summary>False once something did not fit.</summary>
    public readonly bool IsValid => !_invalid;

    /// <summary>Offset of the next byte.</summary>
    public readonly int Position => _position;

    /// <summary>What has been written; valid until the next write.</summary>
    public readonly ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _position);

    public void Fail() => _invalid = true;

    /// <summary>Zeros up to the next multiple of <paramref name="alignment"/> (a power of two).</summary>
    public void Align(int alignment) => Reserve(1, -_position & (alignment - 1));

    public void WriteByte(byte value)
    {
        var bytes = Reserve(1, 1);
        if (!_invalid)
            bytes[0] = value;
    }

    public void WriteUInt16(ushort value)
    {
        var bytes = Reserve(2, 2);
        if (!_invalid)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes, value);
    }

    public void WriteUInt32(uint value)
    {
        var bytes = Reserve(4, 4);
        if (!_invalid)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
    }

    public void WriteUInt64(ulong value)
    {
        var bytes = Reserve(8, 8);
        if (!_invalid)
            BinaryPrimitives.WriteUInt64LittleEndian(bytes, value);
    }

    public void WriteGuid(Guid value)
    {
        var bytes = Reserve(4, 16);
        if (!_invalid)
            value.TryWriteBytes(bytes);
    }

    public void WriteBytes(ReadOnlySpan<byte> value)
    {
        var bytes = Reserve(1, value.Length);
        if (!_invalid)
            value.CopyTo(bytes);
    }

    /// <summary>UTF-16LE, aligned to 2, no terminator.</summary>
    public void WriteChars(ReadOnlySpan<char> value)
    {
        Align(2);
        foreach (char c in value)
            WriteUInt16(c);
    }

    /// <summary>Overwrites a field that was written earlier.</summary>
    public readonly void PatchUInt16(int position, ushort value)
    {
        if (!_invalid)
            BinaryPrimitives.WriteUInt16LittleEndian(_buffer.AsSpan(position), value);
    }

    /// <summary>Cleared room for <paramref name="count"/> bytes after aligning; empty when it does not fit.</summary>
    private Span<byte> Reserve(int alignment, int count)
    {
        int start = _position + (-_position & (alignment - 1));
        if (_invalid || count > _limit - start)
        {
            _invalid = true;
            return default;
        }

        int end = start + count;
        if (end > _buffer.Length)
            Array.Resize(ref _buffer, Math.Min(_limit, Math.Max(end, 2 * _buffer.Length)));
        _position = end;
        return _buffer.AsSpan(start, count);
    }
}
