namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2, [MS-SMB2] 2.2.13.2.12.</summary>
public readonly record struct DurableHandleReconnectV2(FileId FileId, Guid CreateGuid, DurableHandleFlags Flags)
    : ICreateContext<DurableHandleReconnectV2>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.DH2C;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out DurableHandleReconnectV2 context)
    {
        var reader = new WireReader(data);
        FileId fileId = FileId.Read(ref reader);
        context = new DurableHandleReconnectV2(fileId, reader.ReadGuid(), (DurableHandleFlags)reader.ReadUInt32());
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        FileId.Write(ref writer);
        writer.WriteGuid(CreateGuid);
        writer.WriteUInt32((uint)Flags);
    }
}
