using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Xca;

/// <summary>The algorithms of [MS-SMB2] 2.2.3.1.3 that compress bytes of any kind, by their numbers.</summary>
internal static class Codec
{
    /// <summary>
    /// Compresses; the number of bytes written, or 0 when they would not fit <paramref name="destination"/>.
    /// </summary>
    public static int Compress(CompressionAlgorithm algorithm, ReadOnlySpan<byte> source, Span<byte> destination) =>
        algorithm switch
        {
            CompressionAlgorithm.Lznt1 => Lznt1.Compress(source, destination),
            CompressionAlgorithm.Lz77 => Lz77.Compress(source, destination),
            CompressionAlgorithm.Lz77Huffman => Lz77Huffman.Compress(source, destination),
            CompressionAlgorithm.Lz4 => Lz4.Compress(source, destination),
            _ => 0,
        };

    /// <summary>Decompresses; false unless <paramref name="source"/> yields all of <paramref name="destination"/>.</summary>
    public static bool TryDecompress(
        CompressionAlgorithm algorithm, ReadOnlySpan<byte> source, Span<byte> destination) => algorithm switch
    {
        CompressionAlgorithm.Lznt1 => Lznt1.TryDecompress(source, destination),
        CompressionAlgorithm.Lz77 => Lz77.TryDecompress(source, destination),
        CompressionAlgorithm.Lz77Huffman => Lz77Huffman.TryDecompress(source, destination),
        CompressionAlgorithm.Lz4 => Lz4.TryDecompress(source, destination),
        _ => false,
    };
}
