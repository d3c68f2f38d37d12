namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 OPLOCK_BREAK Acknowledgment, [MS-SMB2] 2.2.24.1.</summary>
public readonly record struct OplockBreakAcknowledgment(OplockLevel OplockLevel, FileId FileId)
    : IRequest<OplockBreakAcknowledgment>
{
    /// <summary>24 fixed bytes.</summary>
    public const ushort StructureSize = 24;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.OplockBreak;

    int IMessage<OplockBreakAcknowledgment>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out OplockBreakAcknowledgment message)
    {
        reader.ExpectStructureSize(StructureSize);
        var level = (OplockLevel)reader.ReadByte();
        reader.Skip(5); // Reserved, Reserved2
        message = new OplockBreakAcknowledgment(level, FileId.Read(ref reader));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte((byte)OplockLevel);
        writer.WriteZeros(5);
        FileId.Write(ref writer);
    }
}
