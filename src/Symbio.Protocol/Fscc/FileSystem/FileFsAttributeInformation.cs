namespace Symbio.Protocol.Fscc;

/// <summary>FileFsAttributeInformation, [MS-FSCC] 2.5.1.</summary>
/// <param name="MaximumComponentNameLength">In characters.</param>
public readonly record struct FileFsAttributeInformation(
    FileSystemAttributes FileSystemAttributes, uint MaximumComponentNameLength, string FileSystemName)
    : IFileSystemInformation<FileFsAttributeInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.Attribute;

    public static int MinimumLength => 16;

    public int Length => 12 + (FileSystemName.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileFsAttributeInformation information)
    {
        var fileSystemAttributes = (FileSystemAttributes)reader.ReadUInt32();
        uint maximumComponentNameLength = reader.ReadUInt32();
        string fileSystemName = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileFsAttributeInformation(fileSystemAttributes, maximumComponentNameLength, fileSystemName);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)FileSystemAttributes);
        writer.WriteUInt32(MaximumComponentNameLength);
        writer.WriteUInt32((uint)FileSystemName.Length * sizeof(char));
        writer.WriteUtf16(FileSystemName);
    }
}
