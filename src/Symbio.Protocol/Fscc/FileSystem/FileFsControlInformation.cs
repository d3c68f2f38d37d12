namespace Symbio.Protocol.Fscc;

/// <summary>FileFsControlInformation, [MS-FSCC] 2.5.2: quotas.</summary>
public readonly record struct FileFsControlInformation(
    long FreeSpaceStartFiltering, long FreeSpaceThreshold, long FreeSpaceStopFiltering, long DefaultQuotaThreshold,
    long DefaultQuotaLimit, FileSystemControlFlags FileSystemControlFlags)
    : IFileSystemInformation<FileFsControlInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.Control;

    public static int MinimumLength => 48;

    public int Length => 48;

    public static bool TryRead(ref WireReader reader, out FileFsControlInformation information)
    {
        long freeSpaceStartFiltering = reader.ReadInt64();
        long freeSpaceThreshold = reader.ReadInt64();
        long freeSpaceStopFiltering = reader.ReadInt64();
        long defaultQuotaThreshold = reader.ReadInt64();
        long defaultQuotaLimit = reader.ReadInt64();
        var fileSystemControlFlags = (FileSystemControlFlags)reader.ReadUInt32();
        reader.Skip(4); // Reserved
        information = new FileFsControlInformation(
            freeSpaceStartFiltering, freeSpaceThreshold, freeSpaceStopFiltering, defaultQuotaThreshold,
            defaultQuotaLimit, fileSystemControlFlags);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(FreeSpaceStartFiltering);
        writer.WriteInt64(FreeSpaceThreshold);
        writer.WriteInt64(FreeSpaceStopFiltering);
        writer.WriteInt64(DefaultQuotaThreshold);
        writer.WriteInt64(DefaultQuotaLimit);
        writer.WriteUInt32((uint)FileSystemControlFlags);
        writer.WriteZeros(4);
    }
}
