namespace Symbio.Protocol.Fscc;

/// <summary>FileReparsePointInformation, [MS-FSCC] 2.4.42: an entry of $Reparse.</summary>
public readonly record struct FileReparsePointInformation(
    ulong FileReference, ReparseTag Tag)
    : IFileInformation<FileReparsePointInformation>
{
    public static FileInformationClass Class => FileInformationClass.ReparsePoint;

    public static int MinimumLength => 12;

    public int Length => 12;

    public static bool TryRead(ref WireReader reader, out FileReparsePointInformation information)
    {
        ulong fileReference = reader.ReadUInt64();
        var tag = (ReparseTag)reader.ReadUInt32();
        information = new FileReparsePointInformation(fileReference, tag);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(FileReference);
        writer.WriteUInt32((uint)Tag);
    }
}
