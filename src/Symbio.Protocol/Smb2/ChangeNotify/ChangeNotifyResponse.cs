namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 CHANGE_NOTIFY Response, [MS-SMB2] 2.2.36.</summary>
/// <param name="OutputBufferLength">Bytes of the entries that follow.</param>
/// <param name="Buffer">
/// FILE_NOTIFY_INFORMATION entries, when this message holds them. A server may write them straight into the
/// outgoing frame at <see cref="DataOffset"/> and leave this empty: <see cref="Write"/> then writes the
/// fixed part only.
/// </param>
public readonly record struct ChangeNotifyResponse(uint OutputBufferLength, ReadOnlyMemory<byte> Buffer)
    : IResponse<ChangeNotifyResponse>
{
    /// <summary>8 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 9;

    /// <summary>Bytes of the body before the data.</summary>
    public const int FixedSize = 8;

    /// <summary>Where our data starts, from the header.</summary>
    public const ushort DataOffset = Smb2Header.Size + FixedSize;

    int IMessage<ChangeNotifyResponse>.Length => FixedSize + (int)OutputBufferLength;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out ChangeNotifyResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        uint offset = reader.ReadUInt16();
        uint length = reader.ReadUInt32();
        message = new ChangeNotifyResponse(length, reader.SliceAt(offset, length, DataOffset));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(DataOffset);
        writer.WriteUInt32(OutputBufferLength);
        writer.WriteBytes(Buffer.Span);
    }
}
