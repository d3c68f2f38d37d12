using System.Buffers;
using System.Buffers.Binary;
using System.Numerics;

namespace Symbio.Protocol.Xca;

/// <summary>
/// LZ77+Huffman, [MS-XCA] 2.1 and 2.2: for every 64 KiB the lengths of a Huffman code's codes, then literals and matches
/// in that code. What a match's length and distance have beyond their symbol stands between the codes, in bytes and bits.
/// </summary>
public static class Lz77Huffman
{
    private const int BlockSize = 1 << 16;
    private const int MaxDistance = (1 << 16) - 1;
    private const int MinLength = 3;
    private const int LengthMask = 15;
    private const int FirstMatch = 256;
    private const int EndOfFile = 256;

    /// <summary>
    /// Compresses; the number of bytes written, or 0 when they would not fit <paramref name="destination"/>.
    /// </summary>
    public static int Compress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        uint[] tokens = ArrayPool<uint>.Shared.Rent(Math.Min(BlockSize, source.Length));
        var finder = new MatchFinder(source, MaxDistance);
        try
        {
            int written = 0;
            int start = 0;
            do
            {
                int end = Math.Min(start + BlockSize, source.Length);
                int count = FindTokens(finder, source, start, end, tokens);
                int size = WriteBlock(tokens.AsSpan(0, count), end == source.Length, destination[written..]);
                if (size == 0)
                    return 0;
                written += size;
                start = end;
            }
            while (start < source.Length);
            return written;
        }
        finally
        {
            finder.Dispose();
            ArrayPool<uint>.Shared.Return(tokens);
        }
    }

    /// <summary>Decompresses; false unless <paramref name="source"/> yields all of <paramref name="destination"/>.</summary>
    public static bool TryDecompress(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        ushort[] decoder = ArrayPool<ushort>.Shared.Rent(HuffmanCode.DecoderSize);
        try
        {
            int from = 0;
            int to = 0;
            while (to < destination.Length)
            {
                if (source.Length - from < HuffmanCode.TableSize
                    || !HuffmanCode.TryBuildDecoder(source.Slice(from, HuffmanCode.TableSize), decoder))
                {
                    return false;
                }

                from += HuffmanCode.TableSize;
                if (!TryReadBlock(source, ref from, destination, ref to, decoder))
                    return false;
            }

            return true;
        }
        finally
        {
            ArrayPool<ushort>.Shared.Return(decoder);
        }
    }

    // [MS-XCA] 2.2.4
    private static bool TryReadBlock(
        ReadOnlySpan<byte> source, ref int from, Span<byte> destination, ref int to, ReadOnlySpan<ushort> decoder)
    {
        int end = destination.Length - to > BlockSize ? to + BlockSize : destination.Length;
        var bits = new BitReader(source, from);
        while (to < end)
        {
            int entry = decoder[bits.Next15];
            if (entry == 0 || !bits.TrySkip(entry & 15))
                return false;
            int symbol = entry >> 4;
            if (symbol < FirstMatch)
            {
                destination[to++] = (byte)symbol;
                continue;
            }

            int length = symbol & LengthMask;
            if (length == LengthMask && !bits.TryReadLongLength(LengthMask, out length))
                return false;
            int distanceBits = (symbol - FirstMatch) >> 4;
            int distance = (1 << distanceBits) | bits.Peek(distanceBits);
            if (!bits.TrySkip(distanceBits) || !MatchCopy.TryCopy(destination, to, distance, length + MinLength))
                return false;
            to += length + MinLength;
        }

        from = bits.Position;
        return true;
    }

    // A token is a literal, or a match's distance (upper half) and its length less three (lower half).
    private static int FindTokens(
        scoped in MatchFinder finder, ReadOnlySpan<byte> source, int start, int end, Span<uint> tokens)
    {
        int count = 0;
        int position = start;
        while (start < end)
        {
            bool found = finder.TryFindNext(ref position, end, end, out int distance, out int length);
            foreach (byte literal in source[start..(found ? position : end)])
                tokens[count++] = literal;
            if (!found)
                break;
            tokens[count++] = ((uint)distance << 16) | (uint)(length - MinLength);
            position += length;
            start = position;
            finder.Remember(position - 2);
        }

        return count;
    }

    private static int SymbolOf(uint token) => token <= byte.MaxValue
        ? (int)token
        : FirstMatch | (BitOperations.Log2(token >> 16) << 4) | Math.Min((int)(token & ushort.MaxValue), LengthMask);

    // 0: it does not fit.
    private static int WriteBlock(ReadOnlySpan<uint> tokens, bool isLast, Span<byte> destination)
    {
        Span<int> counts = stackalloc int[HuffmanCode.Symbols];
        counts.Clear();
        foreach (uint token in tokens)
            counts[SymbolOf(token)]++;

        // The last block ends with the end of file; elsewhere it stands in where there would be one symbol only, for which
        // there is no code.
        if (isLast || counts.IndexOfAnyExcept(0) == counts.LastIndexOfAnyExcept(0))
            counts[EndOfFile]++;
        if (counts.IndexOfAnyExcept(0) == counts.LastIndexOfAnyExcept(0))
            counts[0]++;

        Span<byte> lengths = stackalloc byte[HuffmanCode.Symbols];
        Span<ushort> codes = stackalloc ushort[HuffmanCode.Symbols];
        HuffmanCode.MakeLengths(counts, lengths);
        HuffmanCode.MakeCodes(lengths, codes);
        if (destination.Length < HuffmanCode.TableSize)
            return 0;
        for (int i = 0; i < HuffmanCode.TableSize; i++)
            destination[i] = (byte)(lengths[2 * i] | (lengths[(2 * i) + 1] << 4));

        var bits = new BitWriter(destination, HuffmanCode.TableSize);
        foreach (uint token in tokens)
        {
            int symbol = SymbolOf(token);
            bits.Write(codes[symbol], lengths[symbol]);
            if (token > byte.MaxValue)
            {
                int length = (int)(token & ushort.MaxValue);
                if (length >= LengthMask)
                    bits.WriteLongLength(length, LengthMask);
                int distance = (int)(token >> 16);
                int distanceBits = BitOperations.Log2((uint)distance);
                bits.Write((uint)(distance - (1 << distanceBits)), distanceBits);
            }

            if (bits.IsFull)
                return 0;
        }

        if (isLast)
            bits.Write(codes[EndOfFile], lengths[EndOfFile]);
        return bits.Finish();
    }
}
