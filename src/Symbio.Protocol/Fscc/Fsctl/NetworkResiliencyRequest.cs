namespace Symbio.Protocol.Fscc;

/// <summary>NETWORK_RESILIENCY_REQUEST, [MS-SMB2] 2.2.31.3.</summary>
/// <param name="Timeout">In milliseconds; 0 leaves it to the server.</param>
public readonly record struct NetworkResiliencyRequest(uint Timeout) : IInformation<NetworkResiliencyRequest>
{
    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out NetworkResiliencyRequest information)
    {
        uint timeout = reader.ReadUInt32();
        reader.Skip(4); // Reserved
        information = new NetworkResiliencyRequest(timeout);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Timeout);
        writer.WriteZeros(4);
    }
}
