namespace Symbio.Protocol.Fscc;

/// <summary>FileEaInformation, [MS-FSCC] 2.4.12.</summary>
public readonly record struct FileEaInformation(uint EaSize) : IFileInformation<FileEaInformation>
{
    public static FileInformationClass Class => FileInformationClass.Ea;

    public static int MinimumLength => 4;

    public int Length => 4;

    public static bool TryRead(ref WireReader reader, out FileEaInformation information)
    {
        uint eaSize = reader.ReadUInt32();
        information = new FileEaInformation(eaSize);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(EaSize);
    }
}
