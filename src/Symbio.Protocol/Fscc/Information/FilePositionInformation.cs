namespace Symbio.Protocol.Fscc;

/// <summary>FilePositionInformation, [MS-FSCC] 2.4.39.</summary>
public readonly record struct FilePositionInformation(
    long CurrentByteOffset)
    : IFileInformation<FilePositionInformation>
{
    public static FileInformationClass Class => FileInformationClass.Position;

    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out FilePositionInformation information)
    {
        long currentByteOffset = reader.ReadInt64();
        information = new FilePositionInformation(currentByteOffset);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(CurrentByteOffset);
    }
}
