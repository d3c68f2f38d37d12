namespace Symbio.Protocol.Smb2;

/// <summary>
/// SMB2_COMPRESSION_CAPABILITIES, [MS-SMB2] 2.2.3.1.3. A request without algorithms is for the server to refuse.
/// </summary>
public readonly record struct CompressionCapabilities(
    CompressionCapabilitiesFlags Flags, IdList<CompressionAlgorithm> CompressionAlgorithms)
    : INegotiateContext<CompressionCapabilities>
{
    /// <inheritdoc/>
    public static NegotiateContextType Type => NegotiateContextType.CompressionCapabilities;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out CompressionCapabilities context)
    {
        var reader = new WireReader(data);
        int count = reader.ReadUInt16();
        reader.Skip(2); // Padding
        var flags = (CompressionCapabilitiesFlags)reader.ReadUInt32();
        context = new CompressionCapabilities(flags, IdList<CompressionAlgorithm>.Read(ref reader, count));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16((ushort)CompressionAlgorithms.Count);
        writer.WriteUInt16(0);
        writer.WriteUInt32((uint)Flags);
        writer.WriteBytes(CompressionAlgorithms.Bytes.Span);
    }
}

/// <summary>Flags, [MS-SMB2] 2.2.3.1.3.</summary>
[Flags]
public enum CompressionCapabilitiesFlags : uint
{
    /// <summary>SMB2_COMPRESSION_CAPABILITIES_FLAG_NONE</summary>
    None = 0,
    /// <summary>SMB2_COMPRESSION_CAPABILITIES_FLAG_CHAINED</summary>
    Chained = 0x00000001,
}

/// <summary>CompressionAlgorithms, [MS-SMB2] 2.2.3.1.3.</summary>
public enum CompressionAlgorithm : ushort
{
    /// <summary>NONE</summary>
    None = 0x0000,
    /// <summary>LZNT1</summary>
    Lznt1 = 0x0001,
    /// <summary>LZ77</summary>
    Lz77 = 0x0002,
    /// <summary>LZ77+Huffman</summary>
    Lz77Huffman = 0x0003,
    /// <summary>Pattern_V1</summary>
    PatternV1 = 0x0004,
    /// <summary>LZ4</summary>
    Lz4 = 0x0005,
}
