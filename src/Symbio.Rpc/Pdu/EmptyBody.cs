using Symbio.Rpc.Ndr;

namespace Symbio.Rpc.Pdu;

/// <summary>co_cancel, orphaned and shutdown have no body, [C706] 12.6.4.6, 12.6.4.8 and 12.6.4.11.</summary>
public readonly record struct EmptyBody : IPduBody<EmptyBody>
{
    public static EmptyBody Read(ref NdrReader reader, PduHeader header) => default;

    public void Write(ref NdrWriter writer)
    {
    }
}
