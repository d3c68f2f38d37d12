namespace Symbio.Protocol.Fscc;

/// <summary>FileNormalizedNameInformation, [MS-FSCC] 2.4.34: the path from the share, long names only.</summary>
public readonly record struct FileNormalizedNameInformation(
    string FileName)
    : IFileInformation<FileNormalizedNameInformation>
{
    public static FileInformationClass Class => FileInformationClass.NormalizedName;

    public static int MinimumLength => 8;

    public int Length => 4 + (FileName.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileNormalizedNameInformation information)
    {
        string fileName = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileNormalizedNameInformation(fileName);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)FileName.Length * sizeof(char));
        writer.WriteUtf16(FileName);
    }
}
