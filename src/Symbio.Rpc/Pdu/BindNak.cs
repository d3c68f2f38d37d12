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

/// <summary>bind_nak, [C706] 12.6.4.5. We speak 5.0 and 5.1 and say so.</summary>
public readonly record struct BindNak(BindNakReason Reason) : IPduBody<BindNak>
{
    public static BindNak Read(ref NdrReader reader, PduHeader header) => new((BindNakReason)reader.ReadUInt16());

    public void Write(ref NdrWriter writer)
    {
        writer.WriteUInt16((ushort)Reason);
        writer.WriteByte(2); // n_protocols
        writer.WriteByte(5);
        writer.WriteByte(0);
        writer.WriteByte(5);
        writer.WriteByte(1);
        writer.Align(4);
    }
}
