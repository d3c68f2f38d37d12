using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST, [MS-SMB2] 2.2.13.2.5.</summary>
/// <param name="Timestamp">What the client knows of the file's last change; null when the context is empty.</param>
public readonly record struct QueryMaximalAccessRequest(FileTime? Timestamp)
    : ICreateContext<QueryMaximalAccessRequest>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.MxAc;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out QueryMaximalAccessRequest context)
    {
        context = default;
        if (data.IsEmpty)
            return true;
        var reader = new WireReader(data);
        context = new QueryMaximalAccessRequest(new FileTime(reader.ReadInt64()));
        return reader.IsValid && reader.Remaining == 0;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        if (Timestamp is { } timestamp)
            writer.WriteInt64(timestamp.Ticks);
    }
}
