namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 SESSION_SETUP Request, [MS-SMB2] 2.2.5.</summary>
/// <param name="SecurityBuffer">The client's GSS token.</param>
/// <param name="PreviousSessionId">A session that this client lost and that is to be closed.</param>
public readonly record struct SessionSetupRequest(
    SessionSetupFlags Flags, SecurityMode SecurityMode, Capabilities Capabilities, uint Channel,
    ulong PreviousSessionId, ReadOnlyMemory<byte> SecurityBuffer) : IRequest<SessionSetupRequest>
{
    /// <summary>24 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 25;

    private const int FixedSize = 24;

    /// <inheritdoc/>
    public static Smb2Command Command => Smb2Command.SessionSetup;

    int IMessage<SessionSetupRequest>.Length => FixedSize + Math.Max(1, SecurityBuffer.Length);

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out SessionSetupRequest message)
    {
        reader.ExpectStructureSize(StructureSize);
        var flags = (SessionSetupFlags)reader.ReadByte();
        var securityMode = (SecurityMode)reader.ReadByte();
        var capabilities = (Capabilities)reader.ReadUInt32();
        uint channel = reader.ReadUInt32();
        ReadOnlyMemory<byte> securityBuffer = reader.ReadSlice16(Smb2Header.Size + FixedSize);
        ulong previousSessionId = reader.ReadUInt64();
        message = new SessionSetupRequest(
            flags, securityMode, capabilities, channel, previousSessionId, securityBuffer);
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteByte((byte)Flags);
        writer.WriteByte((byte)SecurityMode);
        writer.WriteUInt32((uint)Capabilities);
        writer.WriteUInt32(Channel);
        writer.WriteUInt16(Smb2Header.Size + FixedSize);
        writer.WriteUInt16((ushort)SecurityBuffer.Length);
        writer.WriteUInt64(PreviousSessionId);
        writer.WriteBytes(SecurityBuffer.Span);
        if (SecurityBuffer.IsEmpty)
            writer.WriteByte(0);
    }
}

/// <summary>The Flags field of a SESSION_SETUP request, [MS-SMB2] 2.2.5.</summary>
[Flags]
public enum SessionSetupFlags : byte
{
    None = 0,
    /// <summary>SMB2_SESSION_FLAG_BINDING</summary>
    Binding = 0x01,
}
