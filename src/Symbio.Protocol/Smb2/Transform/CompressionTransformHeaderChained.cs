namespace Symbio.Protocol.Smb2;

/// <summary>
/// SMB2 COMPRESSION_TRANSFORM_HEADER_CHAINED, [MS-SMB2] 2.2.42.2: 8 bytes, then payloads, each behind a
/// <see cref="CompressionChainedPayloadHeader"/>.
/// </summary>
/// <param name="OriginalCompressedSegmentSize">
/// Bytes that all payloads yield; hostile until compared with a limit.
/// </param>
public readonly record struct CompressionTransformHeaderChained(uint OriginalCompressedSegmentSize)
{
    /// <summary>Bytes of the header before the first payload header.</summary>
    public const int Size = 8;

    /// <summary>Reads a header; false when it is cut short or ProtocolId is wrong.</summary>
    public static bool TryRead(ref WireReader reader, out CompressionTransformHeaderChained header)
    {
        reader.Expect(reader.ReadUInt32() == Smb2Header.CompressionProtocolId);
        header = new CompressionTransformHeaderChained(reader.ReadUInt32());
        return reader.IsValid;
    }

    /// <summary>Writes the header.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Smb2Header.CompressionProtocolId);
        writer.WriteUInt32(OriginalCompressedSegmentSize);
    }
}
