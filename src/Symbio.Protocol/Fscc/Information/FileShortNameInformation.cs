namespace Symbio.Protocol.Fscc;

/// <summary>FileShortNameInformation, [MS-FSCC] 2.4.44.</summary>
public readonly record struct FileShortNameInformation(string FileName) : IFileInformation<FileShortNameInformation>
{
    public static FileInformationClass Class => FileInformationClass.ShortName;

    public static int MinimumLength => 4;

    public int Length => 4 + (FileName.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileShortNameInformation information)
    {
        string fileName = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileShortNameInformation(fileName);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)FileName.Length * sizeof(char));
        writer.WriteUtf16(FileName);
    }
}
