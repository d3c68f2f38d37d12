using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>provider_reject_reason of a bind_nak, [C706] 12.6.3.1 and [MS-RPCE] 2.2.2.5.</summary>
public enum BindNakReason : ushort
{
    /// <summary>REASON_NOT_SPECIFIED</summary>
    NotSpecified = 0,
    /// <summary>TEMPORARY_CONGESTION</summary>
    TemporaryCongestion = 1,
    /// <summary>LOCAL_LIMIT_EXCEEDED</summary>
    LocalLimitExceeded = 2,
    /// <summary>PROTOCOL_VERSION_NOT_SUPPORTED</summary>
    ProtocolVersionNotSupported = 4,
    /// <summary>authentication_type_not_recognized</summary>
    AuthenticationTypeNotRecognized = 8,
    /// <summary>invalid_checksum</summary>
    InvalidChecksum = 9,
}

/// <summary>bind_nak, [C706] 12.6.4.5.</summary>
/// <param name="MinorVersion">The supported version that is told is 5 and this: as Windows does, the client's own.</param>
public readonly record struct BindNak(BindNakReason Reason, byte MinorVersion) : IPduBody<BindNak>
{
    private const byte MajorVersion = 5;

    /// <summary>Of several versions the last is kept.</summary>
    public static BindNak Read(ref NdrReader reader, PduHeader header)
    {
        var reason = (BindNakReason)reader.ReadUInt16();
        byte minor = 0;
        for (int left = reader.ReadByte(); left > 0 && reader.IsValid; left--)
        {
            reader.Expect(reader.ReadByte() == MajorVersion);
            minor = reader.ReadByte();
        }

        return new BindNak(reason, minor);
    }

    public void Write(ref NdrWriter writer)
    {
        writer.WriteUInt16((ushort)Reason);
        writer.WriteByte(1); // n_protocols
        writer.WriteByte(MajorVersion);
        writer.WriteByte(MinorVersion);
        writer.Align(4);
    }
}
