namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 SERVER_TO_CLIENT_NOTIFICATION, [MS-SMB2] 2.2.44.1.</summary>
public readonly record struct ServerToClientNotification(NotificationType NotificationType)
    : IResponse<ServerToClientNotification>
{
    /// <summary>As the specification has it; the message is longer.</summary>
    public const ushort StructureSize = 4;

    private const int Size = 12;

    int IMessage<ServerToClientNotification>.Length => Size;

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out ServerToClientNotification message)
    {
        reader.ExpectStructureSize(StructureSize);
        reader.Skip(2); // Reserved
        message = new ServerToClientNotification((NotificationType)reader.ReadUInt32());
        if (message.NotificationType == NotificationType.NotifySessionClosed)
            reader.Skip(4); // SMB2_NOTIFY_SESSION_CLOSED, 2.2.44.2: reserved
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16(0);
        writer.WriteUInt32((uint)NotificationType);
        writer.WriteUInt32(0);
    }
}

/// <summary>NotificationType, [MS-SMB2] 2.2.44.1.</summary>
public enum NotificationType : uint
{
    /// <summary>SmbNotifySessionClosed</summary>
    NotifySessionClosed = 0,
}
