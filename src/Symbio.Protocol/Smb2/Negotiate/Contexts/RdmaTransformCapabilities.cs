namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_RDMA_TRANSFORM_CAPABILITIES, [MS-SMB2] 2.2.3.1.6.</summary>
public readonly record struct RdmaTransformCapabilities(IdList<RdmaTransformId> RdmaTransformIds)
    : INegotiateContext<RdmaTransformCapabilities>
{
    /// <inheritdoc/>
    public static NegotiateContextType Type => NegotiateContextType.RdmaTransformCapabilities;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out RdmaTransformCapabilities context)
    {
        var reader = new WireReader(data);
        int count = reader.ReadUInt16();
        reader.Expect(count != 0);
        reader.Skip(6); // Reserved1, Reserved2
        context = new RdmaTransformCapabilities(IdList<RdmaTransformId>.Read(ref reader, count));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16((ushort)RdmaTransformIds.Count);
        writer.WriteZeros(6);
        writer.WriteBytes(RdmaTransformIds.Bytes.Span);
    }
}

/// <summary>RDMATransformIds, [MS-SMB2] 2.2.3.1.6.</summary>
public enum RdmaTransformId : ushort
{
    /// <summary>SMB2_RDMA_TRANSFORM_NONE</summary>
    None = 0x0000,
    /// <summary>SMB2_RDMA_TRANSFORM_ENCRYPTION</summary>
    Encryption = 0x0001,
    /// <summary>SMB2_RDMA_TRANSFORM_SIGNING</summary>
    Signing = 0x0002,
}
