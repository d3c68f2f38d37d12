namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2, [MS-SMB2] 2.2.13.2.11.</summary>
/// <param name="Timeout">Milliseconds for which the server is to keep the handle; 0 leaves it to the server.</param>
/// <param name="CreateGuid">Identifies the create, should it be replayed.</param>
public readonly record struct DurableHandleRequestV2(uint Timeout, DurableHandleFlags Flags, Guid CreateGuid)
    : ICreateContext<DurableHandleRequestV2>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.DH2Q;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out DurableHandleRequestV2 context)
    {
        var reader = new WireReader(data);
        uint timeout = reader.ReadUInt32();
        var flags = (DurableHandleFlags)reader.ReadUInt32();
        reader.Skip(8); // Reserved
        context = new DurableHandleRequestV2(timeout, flags, reader.ReadGuid());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Timeout);
        writer.WriteUInt32((uint)Flags);
        writer.WriteUInt64(0);
        writer.WriteGuid(CreateGuid);
    }
}

/// <summary>Flags of the V2 durable handle contexts, [MS-SMB2] 2.2.13.2.11.</summary>
[Flags]
public enum DurableHandleFlags : uint
{
    None = 0,
    /// <summary>SMB2_DHANDLE_FLAG_PERSISTENT</summary>
    Persistent = 0x00000002,
}
