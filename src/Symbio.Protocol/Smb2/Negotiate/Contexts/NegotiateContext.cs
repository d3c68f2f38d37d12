namespace Symbio.Protocol.Smb2;

/// <summary>SMB2 NEGOTIATE_CONTEXT, [MS-SMB2] 2.2.3.1.</summary>
/// <param name="Data">To be read by the TryRead of the type that <paramref name="Type"/> names.</param>
public readonly record struct NegotiateContext(NegotiateContextType Type, ReadOnlyMemory<byte> Data);

/// <summary>The data of one type of negotiate context.</summary>
public interface INegotiateContext<TSelf>
    where TSelf : struct, INegotiateContext<TSelf>
{
    /// <summary>The type whose data this is.</summary>
    static abstract NegotiateContextType Type { get; }

    /// <summary>Reads a context's data; false when it is malformed. Never throws.</summary>
    static abstract bool TryRead(ReadOnlyMemory<byte> data, out TSelf context);

    /// <summary>Writes the data.</summary>
    void Write(ref WireWriter writer);
}
