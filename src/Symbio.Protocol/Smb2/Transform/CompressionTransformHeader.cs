namespace Symbio.Protocol.Smb2;

/// <summary>
/// SMB2 COMPRESSION_TRANSFORM_HEADER_UNCHAINED, [MS-SMB2] 2.2.42.1, which is also how a reader tells the two forms
/// apart: with <see cref="CompressionFlags.Chained"/> the bytes from offset 8 on are the first
/// <see cref="CompressionChainedPayloadHeader"/>.
/// </summary>
/// <param name="OriginalCompressedSegmentSize">
/// Bytes that decompression yields; hostile until compared with a limit.
/// </param>
/// <param name="Offset">Bytes between this header and the compressed data, which are sent plain.</param>
public readonly record struct CompressionTransformHeader(
    uint OriginalCompressedSegmentSize, CompressionAlgorithm CompressionAlgorithm, CompressionFlags Flags, uint Offset)
{
    /// <summary>Bytes of the header on the wire.</summary>
    public const int Size = 16;

    /// <summary>True when this is the start of the chained form.</summary>
    public bool IsChained => (Flags & CompressionFlags.Chained) != 0;

    /// <summary>Reads a header of either form; false when it is cut short or malformed.</summary>
    public static bool TryRead(ref WireReader reader, out CompressionTransformHeader header)
    {
        reader.Expect(reader.ReadUInt32() == Smb2Header.CompressionProtocolId);
        header = new CompressionTransformHeader(
            reader.ReadUInt32(), (CompressionAlgorithm)reader.ReadUInt16(), (CompressionFlags)reader.ReadUInt16(),
            reader.ReadUInt32());
        reader.Expect(header.IsChained || header.Offset <= (uint)reader.Remaining);
        return reader.IsValid;
    }

    /// <summary>Writes the header.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Smb2Header.CompressionProtocolId);
        writer.WriteUInt32(OriginalCompressedSegmentSize);
        writer.WriteUInt16((ushort)CompressionAlgorithm);
        writer.WriteUInt16((ushort)Flags);
        writer.WriteUInt32(Offset);
    }
}

/// <summary>The Flags field of the compression headers, [MS-SMB2] 2.2.42.1 and 2.2.42.2.1.</summary>
[Flags]
public enum CompressionFlags : ushort
{
    /// <summary>SMB2_COMPRESSION_FLAG_NONE</summary>
    None = 0x0000,
    /// <summary>SMB2_COMPRESSION_FLAG_CHAINED</summary>
    Chained = 0x0001,
}
