namespace Symbio.Protocol.Fscc;

/// <summary>FilePipeRemoteInformation, [MS-FSCC] 2.4.38.</summary>
public readonly record struct FilePipeRemoteInformation(
    long CollectDataTime, uint MaximumCollectionCount)
    : IFileInformation<FilePipeRemoteInformation>
{
    public static FileInformationClass Class => FileInformationClass.PipeRemote;

    public static int MinimumLength => 12;

    public int Length => 12;

    public static bool TryRead(ref WireReader reader, out FilePipeRemoteInformation information)
    {
        long collectDataTime = reader.ReadInt64();
        uint maximumCollectionCount = reader.ReadUInt32();
        information = new FilePipeRemoteInformation(collectDataTime, maximumCollectionCount);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(CollectDataTime);
        writer.WriteUInt32(MaximumCollectionCount);
    }
}
