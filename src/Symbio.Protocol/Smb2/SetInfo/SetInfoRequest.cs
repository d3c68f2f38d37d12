namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 SET_INFO Request, [MS-SMB2] 2.2.39.</summary>
/// <param name="FileInfoClass">A file or file system information class of [MS-FSCC] 2.4 or 2.5.</param>
/// <param name="AdditionalInformation">For security the parts to set.</param>
/// <param name="Buffer">The information.</param>
public readonly record struct SetInfoRequest(
    InfoType InfoType, byte FileInfoClass, uint AdditionalInformation, FileId FileId, ReadOnlyMemory<byte> Buffer)
    : IRequest<SetInfoRequest>
{
    /// <summary>32 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 33;

    private const int FixedSize = 32;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.SetInfo;

    int IMessage<SetInfoRequest>.Length => FixedSize + Math.Max(1, Buffer.Length);

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out SetInfoRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        var infoType = (InfoType)reader.ReadByte();
        byte fileInfoClass = reader.ReadByte();
        uint length = reader.ReadUInt32();
        uint offset = reader.ReadUInt16();
        reader.Skip(2); // Reserved
        message = new SetInfoRequest(
            infoType,
            fileInfoClass,
            AdditionalInformation: reader.ReadUInt32(),
            FileId: FileId.Read(ref reader),
            Buffer: reader.SliceAt(offset, length, Smb2Header.Size + FixedSize));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte((byte)InfoType);
        writer.WriteByte(FileInfoClass);
        writer.WriteUInt32((uint)Buffer.Length);
        writer.WriteUInt16(Smb2Header.Size + FixedSize);
        writer.WriteUInt16(0);
        writer.WriteUInt32(AdditionalInformation);
        FileId.Write(ref writer);
        writer.WriteBytes(Buffer.Span);
        if (Buffer.IsEmpty)
            writer.WriteByte(0);
    }
}
