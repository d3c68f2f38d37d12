using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>rpc_auth_3, [MS-RPCE] 2.2.2.5: four bytes of padding; its matter is the verifier. It has no reply.</summary>
public readonly record struct Auth3 : IPduBody<Auth3>
{
    public static Auth3 Read(ref NdrReader reader, PduHeader header)
    {
        reader.Skip(Math.Min(4, reader.Remaining));
        return default;
    }

    public void Write(ref NdrWriter writer) => writer.WriteUInt32(0);
}
