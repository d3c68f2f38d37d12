using System.Buffers.Binary;

namespace Symbio.Protocol.Xca;

/// <summary>
/// Plain LZ77, [MS-XCA] 2.3 and 2.4: 32 flags, then what they say, literals and matches. A match is 13 bits of distance
/// and 3 of length; a longer length takes a nibble, of which two share a byte, then a byte, then more.
/// </summary>
public static class Lz77
{
    private const int MaxDistance = 1 << 13;
    private const int MinLength = 3;
    private const int LengthMask = 7; // In the match itself.
    private const int NibbleMask = 15;
    private const int LengthInWord = LengthMask + NibbleMask; // What a length of 16 or 32 bits must at least be.

    /// <summary>
    /// Compresses; the number of bytes written, or 0 when they would not fit <paramref name="destination"/>.
    /// </summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        var writer = new Writer(destination);
        var finder = new MatchFinder(source, MaxDistance);
        try
        {
            int done = 0;
            int position = 0;
            while (finder.TryFindNext(ref position, source.Length, source.Length, out int distance, out int length))
            {
                writer.WriteLiterals(source[done..position]);
                writer.WriteMatch(distance, length);
                if (writer.IsFull)
                    return 0;
                position += length;
                done = position;
                finder.Remember(position - 2);
            }

            writer.WriteLiterals(source[done..]);
            return writer.Finish();
        }
        finally
        {
            finder.Dispose();
        }
    }

    /// <summary>Decompresses; false unless <paramref name="source"/> yields all of <paramref name="destination"/>.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int from = 0;
        int to = 0;
        int nibbleAt = -1;
        uint flags = 0;
        int flagCount = 0;
        while (to < destination.Length)
        {
            if (flagCount == 0)
            {
                if (source.Length - from < sizeof(uint))
                    return false;
                flags = BinaryPrimitives.ReadUInt32LittleEndian(source[from..]);
                from += sizeof(uint);
                flagCount = 32;
            }

            // As many literals at once as there are.
            int literals = Math.Min(flagCount, int.CreateTruncating(uint.LeadingZeroCount(flags)));
            if (literals > 0)
            {
                literals = Math.Min(literals, destination.Length - to);
                if (source.Length - from < literals)
                    return false;
                source.Slice(from, literals).CopyTo(destination[to..]);
                from += literals;
                to += literals;
                flags = (uint)((ulong)flags << literals);
                flagCount -= literals;
                continue;
            }

            flags <<= 1;
            flagCount--;
            if (!TryReadMatch(source, ref from, ref nibbleAt, out int distance, out int length)
                || !MatchCopy.TryCopy(destination, to, distance, length))
            {
                return false;
            }

            to += length;
        }

        return true;
    }

    // [MS-XCA] 2.4.4
    private static bool TryReadMatch(
        ReadOnlySpan<byte> source, ref int from, ref int nibbleAt, out int distance, out int length)
    {
        distance = length = 0;
        if (source.Length - from < sizeof(ushort))
            return false;
        int match = BinaryPrimitives.ReadUInt16LittleEndian(source[from..]);
        from += sizeof(ushort);
        distance = (match >> 3) + 1;
        length = match & LengthMask;
        if (length == LengthMask)
        {
            int nibble;
            if (nibbleAt < 0)
            {
                if (from >= source.Length)
                    return false;
                nibbleAt = from;
                nibble = source[from++] & NibbleMask;
            }
            else
            {
                nibble = source[nibbleAt] >> 4;
                nibbleAt = -1;
            }

            length += nibble;
            if (nibble == NibbleMask && !TryReadLongLength(source, ref from, ref length))
                return false;
        }

        length += MinLength;
        return true;
    }

    private static bool TryReadLongLength(ReadOnlySpan<byte> source, ref int from, ref int length)
    {
        if (from >= source.Length)
            return false;
        int more = source[from++];
        if (more < byte.MaxValue)
        {
            length += more;
            return true;
        }

        if (source.Length - from < sizeof(ushort))
            return false;
        uint whole = BinaryPrimitives.ReadUInt16LittleEndian(source[from..]);
        from += sizeof(ushort);
        if (whole == 0)
        {
            if (source.Length - from < sizeof(uint))
                return false;
            whole = BinaryPrimitives.ReadUInt32LittleEndian(source[from..]);
            from += sizeof(uint);
        }

        length = (int)whole;
        return whole is >= LengthInWord and <= int.MaxValue - MinLength;
    }

    // Flags go to where room was kept for them, 32 symbols ago.
    private ref struct Writer(Span<byte> output)
    {
        private readonly Span<byte> _output = output;
        private int _position = sizeof(uint);
        private int _flagsAt;
        private ulong _flags;
        private int _flagCount;
        private int _nibbleAt = -1;

        /// <summary>What was to be written does not fit.</summary>
        public bool IsFull { get; private set; } = output.Length < sizeof(uint);

        public void WriteLiterals(ReadOnlySpan<byte> literals)
        {
            if (_output.Length - _position < literals.Length)
                IsFull = true; // Known before any is written: there may be a megabyte of them.
            while (!literals.IsEmpty && !IsFull)
            {
                int count = Math.Min(32 - _flagCount, literals.Length);
                if (_output.Length - _position < count)
                {
                    IsFull = true;
                    return;
                }

                literals[..count].CopyTo(_output[_position..]);
                literals = literals[count..];
                _position += count;
                _flags <<= count;
                AddFlags(count);
            }
        }

        public void WriteMatch(int distance, int length)
        {
            const int Largest = 2 + 1 + 1 + 2 + 4;
            if (IsFull || _output.Length - _position < Largest)
            {
                IsFull = true;
                return;
            }

            length -= MinLength;
            int match = ((distance - 1) << 3) | Math.Min(length, LengthMask);
            BinaryPrimitives.WriteUInt16LittleEndian(_output[_position..], (ushort)match);
            _position += sizeof(ushort);
            if (length >= LengthMask)
                WriteLength(length);
            _flags = (_flags << 1) | 1;
            AddFlags(1);
        }

        /// <summary>Writes the last flags: those without a symbol are ones.</summary>
        public int Finish()
        {
            if (IsFull)
                return 0;
            int unused = 32 - _flagCount;
            WriteFlags((uint)((_flags << unused) | ((1UL << unused) - 1)));
            return _position;
        }

        private void WriteLength(int length)
        {
            int nibble = Math.Min(length - LengthMask, NibbleMask);
            if (_nibbleAt < 0)
            {
                _nibbleAt = _position;
                _output[_position++] = (byte)nibble;
            }
            else
            {
                _output[_nibbleAt] |= (byte)(nibble << 4);
                _nibbleAt = -1;
            }

            if (nibble < NibbleMask)
                return;
            int more = length - LengthInWord;
            _output[_position++] = (byte)Math.Min(more, byte.MaxValue);
            if (more < byte.MaxValue)
                return;
            bool isShort = length <= ushort.MaxValue;
            BinaryPrimitives.WriteUInt16LittleEndian(_output[_position..], isShort ? (ushort)length : (ushort)0);
            _position += sizeof(ushort);
            if (isShort)
                return;
            BinaryPrimitives.WriteUInt32LittleEndian(_output[_position..], (uint)length);
            _position += sizeof(uint);
        }

        private void AddFlags(int count)
        {
            _flagCount += count;
            if (_flagCount < 32)
                return;
            WriteFlags((uint)_flags);
            _flags = 0;
            _flagCount = 0;
            _flagsAt = _position;
            _position += sizeof(uint);
            IsFull = _position > _output.Length;
        }

        private readonly void WriteFlags(uint flags) =>
            BinaryPrimitives.WriteUInt32LittleEndian(_output[_flagsAt..], flags);
    }
}
