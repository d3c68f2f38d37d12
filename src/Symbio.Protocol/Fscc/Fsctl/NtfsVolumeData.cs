namespace Symbio.Protocol.Fscc;

/// <summary>NTFS_VOLUME_DATA_BUFFER, output of FSCTL_GET_NTFS_VOLUME_DATA, [MS-FSCC] 2.3.</summary>
public readonly record struct NtfsVolumeData(
    ulong VolumeSerialNumber, long NumberSectors, long TotalClusters, long FreeClusters, long TotalReserved,
    uint BytesPerSector, uint BytesPerCluster, uint BytesPerFileRecordSegment, uint ClustersPerFileRecordSegment,
    long MftValidDataLength, long MftStartLcn, long Mft2StartLcn, long MftZoneStart, long MftZoneEnd)
    : IInformation<NtfsVolumeData>
{
    public static int MinimumLength => 96;

    public int Length => 96;

    public static bool TryRead(ref WireReader reader, out NtfsVolumeData information)
    {
        ulong volumeSerialNumber = reader.ReadUInt64();
        long numberSectors = reader.ReadInt64();
        long totalClusters = reader.ReadInt64();
        long freeClusters = reader.ReadInt64();
        long totalReserved = reader.ReadInt64();
        uint bytesPerSector = reader.ReadUInt32();
        uint bytesPerCluster = reader.ReadUInt32();
        uint bytesPerFileRecordSegment = reader.ReadUInt32();
        uint clustersPerFileRecordSegment = reader.ReadUInt32();
        long mftValidDataLength = reader.ReadInt64();
        long mftStartLcn = reader.ReadInt64();
        long mft2StartLcn = reader.ReadInt64();
        long mftZoneStart = reader.ReadInt64();
        long mftZoneEnd = reader.ReadInt64();
        information = new NtfsVolumeData(
            volumeSerialNumber, numberSectors, totalClusters, freeClusters, totalReserved, bytesPerSector,
            bytesPerCluster, bytesPerFileRecordSegment, clustersPerFileRecordSegment, mftValidDataLength,
            mftStartLcn, mft2StartLcn, mftZoneStart, mftZoneEnd);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(VolumeSerialNumber);
        writer.WriteInt64(NumberSectors);
        writer.WriteInt64(TotalClusters);
        writer.WriteInt64(FreeClusters);
        writer.WriteInt64(TotalReserved);
        writer.WriteUInt32(BytesPerSector);
        writer.WriteUInt32(BytesPerCluster);
        writer.WriteUInt32(BytesPerFileRecordSegment);
        writer.WriteUInt32(ClustersPerFileRecordSegment);
        writer.WriteInt64(MftValidDataLength);
        writer.WriteInt64(MftStartLcn);
        writer.WriteInt64(Mft2StartLcn);
        writer.WriteInt64(MftZoneStart);
        writer.WriteInt64(MftZoneEnd);
    }
}
