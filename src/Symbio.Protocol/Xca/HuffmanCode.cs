namespace Symbio.Protocol.Xca;

/// <summary>
/// The codes of LZ77+Huffman, [MS-XCA] 2.1.4.2 and 2.2.4: 512 symbols with up to 15 bits each. Only the lengths are sent;
/// the codes follow from them, in the order of length, then symbol.
/// </summary>
internal static class HuffmanCode
{
    /// <summary>Symbols: 256 literals, then 16 lengths of match for each of 16 sizes of distance.</summary>
    public const int Symbols = 512;

    /// <summary>Bytes of the lengths on the wire, a nibble each.</summary>
    public const int TableSize = Symbols / 2;

    /// <summary>The longest code.</summary>
    public const int MaxLength = 15;

    /// <summary>Entries of <see cref="TryBuildDecoder"/>'s table.</summary>
    public const int DecoderSize = 1 << MaxLength;

    /// <summary>How long each symbol's code is, for symbols that occur so often; 0 for those that do not.</summary>
    public static void MakeLengths(Span<int> counts, Span<byte> lengths)
    {
        Span<int> parents = stackalloc int[2 * Symbols];
        Span<int> weights = stackalloc int[2 * Symbols];
        Span<short> order = stackalloc short[Symbols];
        while (!TryMakeLengths(counts, lengths, order, weights, parents))
        {
            // Too deep a tree: make the rare symbols less rare.
            foreach (ref int count in counts)
            {
                if (count > 0)
                    count = (count >> 1) + 1;
            }
        }
    }

    /// <summary>The codes that belong to lengths.</summary>
    public static void MakeCodes(ReadOnlySpan<byte> lengths, Span<ushort> codes)
    {
        int code = 0;
        for (int length = 1; length <= MaxLength; length++)
        {
            code <<= 1;
            for (int symbol = 0; symbol < Symbols; symbol++)
            {
                if (lengths[symbol] == length)
                    codes[symbol] = (ushort)code++;
            }
        }
    }

    /// <summary>
    /// For every next 15 bits the symbol they begin with and its length, as symbol * 16 + length; 0 where there is none.
    /// False when the lengths belong to no code.
    /// </summary>
    public static bool TryBuildDecoder(ReadOnlySpan<byte> table, Span<ushort> decoder)
    {
        int at = 0;
        for (int length = 1; length <= MaxLength; length++)
        {
            int width = 1 << (MaxLength - length);
            for (int symbol = 0; symbol < Symbols; symbol++)
            {
                if (((table[symbol >> 1] >> ((symbol & 1) * 4)) & 15) != length)
                    continue;
                if (at + width > DecoderSize)
                    return false;
                decoder.Slice(at, width).Fill((ushort)((symbol << 4) | length));
                at += width;
            }
        }

        decoder[at..DecoderSize].Clear();
        return true;
    }

    // Two queues, both in order of weight: symbols, and pairs that were made of them. False: a code is too long.
    private static bool TryMakeLengths(
        ReadOnlySpan<int> counts, Span<byte> lengths, Span<short> order, Span<int> weights, Span<int> parents)
    {
        int used = 0;
        for (int symbol = 0; symbol < Symbols; symbol++)
        {
            if (counts[symbol] > 0)
                order[used++] = (short)symbol;
        }

        Span<int> sorted = weights[..used];
        for (int i = 0; i < used; i++)
            sorted[i] = counts[order[i]];
        sorted.Sort(order[..used]);

        int leaf = 0;
        int pair = used;
        int next = used;
        for (; next < (2 * used) - 1; next++)
        {
            int sum = 0;
            for (int child = 0; child < 2; child++)
            {
                bool takesLeaf = leaf < used && (pair >= next || weights[leaf] <= weights[pair]);
                int taken = takesLeaf ? leaf++ : pair++;
                sum += weights[taken];
                parents[taken] = next;
            }

            weights[next] = sum;
        }

        lengths.Clear();
        Span<int> depths = weights; // The weights have done their duty.
        depths[next - 1] = 0;
        for (int node = next - 2; node >= 0; node--)
        {
            depths[node] = depths[parents[node]] + 1;
            if (node >= used)
                continue;
            if (depths[node] > MaxLength)
                return false;
            lengths[order[node]] = (byte)depths[node];
        }

        return true;
    }
}
