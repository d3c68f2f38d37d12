namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 QUERY_DIRECTORY Request, [MS-SMB2] 2.2.33.</summary>
/// <param name="FileInformationClass">A directory information class of [MS-FSCC] 2.4.</param>
/// <param name="FileNameBytes">The search pattern in UTF-16LE. An odd length is for the server to refuse.</param>
public readonly record struct QueryDirectoryRequest(
    byte FileInformationClass, QueryDirectoryFlags Flags, uint FileIndex, FileId FileId, uint OutputBufferLength,
    ReadOnlyMemory<byte> FileNameBytes) : IRequest<QueryDirectoryRequest>
{
    /// <summary>32 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 33;

    private const int FixedSize = 32;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.QueryDirectory;

    /// <summary>False for a pattern of an odd number of bytes, which is no UTF-16.</summary>
    public bool IsFileNameLengthEven => (FileNameBytes.Length & 1) == 0;

    int IMessage<QueryDirectoryRequest>.Length => FixedSize + Math.Max(1, FileNameBytes.Length);

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out QueryDirectoryRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        byte informationClass = reader.ReadByte();
        var flags = (QueryDirectoryFlags)reader.ReadByte();
        uint fileIndex = reader.ReadUInt32();
        FileId fileId = FileId.Read(ref reader);
        ReadOnlyMemory<byte> name = reader.ReadSlice16(Smb2Header.Size + FixedSize);
        message = new QueryDirectoryRequest(informationClass, flags, fileIndex, fileId, reader.ReadUInt32(), name);
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte(FileInformationClass);
        writer.WriteByte((byte)Flags);
        writer.WriteUInt32(FileIndex);
        FileId.Write(ref writer);
        writer.WriteUInt16(Smb2Header.Size + FixedSize);
        writer.WriteUInt16((ushort)FileNameBytes.Length);
        writer.WriteUInt32(OutputBufferLength);
        writer.WriteBytes(FileNameBytes.Span);
        if (FileNameBytes.IsEmpty)
            writer.WriteByte(0);
    }
}

/// <summary>The Flags field of a QUERY_DIRECTORY request, [MS-SMB2] 2.2.33.</summary>
[Flags]
public enum QueryDirectoryFlags : byte
{
    None = 0,
    /// <summary>SMB2_RESTART_SCANS</summary>
    RestartScans = 0x01,
    /// <summary>SMB2_RETURN_SINGLE_ENTRY</summary>
    ReturnSingleEntry = 0x02,
    /// <summary>SMB2_INDEX_SPECIFIED</summary>
    IndexSpecified = 0x04,
    /// <summary>SMB2_REOPEN</summary>
    Reopen = 0x10,
}
