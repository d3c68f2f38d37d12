namespace Symbio.Protocol.Fscc;

/// <summary>FileFsFullSizeInformation, [MS-FSCC] 2.5.4.</summary>
public readonly record struct FileFsFullSizeInformation(
    long TotalAllocationUnits, long CallerAvailableAllocationUnits, long ActualAvailableAllocationUnits,
    uint SectorsPerAllocationUnit, uint BytesPerSector)
    : IFileSystemInformation<FileFsFullSizeInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.FullSize;

    public static int MinimumLength => 32;

    public int Length => 32;

    public static bool TryRead(ref WireReader reader, out FileFsFullSizeInformation information)
    {
        long totalAllocationUnits = reader.ReadInt64();
        long callerAvailableAllocationUnits = reader.ReadInt64();
        long actualAvailableAllocationUnits = reader.ReadInt64();
        uint sectorsPerAllocationUnit = reader.ReadUInt32();
        uint bytesPerSector = reader.ReadUInt32();
        information = new FileFsFullSizeInformation(
            totalAllocationUnits, callerAvailableAllocationUnits, actualAvailableAllocationUnits,
            sectorsPerAllocationUnit, bytesPerSector);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(TotalAllocationUnits);
        writer.WriteInt64(CallerAvailableAllocationUnits);
        writer.WriteInt64(ActualAvailableAllocationUnits);
        writer.WriteUInt32(SectorsPerAllocationUnit);
        writer.WriteUInt32(BytesPerSector);
    }
}
