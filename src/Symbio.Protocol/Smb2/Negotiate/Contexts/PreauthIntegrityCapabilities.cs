namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_PREAUTH_INTEGRITY_CAPABILITIES, [MS-SMB2] 2.2.3.1.1.</summary>
public readonly record struct PreauthIntegrityCapabilities(
    IdList<HashAlgorithmId> HashAlgorithms, ReadOnlyMemory<byte> Salt) : INegotiateContext<PreauthIntegrityCapabilities>
{
    /// <inheritdoc/>
    public static NegotiateContextType Type => NegotiateContextType.PreauthIntegrityCapabilities;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out PreauthIntegrityCapabilities context)
    {
        var reader = new WireReader(data);
        int count = reader.ReadUInt16();
        reader.Expect(count != 0);
        int saltLength = reader.ReadUInt16();
        context = new PreauthIntegrityCapabilities(
            IdList<HashAlgorithmId>.Read(ref reader, count), reader.ReadBytes(saltLength));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16((ushort)HashAlgorithms.Count);
        writer.WriteUInt16((ushort)Salt.Length);
        writer.WriteBytes(HashAlgorithms.Bytes.Span);
        writer.WriteBytes(Salt.Span);
    }
}

/// <summary>HashAlgorithms, [MS-SMB2] 2.2.3.1.1.</summary>
public enum HashAlgorithmId : ushort
{
    /// <summary>SHA-512</summary>
    Sha512 = 0x0001,
}
