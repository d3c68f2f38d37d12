namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 FLUSH Request, [MS-SMB2] 2.2.17.</summary>
/// <param name="Reserved1">
/// Reserved in [MS-SMB2]; macOS asks with 0xFFFF for a flush down to the platter (F_FULLFSYNC).
/// </param>
public readonly record struct FlushRequest(FileId FileId, ushort Reserved1 = 0) : IRequest<FlushRequest>
{
    /// <summary>24 fixed bytes.</summary>
    public const ushort StructureSize = 24;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.Flush;

    int IMessage<FlushRequest>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out FlushRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        ushort reserved1 = reader.ReadUInt16();
        reader.Skip(4); // Reserved2
        message = new FlushRequest(FileId.Read(ref reader), reserved1);
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(Reserved1);
        writer.WriteUInt32(0);
        FileId.Write(ref writer);
    }
}
