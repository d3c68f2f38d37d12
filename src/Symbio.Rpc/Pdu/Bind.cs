using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>bind and alter_context, [C706] 12.6.4.3 and 12.6.4.1.</summary>
/// <param name="AssocGroupId">0 asks for a new association group.</param>
public readonly record struct Bind(
    ushort MaxXmitFrag, ushort MaxRecvFrag, uint AssocGroupId, IReadOnlyList<PresentationContext> Contexts)
    : IPduBody<Bind>
{
    public static Bind Read(ref NdrReader reader, PduHeader header) => new(
        MaxXmitFrag: reader.ReadUInt16(),
        MaxRecvFrag: reader.ReadUInt16(),
        AssocGroupId: reader.ReadUInt32(),
        Contexts: PresentationContext.ReadList(ref reader));

    public void Write(ref NdrWriter writer)
    {
        writer.WriteUInt16(MaxXmitFrag);
        writer.WriteUInt16(MaxRecvFrag);
        writer.WriteUInt32(AssocGroupId);
        PresentationContext.WriteList(ref writer, Contexts);
    }
}
