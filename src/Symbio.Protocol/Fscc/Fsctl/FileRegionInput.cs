namespace Symbio.Protocol.Fscc;

/// <summary>FILE_REGION_INPUT, input of FSCTL_QUERY_FILE_REGIONS, [MS-FSCC] 2.3.</summary>
public readonly record struct FileRegionInput(
    long FileOffset, long RegionLength, uint DesiredUsage)
    : IInformation<FileRegionInput>
{
    public static int MinimumLength => 24;

    public int Length => 24;

    public static bool TryRead(ref WireReader reader, out FileRegionInput information)
    {
        long fileOffset = reader.ReadInt64();
        long regionLength = reader.ReadInt64();
        uint desiredUsage = reader.ReadUInt32();
        reader.Skip(4); // Reserved
        information = new FileRegionInput(fileOffset, regionLength, desiredUsage);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(FileOffset);
        writer.WriteInt64(RegionLength);
        writer.WriteUInt32(DesiredUsage);
        writer.WriteZeros(4);
    }
}
