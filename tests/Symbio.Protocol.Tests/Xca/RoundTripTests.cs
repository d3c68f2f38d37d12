using FsCheck;
using FsCheck.Fluent;
using Symbio.Protocol.Xca;

namespace Symbio.Protocol.Tests.Xca;

/// <summary>What was compressed comes back, whatever it was and however small the room.</summary>
public sealed class RoundTripTests
{
    // Pieces that a compressor has something to do with: noise, runs, repetitions of a phrase, text.
    private static readonly Gen<byte[]> Pieces =
        from kind in Gen.Choose(0, 3)
        from length in Gen.Frequency((6, Gen.Choose(0, 300)), (2, Gen.Choose(300, 9000)), (1, Gen.Choose(60_000, 140_000)))
        from seed in Gen.Choose(0, int.MaxValue - 1)
        select Piece(kind, length, new System.Random(seed));

    private static readonly Arbitrary<byte[]> Buffers = Arb.From(
        from count in Gen.Choose(0, 5)
        from pieces in Gen.ArrayOf(Pieces, count)
        select pieces.SelectMany(p => p).ToArray());

    [Theory]
    [InlineData("lznt1")]
    [InlineData("lz77")]
    [InlineData("huffman")]
    [InlineData("lz4")]
    public void What_is_compressed_comes_back(string algorithm)
    {
        (Compress compress, Decompress decompress) = Find(algorithm);
        Prop.ForAll(Buffers, data =>
        {
            byte[] compressed = new byte[(data.Length * 3 / 2) + 1024];
            int length = compress(data, compressed);
            if (data.Length > 0 && length == 0)
                return false;
            byte[] output = new byte[data.Length];
            if (!decompress(compressed.AsSpan(0, length), output) || !output.AsSpan().SequenceEqual(data))
                return false;

            // In a room that is too small nothing is written past it; 0 says so.
            int room = length / 2;
            byte[] small = new byte[room + 16];
            small.AsSpan(room).Fill(0xA5);
            return compress(data, small.AsSpan(0, room)) <= room && small.AsSpan(room).IndexOfAnyExcept((byte)0xA5) < 0;
        }).QuickCheckThrowOnFailure();
    }

    [Theory]
    [InlineData("lznt1", 0.05)]
    [InlineData("lz77", 0.02)]
    [InlineData("huffman", 0.02)]
    [InlineData("lz4", 0.02)]
    public void Repetitions_shrink(string algorithm, double most)
    {
        (Compress compress, _) = Find(algorithm);
        byte[] data = Piece(2, 256 << 10, new System.Random(1));
        byte[] compressed = new byte[data.Length];
        int length = compress(data, compressed);
        Assert.InRange(length, 1, (int)(most * data.Length));
    }

    [Theory]
    [InlineData("lznt1")]
    [InlineData("lz77")]
    [InlineData("huffman")]
    [InlineData("lz4")]
    public void Noise_does_not_fit_where_it_was(string algorithm)
    {
        (Compress compress, _) = Find(algorithm);
        byte[] data = Piece(0, 100_000, new System.Random(1));
        Assert.Equal(0, compress(data, new byte[data.Length - 1]));
    }

    internal static (Compress Compress, Decompress Decompress) Find(string algorithm) => algorithm switch
    {
        "lznt1" => (Lznt1.Compress, Lznt1.TryDecompress),
        "lz77" => (Lz77.Compress, Lz77.TryDecompress),
        "huffman" => (Lz77Huffman.Compress, Lz77Huffman.TryDecompress),
        _ => (Lz4.Compress, Lz4.TryDecompress),
    };

    private static byte[] Piece(int kind, int length, System.Random random)
    {
        byte[] piece = new byte[length];
        switch (kind)
        {
            case 0:
                random.NextBytes(piece);
                break;
            case 1:
                piece.AsSpan().Fill((byte)random.Next(256));
                break;
            case 2:
                byte[] phrase = new byte[random.Next(2, 40)];
                random.NextBytes(phrase);
                for (int i = 0; i < length; i++)
                    piece[i] = phrase[i % phrase.Length];
                break;
            default:
                for (int i = 0; i < length; i++)
                    piece[i] = (byte)"etaoin shrdlu"[Math.Min(random.Next(13), random.Next(13))];
                break;
        }

        return piece;
    }
}
