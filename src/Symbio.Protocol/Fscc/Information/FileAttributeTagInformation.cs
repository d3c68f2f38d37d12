namespace Symbio.Protocol.Fscc;

/// <summary>FileAttributeTagInformation, [MS-FSCC] 2.4.6.</summary>
public readonly record struct FileAttributeTagInformation(
    FileAttributes FileAttributes, ReparseTag ReparseTag)
    : IFileInformation<FileAttributeTagInformation>
{
    public static FileInformationClass Class => FileInformationClass.AttributeTag;

    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out FileAttributeTagInformation information)
    {
        var fileAttributes = (FileAttributes)reader.ReadUInt32();
        var reparseTag = (ReparseTag)reader.ReadUInt32();
        information = new FileAttributeTagInformation(fileAttributes, reparseTag);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)FileAttributes);
        writer.WriteUInt32((uint)ReparseTag);
    }
}
