using System.Collections.Immutable;

namespace Symbio.Protocol.Fscc;

/// <summary>VALIDATE_NEGOTIATE_INFO Request, [MS-SMB2] 2.2.31.4: what NEGOTIATE said, now under a signature.</summary>
public readonly record struct ValidateNegotiateInfoRequest(
    uint Capabilities, Guid ClientGuid, ushort SecurityMode, ImmutableArray<ushort> Dialects)
    : IInformation<ValidateNegotiateInfoRequest>
{
    private const int FixedLength = 24;

    public static int MinimumLength => FixedLength;

    public int Length => FixedLength + (Dialects.Length * sizeof(ushort));

    public static bool TryRead(ref WireReader reader, out ValidateNegotiateInfoRequest information)
    {
        uint capabilities = reader.ReadUInt32();
        var guid = reader.ReadGuid();
        ushort securityMode = reader.ReadUInt16();
        int count = reader.ReadUInt16();
        reader.Expect(count <= reader.Remaining / sizeof(ushort));
        var dialects = ImmutableArray.CreateBuilder<ushort>();
        for (int i = 0; i < count && reader.IsValid; i++)
            dialects.Add(reader.ReadUInt16());
        information = new ValidateNegotiateInfoRequest(capabilities, guid, securityMode, dialects.ToImmutable());
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Capabilities);
        writer.WriteGuid(ClientGuid);
        writer.WriteUInt16(SecurityMode);
        writer.WriteUInt16((ushort)Dialects.Length);
        foreach (ushort dialect in Dialects)
            writer.WriteUInt16(dialect);
    }
}
