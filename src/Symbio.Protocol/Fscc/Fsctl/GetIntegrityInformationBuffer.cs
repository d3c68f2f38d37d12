namespace Symbio.Protocol.Fscc;

/// <summary>FSCTL_GET_INTEGRITY_INFORMATION_BUFFER, [MS-FSCC] 2.3.</summary>
/// <param name="ChecksumAlgorithm">0 none, 2 CRC64.</param>
public readonly record struct GetIntegrityInformationBuffer(
    ushort ChecksumAlgorithm, uint Flags, uint ChecksumChunkSizeInBytes, uint ClusterSizeInBytes)
    : IInformation<GetIntegrityInformationBuffer>
{
    public static int MinimumLength => 16;

    public int Length => 16;

    public static bool TryRead(ref WireReader reader, out GetIntegrityInformationBuffer information)
    {
        ushort checksumAlgorithm = reader.ReadUInt16();
        reader.Skip(2); // Reserved
        uint flags = reader.ReadUInt32();
        uint checksumChunkSizeInBytes = reader.ReadUInt32();
        uint clusterSizeInBytes = reader.ReadUInt32();
        information = new GetIntegrityInformationBuffer(
            checksumAlgorithm, flags, checksumChunkSizeInBytes, clusterSizeInBytes);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt16(ChecksumAlgorithm);
        writer.WriteZeros(2);
        writer.WriteUInt32(Flags);
        writer.WriteUInt32(ChecksumChunkSizeInBytes);
        writer.WriteUInt32(ClusterSizeInBytes);
    }
}
