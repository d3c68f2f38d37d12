using System.Buffers.Binary;

namespace Symbio.Protocol.Xca;

/// <summary>
/// Bits from words of 16, the highest first, between which whole bytes may stand, [MS-XCA] 2.2.4. It is 16 to 32 bits
/// ahead, as the writer was: that decides where the bytes are.
/// </summary>
internal ref struct BitReader
{
    private readonly ReadOnlySpan<byte> _source;
    private uint _bits;
    private int _extra; // Bits beyond the next 16.

    /// <summary>Begins at a place in the input; when that is cut short the first skip says so.</summary>
    public BitReader(ReadOnlySpan<byte> source, int position)
    {
        _source = source;
        Position = position;
        _extra = -16;
        if (TryFill(out uint first) && TryFill(out uint second))
        {
            _bits = (first << 16) | second;
            _extra = 16;
        }
        else
        {
            Position = source.Length;
        }
    }

    /// <summary>The place after the words and bytes taken so far.</summary>
    public int Position { get; private set; }

    /// <summary>The next 15 bits, not taken.</summary>
    public readonly int Next15 => (int)(_bits >> 17);

    /// <summary>The next so many bits (15 at most), not taken.</summary>
    public readonly int Peek(int count) => (int)(_bits >> 16 >> (16 - count));

    /// <summary>Takes bits; false when the input ends.</summary>
    public bool TrySkip(int count)
    {
        _bits <<= count;
        _extra -= count;
        if (_extra >= 0)
            return true;
        if (!TryFill(out uint word))
            return false;
        _bits |= word << -_extra;
        _extra += 16;
        return true;
    }

    /// <summary>A length that does not fit its symbol, from the bytes; false when it is none or the input ends.</summary>
    public bool TryReadLongLength(int mask, out int length)
    {
        length = mask;
        if (Position >= _source.Length)
            return false;
        int more = _source[Position++];
        if (more < byte.MaxValue)
        {
            length += more;
            return true;
        }

        if (!TryFill(out uint whole))
            return false;
        if (whole == 0)
        {
            if (_source.Length - Position < sizeof(uint))
                return false;
            whole = BinaryPrimitives.ReadUInt32LittleEndian(_source[Position..]);
            Position += sizeof(uint);
        }

        length = (int)whole;
        return whole >= (uint)mask && whole < int.MaxValue / 2;
    }

    private bool TryFill(out uint word)
    {
        word = 0;
        if (_source.Length - Position < sizeof(ushort))
            return false;
        word = BinaryPrimitives.ReadUInt16LittleEndian(_source[Position..]);
        Position += sizeof(ushort);
        return true;
    }
}
