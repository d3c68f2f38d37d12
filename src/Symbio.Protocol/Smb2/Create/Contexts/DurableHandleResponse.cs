namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_DURABLE_HANDLE_RESPONSE, [MS-SMB2] 2.2.14.2.3: 8 reserved bytes.</summary>
public readonly record struct DurableHandleResponse : ICreateContext<DurableHandleResponse>
{
    private const int Size = 8;

    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.DHnQ;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out DurableHandleResponse context)
    {
        context = default;
        return data.Length >= Size;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => writer.WriteZeros(Size);
}
