using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>request, [C706] 12.6.4.9.</summary>
/// <param name="AllocHint">A hint that nobody has to believe; nothing is allocated from it.</param>
/// <param name="Object">The object UUID when PFC_OBJECT_UUID is set.</param>
/// <param name="Stub">This fragment's part of the stub, a slice of the PDU.</param>
public readonly record struct Request(
    uint AllocHint, ushort ContextId, ushort Opnum, Guid? Object, ReadOnlyMemory<byte> Stub) : IPduBody<Request>
{
    /// <summary>Bytes before the stub, without an object UUID.</summary>
    public const int HeaderLength = PduHeader.Length + 8;

    public static Request Read(ref NdrReader reader, PduHeader header) => new(
        AllocHint: reader.ReadUInt32(),
        ContextId: reader.ReadUInt16(),
        Opnum: reader.ReadUInt16(),
        Object: (header.Flags & PduFlags.ObjectUuid) != 0 ? reader.ReadGuid() : null,
        Stub: reader.ReadBytes(reader.Remaining));

    public void Write(ref NdrWriter writer)
    {
        writer.WriteUInt32(AllocHint);
        writer.WriteUInt16(ContextId);
        writer.WriteUInt16(Opnum);
        if (Object is { } uuid)
            writer.WriteGuid(uuid);
        writer.WriteBytes(Stub.Span);
    }
}
