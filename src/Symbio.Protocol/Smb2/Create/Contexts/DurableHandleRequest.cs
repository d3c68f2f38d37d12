namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_DURABLE_HANDLE_REQUEST, [MS-SMB2] 2.2.13.2.3: 16 reserved bytes.</summary>
public readonly record struct DurableHandleRequest : ICreateContext<DurableHandleRequest>
{
    private const int Size = 16;

    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.DHnQ;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out DurableHandleRequest context)
    {
        context = default;
        return data.Length >= Size;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer) => writer.WriteZeros(Size);
}
