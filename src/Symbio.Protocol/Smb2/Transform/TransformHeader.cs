namespace Symbio.Protocol.Smb2;

/// <summary>
/// SMB2 TRANSFORM_HEADER, [MS-SMB2] 2.2.41: stands before an encrypted message. Signature and Nonce are looked at
/// and filled in place, at the offsets given here.
/// </summary>
/// <param name="OriginalMessageSize">Bytes of the message that is encrypted.</param>
/// <param name="Flags">In 3.0 and 3.0.2: EncryptionAlgorithm, where 1 is AES-128-CCM; the same number.</param>
public readonly record struct TransformHeader(uint OriginalMessageSize, TransformFlags Flags, ulong SessionId)
{
    /// <summary>Bytes of the header on the wire.</summary>
    public const int Size = 52;

    /// <summary>Where the 16-byte Signature (the cipher's tag) stands.</summary>
    public const int SignatureOffset = 4;

    /// <summary>Bytes of the Signature.</summary>
    public const int SignatureSize = 16;

    /// <summary>Where the 16-byte Nonce stands; CCM uses its first 11 bytes, GCM its first 12.</summary>
    public const int NonceOffset = 20;

    /// <summary>Bytes of the Nonce field.</summary>
    public const int NonceSize = 16;

    /// <summary>Where the authenticated part of the header starts: Nonce up to the end, [MS-SMB2] 3.1.4.3.</summary>
    public const int AssociatedDataOffset = NonceOffset;

    /// <summary>Bytes of the authenticated part.</summary>
    public const int AssociatedDataSize = Size - AssociatedDataOffset;

    /// <summary>Reads a header; false when it is cut short or ProtocolId is wrong.</summary>
    public static bool TryRead(ref WireReader reader, out TransformHeader header)
    {
        reader.Expect(reader.ReadUInt32() == Smb2Header.TransformProtocolId);
        reader.Skip(SignatureSize + NonceSize);
        uint originalMessageSize = reader.ReadUInt32();
        reader.Skip(2); // Reserved
        header = new TransformHeader(
            originalMessageSize, (TransformFlags)reader.ReadUInt16(), reader.ReadUInt64());
        return reader.IsValid;
    }

    /// <summary>Writes the header with Signature and Nonce zero.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Smb2Header.TransformProtocolId);
        writer.WriteZeros(SignatureSize + NonceSize);
        writer.WriteUInt32(OriginalMessageSize);
        writer.WriteUInt16(0);
        writer.WriteUInt16((ushort)Flags);
        writer.WriteUInt64(SessionId);
    }
}

/// <summary>Flags/EncryptionAlgorithm, [MS-SMB2] 2.2.41.</summary>
[Flags]
public enum TransformFlags : ushort
{
    None = 0,
    /// <summary>Encrypted (3.1.1); SMB2_ENCRYPTION_AES128_CCM (3.0, 3.0.2)</summary>
    Encrypted = 0x0001,
}
