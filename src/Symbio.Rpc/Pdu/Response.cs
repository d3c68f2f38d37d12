using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>response, [C706] 12.6.4.10.</summary>
/// <param name="AllocHint">Bytes of stub in this fragment and those that follow.</param>
public readonly record struct Response(
    uint AllocHint, ushort ContextId, byte CancelCount, ReadOnlyMemory<byte> Stub) : IPduBody<Response>
{
    /// <summary>Bytes before the stub.</summary>
    public const int HeaderLength = PduHeader.Length + 8;

    public static Response Read(ref NdrReader reader, PduHeader header)
    {
        uint allocHint = reader.ReadUInt32();
        ushort contextId = reader.ReadUInt16();
        byte cancelCount = reader.ReadByte();
        reader.Skip(1);
        return new Response(allocHint, contextId, cancelCount, reader.ReadBytes(reader.Remaining));
    }

    public void Write(ref NdrWriter writer)
    {
        writer.WriteUInt32(AllocHint);
        writer.WriteUInt16(ContextId);
        writer.WriteByte(CancelCount);
        writer.WriteByte(0);
        writer.WriteBytes(Stub.Span);
    }
}
