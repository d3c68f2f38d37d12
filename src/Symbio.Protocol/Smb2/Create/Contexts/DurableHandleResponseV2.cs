namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_DURABLE_HANDLE_RESPONSE_V2, [MS-SMB2] 2.2.14.2.12.</summary>
/// <param name="Timeout">Milliseconds for which the server keeps the handle.</param>
public readonly record struct DurableHandleResponseV2(uint Timeout, DurableHandleFlags Flags)
    : ICreateContext<DurableHandleResponseV2>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.DH2Q;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out DurableHandleResponseV2 context)
    {
        var reader = new WireReader(data);
        context = new DurableHandleResponseV2(reader.ReadUInt32(), (DurableHandleFlags)reader.ReadUInt32());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Timeout);
        writer.WriteUInt32((uint)Flags);
    }
}
