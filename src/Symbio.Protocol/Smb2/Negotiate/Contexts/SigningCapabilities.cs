namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_SIGNING_CAPABILITIES, [MS-SMB2] 2.2.3.1.7.</summary>
/// <param name="SigningAlgorithms">The client's, most preferred first; the server's one choice.</param>
public readonly record struct SigningCapabilities(IdList<SigningAlgorithm> SigningAlgorithms)
    : INegotiateContext<SigningCapabilities>
{
    /// <inheritdoc/>
    public static NegotiateContextType Type => NegotiateContextType.SigningCapabilities;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out SigningCapabilities context)
    {
        var reader = new WireReader(data);
        int count = reader.ReadUInt16();
        reader.Expect(count != 0);
        context = new SigningCapabilities(IdList<SigningAlgorithm>.Read(ref reader, count));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16((ushort)SigningAlgorithms.Count);
        writer.WriteBytes(SigningAlgorithms.Bytes.Span);
    }
}

/// <summary>SigningAlgorithms, [MS-SMB2] 2.2.3.1.7.</summary>
public enum SigningAlgorithm : ushort
{
    /// <summary>HMAC-SHA256</summary>
    HmacSha256 = 0x0000,
    /// <summary>AES-CMAC</summary>
    AesCmac = 0x0001,
    /// <summary>AES-GMAC</summary>
    AesGmac = 0x0002,
}
