namespace Symbio.Protocol.Fscc;

/// <summary>FileCompressionInformation, [MS-FSCC] 2.4.9.</summary>
public readonly record struct FileCompressionInformation(
    long CompressedFileSize, CompressionFormat CompressionFormat, byte CompressionUnitShift, byte ChunkShift,
    byte ClusterShift)
    : IFileInformation<FileCompressionInformation>
{
    public static FileInformationClass Class => FileInformationClass.Compression;

    public static int MinimumLength => 16;

    public int Length => 16;

    public static bool TryRead(ref WireReader reader, out FileCompressionInformation information)
    {
        long compressedFileSize = reader.ReadInt64();
        var compressionFormat = (CompressionFormat)reader.ReadUInt16();
        byte compressionUnitShift = reader.ReadByte();
        byte chunkShift = reader.ReadByte();
        byte clusterShift = reader.ReadByte();
        reader.Skip(3); // Reserved
        information = new FileCompressionInformation(
            compressedFileSize, compressionFormat, compressionUnitShift, chunkShift, clusterShift);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(CompressedFileSize);
        writer.WriteUInt16((ushort)CompressionFormat);
        writer.WriteByte(CompressionUnitShift);
        writer.WriteByte(ChunkShift);
        writer.WriteByte(ClusterShift);
        writer.WriteZeros(3);
    }
}
