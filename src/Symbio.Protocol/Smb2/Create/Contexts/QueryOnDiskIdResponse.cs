namespace Symbio.Protocol.Smb2;

/// <summary>SMB2_CREATE_QUERY_ON_DISK_ID response, [MS-SMB2] 2.2.14.2.9.</summary>
/// <param name="DiskFileId">Identifies the file in its volume.</param>
public readonly record struct QueryOnDiskIdResponse(ulong DiskFileId, ulong VolumeId)
    : ICreateContext<QueryOnDiskIdResponse>
{
    /// <inheritdoc/>
    public static ReadOnlySpan<byte> Name => CreateContextName.QFid;

    /// <inheritdoc/>
    public static bool TryRead(ReadOnlyMemory<byte> data, out QueryOnDiskIdResponse context)
    {
        var reader = new WireReader(data);
        context = new QueryOnDiskIdResponse(reader.ReadUInt64(), reader.ReadUInt64());
        reader.Skip(16); // Reserved
        return reader.IsValid;
    }

    /// <inheritdoc/>
    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(DiskFileId);
        writer.WriteUInt64(VolumeId);
        writer.WriteZeros(16);
    }
}
