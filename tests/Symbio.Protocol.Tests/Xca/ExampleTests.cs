using System.Text;
using Symbio.Protocol.Xca;

namespace Symbio.Protocol.Tests.Xca;

/// <summary>The examples of [MS-XCA] 3.</summary>
public sealed class ExampleTests
{
    private static readonly byte[] Alphabet = "abcdefghijklmnopqrstuvwxyz"u8.ToArray();
    private static readonly byte[] Repeated = Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("abc", 100)));

    [Fact] // [MS-XCA] 3.1
    public void Plain_lz77()
    {
        AssertExample(Lz77.Compress, Lz77.TryDecompress, Alphabet, "3f000000" + Convert.ToHexString(Alphabet));
        AssertExample(Lz77.Compress, Lz77.TryDecompress, Repeated, "ffffff1f61626317000fff2601");
    }

    [Fact] // [MS-XCA] 3.2
    public void Lz77_with_huffman()
    {
        byte[] table = new byte[256];
        Convert.FromHexString("5055555555555555555555454404").CopyTo(table, 48);
        table[128] = 0x04;
        AssertDecodes(
            Lz77Huffman.TryDecompress, Alphabet, [.. table, .. Convert.FromHexString("d8523ed794115be9195ff9d67cdf8d0400000000")]);

        table.AsSpan().Clear();
        table[48] = 0x30;
        table[49] = 0x23;
        table[128] = 0x02;
        table[143] = 0x20;
        AssertExample(
            Lz77Huffman.Compress, Lz77Huffman.TryDecompress, Repeated,
            Convert.ToHexString(table) + "a8dc0000ff2601");
    }

    [Fact] // [MS-XCA] 3.3
    public void Lznt1_example()
    {
        byte[] text = Encoding.ASCII.GetBytes(
            "F# F# G A A G F# E D D E F# F# E E F# F# G A A G F# E D D E F# E D D E E F# D E F# G F# D E F# G F# E D E A "
            + "F# F# G A A G F# E D D E F# E D D\0");
        Assert.Equal(142, text.Length);
        AssertDecodes(
            Lznt1.TryDecompress, text,
            Convert.FromHexString(
                "38b08846232000204720410010a24701a045204400084501507900c045200524138805b4024a44ef0358028c091601484500be00"
                + "9e000401189000"));
    }

    [Fact] // The format's description: nothing but a token, and a last sequence without a match.
    public void Lz4_by_hand()
    {
        AssertDecodes(Lz4.TryDecompress, "abc"u8.ToArray(), Convert.FromHexString("30616263"));
        AssertDecodes(Lz4.TryDecompress, [], [0x00]);

        // 1 literal, a match of 4 + 15 + 255 + 1 bytes at distance 1, 5 literals.
        byte[] run = [.. Enumerable.Repeat((byte)'a', 276), .. "bcdef"u8];
        AssertExample(Lz4.Compress, Lz4.TryDecompress, run, "1f610100ff01" + "50" + "6263646566");
    }

    private static void AssertExample(Compress compress, Decompress decompress, byte[] plain, string compressed)
    {
        byte[] expected = Convert.FromHexString(compressed);
        byte[] buffer = new byte[1024];
        int length = compress(plain, buffer);
        Assert.Equal(Convert.ToHexString(expected), Convert.ToHexString(buffer.AsSpan(0, length)));
        AssertDecodes(decompress, plain, expected);
    }

    private static void AssertDecodes(Decompress decompress, byte[] plain, byte[] compressed)
    {
        byte[] output = new byte[plain.Length];
        Assert.True(decompress(compressed, output));
        Assert.Equal(plain, output);

        // One byte more than there is, and one fewer: lies. (Trailing input may be padding where the format has no end.)
        Assert.False(decompress(compressed, new byte[plain.Length + 300]));
        for (int length = 0; length < compressed.Length - 4 && plain.Length > 0; length++)
            Assert.False(decompress(compressed.AsSpan(0, length), output), $"cut to {length}");
    }
}

internal delegate int Compress(ReadOnlySpan<byte> source, Span<byte> destination);

internal delegate bool Decompress(ReadOnlySpan<byte> source, Span<byte> destination);
