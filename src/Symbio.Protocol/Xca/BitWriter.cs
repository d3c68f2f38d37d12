using System.Buffers.Binary;

namespace Symbio.Protocol.Xca;

/// <summary>
/// Bits into words of 16, the highest first, between which whole bytes may stand, [MS-XCA] 2.1.4.3. Room for two words is
/// always taken ahead, since that is how far ahead the reader is.
/// </summary>
internal ref struct BitWriter
{
    private readonly Span<byte> _output;
    private int _first; // Where the word that is being filled goes, and the one after it.
    private int _second;
    private int _position;
    private uint _bits;
    private int _free = 16;

    public BitWriter(Span<byte> output, int position)
    {
        _output = output;
        _first = position;
        _second = position + sizeof(ushort);
        _position = position + (2 * sizeof(ushort));
        IsFull = _position > output.Length;
    }

    /// <summary>What was to be written does not fit.</summary>
    public bool IsFull { get; private set; }

    /// <summary>Writes up to 16 bits.</summary>
    public void Write(uint bits, int count)
    {
        if (count < _free)
        {
            _free -= count;
            _bits = (_bits << count) | bits;
            return;
        }

        // As the reader fetches a word no sooner than it is one bit short, a word that is just full stays where it is.
        if (count == _free)
        {
            _free = 0;
            _bits = (_bits << count) | bits;
            return;
        }

        if (IsFull || _output.Length - _position < sizeof(ushort))
        {
            IsFull = true;
            return;
        }

        count -= _free;
        WriteWord(_first, (_bits << _free) | (bits >> count));
        _first = _second;
        _second = _position;
        _position += sizeof(ushort);
        _free = 16 - count;
        _bits = bits & ((1u << count) - 1);
    }

    /// <summary>Writes a length that does not fit its symbol, as bytes.</summary>
    public void WriteLongLength(int length, int mask)
    {
        const int Largest = 1 + 2 + 4;
        if (IsFull || _output.Length - _position < Largest)
        {
            IsFull = true;
            return;
        }

        int more = length - mask;
        _output[_position++] = (byte)Math.Min(more, byte.MaxValue);
        if (more < byte.MaxValue)
            return;
        WriteWord(_position, (uint)length); // Matches end with their block: 16 bits are enough.
        _position += sizeof(ushort);
    }

    /// <summary>Writes what is left; the place after it, or 0 when not all did fit.</summary>
    public readonly int Finish()
    {
        if (IsFull)
            return 0;
        WriteWord(_first, _bits << _free);
        WriteWord(_second, 0);
        return _position;
    }

    private readonly void WriteWord(int at, uint word) =>
        BinaryPrimitives.WriteUInt16LittleEndian(_output[at..], (ushort)word);
}
