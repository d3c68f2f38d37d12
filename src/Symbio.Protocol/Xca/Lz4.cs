using System.Buffers.Binary;

namespace Symbio.Protocol.Xca;

/// <summary>
/// LZ4's block format, after its published description: sequences of a token (two nibbles: how many literals, how long a
/// match), the literals, two bytes of distance. The last sequence is literals alone.
/// </summary>
public static class Lz4
{
    private const int MaxDistance = ushort.MaxValue;
    private const int MinLength = 4;
    private const int NibbleMask = 15;
    private const int LastLiterals = 5; // The last bytes are always literals,
    private const int LastMatch = 12; // and no match begins nearer to the end than this.

    /// <summary>
    /// Compresses; the number of bytes written, or 0 when they would not fit <paramref name="destination"/>.
    /// </summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int written = 0;
        var finder = new MatchFinder(source, MaxDistance);
        try
        {
            int done = 0;
            int position = 0;
            while (finder.TryFindNext(
                ref position, source.Length - LastMatch + 1, source.Length - LastLiterals, out int distance, out int length))
            {
                if (!TryWriteSequence(source[done..position], distance, length, destination, ref written))
                    return 0;
                position += length;
                done = position;
                finder.Remember(position - 2);
            }

            return TryWriteSequence(source[done..], 0, 0, destination, ref written) ? written : 0;
        }
        finally
        {
            finder.Dispose();
        }
    }

    /// <summary>Decompresses; false unless <paramref name="source"/> yields just <paramref name="destination"/>.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int from = 0;
        int to = 0;
        while (from < source.Length)
        {
            int token = source[from++];
            if (!TryReadLength(source, ref from, token >> 4, out int literals)
                || literals > source.Length - from || literals > destination.Length - to)
            {
                return false;
            }

            source.Slice(from, literals).CopyTo(destination[to..]);
            from += literals;
            to += literals;
            if (from == source.Length)
                return to == destination.Length;
            if (source.Length - from < sizeof(ushort))
                return false;
            int distance = BinaryPrimitives.ReadUInt16LittleEndian(source[from..]);
            from += sizeof(ushort);
            if (!TryReadLength(source, ref from, token & NibbleMask, out int length)
                || !MatchCopy.TryCopy(destination, to, distance, length + MinLength))
            {
                return false;
            }

            to += length + MinLength;
        }

        return false; // It does not end with literals.
    }

    private static bool TryReadLength(ReadOnlySpan<byte> source, ref int from, int nibble, out int length)
    {
        length = nibble;
        if (nibble < NibbleMask)
            return true;
        int more = byte.MaxValue;
        while (more == byte.MaxValue) // At most 255 times the frame's bytes: no overflow.
        {
            if (from >= source.Length || length > int.MaxValue / 2)
                return false;
            more = source[from++];
            length += more;
        }

        return true;
    }

    // A sequence without a match (length 0) is the last.
    private static bool TryWriteSequence(
        ReadOnlySpan<byte> literals, int distance, int length, Span<byte> output, ref int written)
    {
        int extra = Math.Max(0, length - MinLength);
        long needed = 1L + (literals.Length / byte.MaxValue) + 1 + literals.Length + sizeof(ushort) + (extra / byte.MaxValue) + 1;
        if (output.Length - written < needed)
            return false;
        int token = (Math.Min(literals.Length, NibbleMask) << 4) | Math.Min(extra, NibbleMask);
        output[written++] = (byte)token;
        WriteLength(literals.Length, output, ref written);
        literals.CopyTo(output[written..]);
        written += literals.Length;
        if (length == 0)
            return true;
        BinaryPrimitives.WriteUInt16LittleEndian(output[written..], (ushort)distance);
        written += sizeof(ushort);
        WriteLength(extra, output, ref written);
        return true;
    }

    private static void WriteLength(int length, Span<byte> output, ref int written)
    {
        if (length < NibbleMask)
            return;
        int more = length - NibbleMask;
        int full = more / byte.MaxValue;
        output.Slice(written, full).Fill(byte.MaxValue);
        written += full;
        output[written++] = (byte)(more % byte.MaxValue);
    }
}
