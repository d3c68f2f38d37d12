namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 QUERY_INFO Request, [MS-SMB2] 2.2.37.</summary>
/// <param name="FileInfoClass">A file or file system information class of [MS-FSCC] 2.4 or 2.5.</param>
/// <param name="AdditionalInformation">For security the parts asked for; for EAs the index to start at.</param>
/// <param name="InputBuffer">Quota or EA names asked for.</param>
public readonly record struct QueryInfoRequest(
    InfoType InfoType, byte FileInfoClass, uint OutputBufferLength, uint AdditionalInformation, QueryInfoFlags Flags,
    FileId FileId, ReadOnlyMemory<byte> InputBuffer) : IRequest<QueryInfoRequest>
{
    /// <summary>40 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 41;

    private const int FixedSize = 40;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.QueryInfo;

    int IMessage<QueryInfoRequest>.Length => FixedSize + Math.Max(1, InputBuffer.Length);

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out QueryInfoRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        var infoType = (InfoType)reader.ReadByte();
        byte fileInfoClass = reader.ReadByte();
        uint outputBufferLength = reader.ReadUInt32();
        uint inputOffset = reader.ReadUInt16();
        reader.Skip(2); // Reserved
        uint inputLength = reader.ReadUInt32();
        message = new QueryInfoRequest(
            infoType,
            fileInfoClass,
            outputBufferLength,
            AdditionalInformation: reader.ReadUInt32(),
            Flags: (QueryInfoFlags)reader.ReadUInt32(),
            FileId: FileId.Read(ref reader),
            InputBuffer: reader.SliceAt(inputOffset, inputLength, Smb2Header.Size + FixedSize));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte((byte)InfoType);
        writer.WriteByte(FileInfoClass);
        writer.WriteUInt32(OutputBufferLength);
        writer.WriteUInt16(InputBuffer.IsEmpty ? (ushort)0 : (ushort)(Smb2Header.Size + FixedSize));
        writer.WriteUInt16(0);
        writer.WriteUInt32((uint)InputBuffer.Length);
        writer.WriteUInt32(AdditionalInformation);
        writer.WriteUInt32((uint)Flags);
        FileId.Write(ref writer);
        writer.WriteBytes(InputBuffer.Span);
        if (InputBuffer.IsEmpty)
            writer.WriteByte(0);
    }
}

/// <summary>The Flags field of a QUERY_INFO request (EA queries only), [MS-SMB2] 2.2.37.</summary>
[Flags]
public enum QueryInfoFlags : uint
{
    None = 0,
    /// <summary>SL_RESTART_SCAN</summary>
    RestartScan = 0x00000001,
    /// <summary>SL_RETURN_SINGLE_ENTRY</summary>
    ReturnSingleEntry = 0x00000002,
    /// <summary>SL_INDEX_SPECIFIED</summary>
    IndexSpecified = 0x00000004,
}
