namespace Symbio.Protocol.Fscc;

/// <summary>FileFsSectorSizeInformation, [MS-FSCC] 2.5.7.</summary>
public readonly record struct FileFsSectorSizeInformation(
    uint LogicalBytesPerSector, uint PhysicalBytesPerSectorForAtomicity, uint PhysicalBytesPerSectorForPerformance,
    uint FileSystemEffectivePhysicalBytesPerSectorForAtomicity, SectorSizeFlags Flags,
    uint ByteOffsetForSectorAlignment, uint ByteOffsetForPartitionAlignment)
    : IFileSystemInformation<FileFsSectorSizeInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.SectorSize;

    public static int MinimumLength => 28;

    public int Length => 28;

    public static bool TryRead(ref WireReader reader, out FileFsSectorSizeInformation information)
    {
        uint logicalBytesPerSector = reader.ReadUInt32();
        uint physicalBytesPerSectorForAtomicity = reader.ReadUInt32();
        uint physicalBytesPerSectorForPerformance = reader.ReadUInt32();
        uint fileSystemEffectivePhysicalBytesPerSectorForAtomicity = reader.ReadUInt32();
        var flags = (SectorSizeFlags)reader.ReadUInt32();
        uint byteOffsetForSectorAlignment = reader.ReadUInt32();
        uint byteOffsetForPartitionAlignment = reader.ReadUInt32();
        information = new FileFsSectorSizeInformation(
            logicalBytesPerSector, physicalBytesPerSectorForAtomicity, physicalBytesPerSectorForPerformance,
            fileSystemEffectivePhysicalBytesPerSectorForAtomicity, flags, byteOffsetForSectorAlignment,
            byteOffsetForPartitionAlignment);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(LogicalBytesPerSector);
        writer.WriteUInt32(PhysicalBytesPerSectorForAtomicity);
        writer.WriteUInt32(PhysicalBytesPerSectorForPerformance);
        writer.WriteUInt32(FileSystemEffectivePhysicalBytesPerSectorForAtomicity);
        writer.WriteUInt32((uint)Flags);
        writer.WriteUInt32(ByteOffsetForSectorAlignment);
        writer.WriteUInt32(ByteOffsetForPartitionAlignment);
    }
}
