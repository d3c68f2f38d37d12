using System.Text;
using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>bind_ack and alter_context_resp, [C706] 12.6.4.4 and 12.6.4.2.</summary>
/// <param name="SecondaryAddress">sec_addr: the endpoint, "\PIPE\srvsvc"; empty in an alter_context_resp.</param>
public readonly record struct BindAck(
    ushort MaxXmitFrag, ushort MaxRecvFrag, uint AssocGroupId, string SecondaryAddress,
    IReadOnlyList<PresentationResult> Results) : IPduBody<BindAck>
{
    public static BindAck Read(ref NdrReader reader, PduHeader header)
    {
        ushort maxXmitFrag = reader.ReadUInt16();
        ushort maxRecvFrag = reader.ReadUInt16();
        uint assocGroupId = reader.ReadUInt32();
        string address = Encoding.ASCII.GetString(reader.ReadBytes(reader.ReadUInt16()).Span).TrimEnd('\0');
        reader.Align(4);
        return new BindAck(maxXmitFrag, maxRecvFrag, assocGroupId, address, PresentationResult.ReadList(ref reader));
    }

    public void Write(ref NdrWriter writer)
    {
        writer.WriteUInt16(MaxXmitFrag);
        writer.WriteUInt16(MaxRecvFrag);
        writer.WriteUInt32(AssocGroupId);

        // port_any_t counts its terminator; without an address its length is 0.
        byte[] address = SecondaryAddress.Length == 0 ? [] : Encoding.ASCII.GetBytes(SecondaryAddress + '\0');
        writer.WriteUInt16((ushort)address.Length);
        writer.WriteBytes(address);
        writer.Align(4);
        PresentationResult.WriteList(ref writer, Results);
    }
}
