namespace Symbio.Protocol.Fscc;

/// <summary>FileAlternateNameInformation, [MS-FSCC] 2.4.5: the 8.3 name.</summary>
public readonly record struct FileAlternateNameInformation(
    string FileName)
    : IFileInformation<FileAlternateNameInformation>
{
    public static FileInformationClass Class => FileInformationClass.AlternateName;

    public static int MinimumLength => 8;

    public int Length => 4 + (FileName.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileAlternateNameInformation information)
    {
        string fileName = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileAlternateNameInformation(fileName);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)FileName.Length * sizeof(char));
        writer.WriteUtf16(FileName);
    }
}
