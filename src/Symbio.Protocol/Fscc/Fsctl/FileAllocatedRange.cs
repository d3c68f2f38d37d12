namespace Symbio.Protocol.Fscc;

/// <summary>
/// FILE_ALLOCATED_RANGE_BUFFER, input and (as an array) output of FSCTL_QUERY_ALLOCATED_RANGES, [MS-FSCC] 2.3.
/// </summary>
public readonly record struct FileAllocatedRange(long FileOffset, long RangeLength) : IInformation<FileAllocatedRange>
{
    public static int MinimumLength => 16;

    public int Length => 16;

    public static bool TryRead(ref WireReader reader, out FileAllocatedRange information)
    {
        long fileOffset = reader.ReadInt64();
        information = new FileAllocatedRange(fileOffset, reader.ReadInt64());
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(FileOffset);
        writer.WriteInt64(RangeLength);
    }
}
