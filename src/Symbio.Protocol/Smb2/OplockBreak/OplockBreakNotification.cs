namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 OPLOCK_BREAK Notification, [MS-SMB2] 2.2.23.1.</summary>
public readonly record struct OplockBreakNotification(OplockLevel OplockLevel, FileId FileId)
    : IResponse<OplockBreakNotification>
{
    /// <summary>24 fixed bytes.</summary>
    public const ushort StructureSize = 24;

    int IMessage<OplockBreakNotification>.Length => StructureSize;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out OplockBreakNotification message)
    {
        reader.ExpectStructureSize(StructureSize);
        var level = (OplockLevel)reader.ReadByte();
        reader.Skip(5); // Reserved, Reserved2
        message = new OplockBreakNotification(level, FileId.Read(ref reader));
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
