namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_DURABLE_HANDLE_RECONNECT, [MS-SMB2] 2.2.13.2.4.</summary>
public readonly record struct DurableHandleReconnect(FileId FileId) : ICreateContext<DurableHandleReconnect>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.DHnC;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out DurableHandleReconnect context)
    {
        var reader = new WireReader(data);
        context = new DurableHandleReconnect(FileId.Read(ref reader));
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => FileId.Write(ref writer);
}
