namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_QUERY_ON_DISK_ID, [MS-SMB2] 2.2.13.2.9: a name without data.</summary>
public readonly record struct QueryOnDiskIdRequest : ICreateContext<QueryOnDiskIdRequest>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.QFid;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out QueryOnDiskIdRequest context)
    {
        context = default;
        return true;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
    }
}
