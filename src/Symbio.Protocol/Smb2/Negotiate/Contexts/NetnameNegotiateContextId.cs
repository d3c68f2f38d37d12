namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_NETNAME_NEGOTIATE_CONTEXT_ID, [MS-SMB2] 2.2.3.1.4.</summary>
/// <param name="NetName">The server's name as the client knows it: UTF-16LE, not terminated.</param>
public readonly record struct NetnameNegotiateContextId(ReadOnlyMemory<byte> NetName)
    : INegotiateContext<NetnameNegotiateContextId>
{
    /// <inheritdoc/>
    public static NegotiateContextType Type => NegotiateContextType.NetnameNegotiateContextId;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out NetnameNegotiateContextId context)
    {
        context = new NetnameNegotiateContextId(data);
        return (data.Length & 1) == 0;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => writer.WriteBytes(NetName.Span);
}
