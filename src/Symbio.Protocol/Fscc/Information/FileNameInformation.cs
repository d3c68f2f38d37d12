namespace Symbio.Protocol.Fscc;

/// <summary>FileNameInformation, [MS-FSCC] 2.4.31.</summary>
public readonly record struct FileNameInformation(string FileName) : IFileInformation<FileNameInformation>
{
    public static FileInformationClass Class => FileInformationClass.Name;

    public static int MinimumLength => 8;

    public int Length => 4 + (FileName.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileNameInformation information)
    {
        string fileName = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileNameInformation(fileName);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)FileName.Length * sizeof(char));
        writer.WriteUtf16(FileName);
    }
}
