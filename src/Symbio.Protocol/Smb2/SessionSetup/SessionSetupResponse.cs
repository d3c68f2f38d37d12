namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 SESSION_SETUP Response, [MS-SMB2] 2.2.6.</summary>
/// <param name="SecurityBuffer">The server's GSS token.</param>
public readonly record struct SessionSetupResponse(SessionFlags SessionFlags, ReadOnlyMemory<byte> SecurityBuffer)
    : IResponse<SessionSetupResponse>
{
    /// <summary>8 fixed bytes and the first byte of Buffer.</summary>
    public const ushort StructureSize = 9;

    private const int FixedSize = 8;

    int IMessage<SessionSetupResponse>.Length => FixedSize + Math.Max(1, SecurityBuffer.Length);

    /// <inheritdoc/>
    public static bool TryRead(ref WireReader reader, out SessionSetupResponse message)
    {
        reader.ExpectStructureSize(StructureSize);
        message = new SessionSetupResponse(
            (SessionFlags)reader.ReadUInt16(), reader.ReadSlice16(Smb2Header.Size + FixedSize));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(StructureSize);
        writer.WriteUInt16((ushort)SessionFlags);
        writer.WriteUInt16(Smb2Header.Size + FixedSize);
        writer.WriteUInt16((ushort)SecurityBuffer.Length);
        writer.WriteBytes(SecurityBuffer.Span);
        if (SecurityBuffer.IsEmpty)
            writer.WriteByte(0);
    }
}

/// <summary>SessionFlags of a SESSION_SETUP response, [MS-SMB2] 2.2.6.</summary>
[Flags]
public enum SessionFlags : ushort
{
    None = 0,
    /// <summary>SMB2_SESSION_FLAG_IS_GUEST</summary>
    IsGuest = 0x0001,
    /// <summary>SMB2_SESSION_FLAG_IS_NULL</summary>
    IsNull = 0x0002,
    /// <summary>SMB2_SESSION_FLAG_ENCRYPT_DATA</summary>
    EncryptData = 0x0004,
}
