namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 CLOSE Request, [MS-SMB2] 2.2.15.</summary>
public readonly record struct CloseRequest(CloseFlags Flags, FileId FileId) : IRequest<CloseRequest>
{
    /// <summary>24 fixed bytes.</summary>
    public const ushort StructureSize = 24;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.Close;

    int IMessage<CloseRequest>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out CloseRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        var flags = (CloseFlags)reader.ReadUInt16();
        reader.Skip(4); // Reserved
        message = new CloseRequest(flags, FileId.Read(ref reader));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16((ushort)Flags);
        writer.WriteUInt32(0);
        FileId.Write(ref writer);
    }
}

/// <summary>The Flags field of CLOSE, [MS-SMB2] 2.2.15 and 2.2.16.</summary>
[Flags]
public enum CloseFlags : ushort
{
    None = 0,
    /// <summary>SMB2_CLOSE_FLAG_POSTQUERY_ATTRIB</summary>
    PostqueryAttrib = 0x0001,
}
