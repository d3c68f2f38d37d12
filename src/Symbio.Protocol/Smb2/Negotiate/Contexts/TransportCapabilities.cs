namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_TRANSPORT_CAPABILITIES, [MS-SMB2] 2.2.3.1.5.</summary>
public readonly record struct TransportCapabilities(TransportCapabilitiesFlags Flags)
    : INegotiateContext<TransportCapabilities>
{
    /// <inheritdoc/>
    public static NegotiateContextType Type => NegotiateContextType.TransportCapabilities;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out TransportCapabilities context)
    {
        var reader = new WireReader(data);
        context = new TransportCapabilities((TransportCapabilitiesFlags)reader.ReadUInt32());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => writer.WriteUInt32((uint)Flags);
}

/// <summary>Flags, [MS-SMB2] 2.2.3.1.5.</summary>
[Flags]
public enum TransportCapabilitiesFlags : uint
{
    None = 0,
    /// <summary>SMB2_ACCEPT_TRANSPORT_LEVEL_SECURITY</summary>
    AcceptTransportLevelSecurity = 0x00000001,
}
