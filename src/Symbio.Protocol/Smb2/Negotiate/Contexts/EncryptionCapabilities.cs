namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_ENCRYPTION_CAPABILITIES, [MS-SMB2] 2.2.3.1.2.</summary>
/// <param name="Ciphers">The client's, most preferred first; the server's one choice, 0 when there is none.</param>
public readonly record struct EncryptionCapabilities(IdList<EncryptionAlgorithm> Ciphers)
    : INegotiateContext<EncryptionCapabilities>
{
    /// <inheritdoc/>
    public static NegotiateContextType Type => NegotiateContextType.EncryptionCapabilities;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out EncryptionCapabilities context)
    {
        var reader = new WireReader(data);
        int count = reader.ReadUInt16();
        reader.Expect(count != 0);
        context = new EncryptionCapabilities(IdList<EncryptionAlgorithm>.Read(ref reader, count));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16((ushort)Ciphers.Count);
        writer.WriteBytes(Ciphers.Bytes.Span);
    }
}

/// <summary>Ciphers, [MS-SMB2] 2.2.3.1.2.</summary>
public enum EncryptionAlgorithm : ushort
{
    /// <summary>No common cipher.</summary>
    None = 0,
    /// <summary>AES-128-CCM</summary>
    Aes128Ccm = 0x0001,
    /// <summary>AES-128-GCM</summary>
    Aes128Gcm = 0x0002,
    /// <summary>AES-256-CCM</summary>
    Aes256Ccm = 0x0003,
    /// <summary>AES-256-GCM</summary>
    Aes256Gcm = 0x0004,
}
