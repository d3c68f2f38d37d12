namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_COMPRESSION_CHAINED_PAYLOAD_HEADER, [MS-SMB2] 2.2.42.2.1, and the payload that follows it.</summary>
/// <param name="Flags">Chained for the first payload, None for the others.</param>
/// <param name="OriginalPayloadSize">
/// Bytes that the payload yields; on the wire for the LZ algorithms only. For None it is the payload's length, for
/// Pattern_V1 it stands in the payload and is 0 here.
/// </param>
/// <param name="Payload">The compressed bytes, without OriginalPayloadSize.</param>
public readonly record struct CompressionChainedPayloadHeader(
    CompressionAlgorithm CompressionAlgorithm, CompressionFlags Flags, uint OriginalPayloadSize,
    ReadOnlyMemory<byte> Payload)
{
    /// <summary>Bytes of the header on the wire, payload not counted.</summary>
    public int HeaderSize => HasOriginalPayloadSize(CompressionAlgorithm) ? 12 : 8;

    /// <summary>True when OriginalPayloadSize is on the wire for <paramref name="algorithm"/>.</summary>
    public static bool HasOriginalPayloadSize(CompressionAlgorithm algorithm) => algorithm
        is CompressionAlgorithm.Lznt1 or CompressionAlgorithm.Lz77
        or CompressionAlgorithm.Lz77Huffman or CompressionAlgorithm.Lz4;

    /// <summary>Reads a header and its payload; false when Length goes past the message.</summary>
    public static bool TryRead(ref WireReader reader, out CompressionChainedPayloadHeader header)
    {
        var algorithm = (CompressionAlgorithm)reader.ReadUInt16();
        var flags = (CompressionFlags)reader.ReadUInt16();
        uint length = reader.ReadUInt32();
        reader.Expect(length <= (uint)reader.Remaining);

        uint originalSize = algorithm == CompressionAlgorithm.None ? length : 0;
        if (HasOriginalPayloadSize(algorithm))
        {
            reader.Expect(length >= 4); // Length counts OriginalPayloadSize.
            originalSize = reader.ReadUInt32();
            length -= 4;
        }

        header = new CompressionChainedPayloadHeader(
            algorithm, flags, originalSize, reader.IsValid ? reader.ReadBytes((int)length) : default);
        return reader.IsValid;
    }

    /// <summary>Writes the header and the payload.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16((ushort)CompressionAlgorithm);
        writer.WriteUInt16((ushort)Flags);
        if (HasOriginalPayloadSize(CompressionAlgorithm))
        {
            writer.WriteUInt32((uint)Payload.Length + 4);
            writer.WriteUInt32(OriginalPayloadSize);
        }
        else
        {
            writer.WriteUInt32((uint)Payload.Length);
        }

        writer.WriteBytes(Payload.Span);
    }
}
