namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 READ Response, [MS-SMB2] 2.2.20.</summary>
/// <param name="DataLength">Bytes of data that follow.</param>
/// <param name="Data">
/// The data, when this message holds it. A server reads a file straight into the outgoing frame at
/// <see cref="DataOffset"/> and leaves this empty: <see cref="Write"/> then writes the fixed part only.
/// </param>
public readonly record struct ReadResponse(
    uint DataLength, uint DataRemaining, ReadOnlyMemory<byte> Data) : IResponse<ReadResponse>
{
    /// <summary>16 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 17;

    /// <summary>Bytes of the body before the data.</summary>
    public const int FixedSize = 16;

    /// <summary>Where our data starts, from the header.</summary>
    public const byte DataOffset = Smb2Header.Size + FixedSize;

    int IMessage<ReadResponse>.Length => FixedSize + (int)DataLength;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out ReadResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        uint offset = reader.ReadByte();
        reader.Skip(1); // Reserved
        uint length = reader.ReadUInt32();
        uint remaining = reader.ReadUInt32();
        reader.Skip(4); // Reserved2 or Flags
        message = new ReadResponse(length, remaining, reader.SliceAt(offset, length, DataOffset));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte(DataOffset);
        writer.WriteByte(0);
        writer.WriteUInt32(DataLength);
        writer.WriteUInt32(DataRemaining);
        writer.WriteUInt32(0);
        writer.WriteBytes(Data.Span);
    }
}
