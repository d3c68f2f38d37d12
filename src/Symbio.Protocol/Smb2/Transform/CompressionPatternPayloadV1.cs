namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_COMPRESSION_PATTERN_PAYLOAD_V1, [MS-SMB2] 2.2.42.2.2: one byte, many times.</summary>
/// <param name="Repetitions">Hostile until compared with the bytes still expected.</param>
public readonly record struct CompressionPatternPayloadV1(byte Pattern, uint Repetitions)
{
    /// <summary>Bytes on the wire.</summary>
    public const int Size = 8;

    /// <summary>Reads a payload; false when it is cut short.</summary>
    public static bool TryRead(ref WireReader reader, out CompressionPatternPayloadV1 payload)
    {
        byte pattern = reader.ReadByte();
        reader.Skip(3); // Reserved1, Reserved2
        payload = new CompressionPatternPayloadV1(pattern, reader.ReadUInt32());
        return reader.IsValid;
    }

    /// <summary>Writes the payload.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteByte(Pattern);
        writer.WriteZeros(3);
        writer.WriteUInt32(Repetitions);
    }
}
