namespace Symbio.Protocol.Fscc;

/// <summary>VALIDATE_NEGOTIATE_INFO Response, [MS-SMB2] 2.2.32.6.</summary>
public readonly record struct ValidateNegotiateInfoResponse(
    uint Capabilities, Guid ServerGuid, ushort SecurityMode, ushort Dialect)
    : IInformation<ValidateNegotiateInfoResponse>
{
    public static int MinimumLength => 24;

    public int Length => 24;

    public static bool TryRead(ref WireReader reader, out ValidateNegotiateInfoResponse information)
    {
        uint capabilities = reader.ReadUInt32();
        var serverGuid = reader.ReadGuid();
        ushort securityMode = reader.ReadUInt16();
        ushort dialect = reader.ReadUInt16();
        information = new ValidateNegotiateInfoResponse(capabilities, serverGuid, securityMode, dialect);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Capabilities);
        writer.WriteGuid(ServerGuid);
        writer.WriteUInt16(SecurityMode);
        writer.WriteUInt16(Dialect);
    }
}
