namespace Symbio.Protocol.Fscc;

/// <summary>
/// SRV_COPYCHUNK_RESPONSE, [MS-SMB2] 2.2.32.1; with STATUS_INVALID_PARAMETER it states the limits instead.
/// </summary>
/// <param name="ChunksWritten">Or the most chunks in one request.</param>
/// <param name="ChunkBytesWritten">Or the most bytes in one chunk.</param>
/// <param name="TotalBytesWritten">Or the most bytes in one request.</param>
public readonly record struct SrvCopychunkResponse(
    uint ChunksWritten, uint ChunkBytesWritten, uint TotalBytesWritten)
    : IInformation<SrvCopychunkResponse>
{
    public static int MinimumLength => 12;

    public int Length => 12;

    public static bool TryRead(ref WireReader reader, out SrvCopychunkResponse information)
    {
        uint chunksWritten = reader.ReadUInt32();
        uint chunkBytesWritten = reader.ReadUInt32();
        uint totalBytesWritten = reader.ReadUInt32();
        information = new SrvCopychunkResponse(chunksWritten, chunkBytesWritten, totalBytesWritten);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(ChunksWritten);
        writer.WriteUInt32(ChunkBytesWritten);
        writer.WriteUInt32(TotalBytesWritten);
    }
}
