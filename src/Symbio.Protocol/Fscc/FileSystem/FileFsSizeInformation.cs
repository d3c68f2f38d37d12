namespace Symbio.Protocol.Fscc;

/// <summary>FileFsSizeInformation, [MS-FSCC] 2.5.8.</summary>
public readonly record struct FileFsSizeInformation(
    long TotalAllocationUnits, long AvailableAllocationUnits, uint SectorsPerAllocationUnit, uint BytesPerSector)
    : IFileSystemInformation<FileFsSizeInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.Size;

    public static int MinimumLength => 24;

    public int Length => 24;

    public static bool TryRead(ref WireReader reader, out FileFsSizeInformation information)
    {
        long totalAllocationUnits = reader.ReadInt64();
        long availableAllocationUnits = reader.ReadInt64();
        uint sectorsPerAllocationUnit = reader.ReadUInt32();
        uint bytesPerSector = reader.ReadUInt32();
        information = new FileFsSizeInformation(
            totalAllocationUnits, availableAllocationUnits, sectorsPerAllocationUnit, bytesPerSector);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(TotalAllocationUnits);
        writer.WriteInt64(AvailableAllocationUnits);
        writer.WriteUInt32(SectorsPerAllocationUnit);
        writer.WriteUInt32(BytesPerSector);
    }
}
