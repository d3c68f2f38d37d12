using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>FileBasicInformation, [MS-FSCC] 2.4.7.</summary>
/// <remarks>
/// In a set, a time of 0 stays as it is; -1 stops and -2 resumes the automatic update of that time; attributes of
/// 0 stay.
/// </remarks>
public readonly record struct FileBasicInformation(
    FileTime CreationTime, FileTime LastAccessTime, FileTime LastWriteTime, FileTime ChangeTime,
    FileAttributes FileAttributes)
    : IFileInformation<FileBasicInformation>
{
    public static FileInformationClass Class => FileInformationClass.Basic;

    public static int MinimumLength => 40;

    public int Length => 40;

    public static bool TryRead(ref WireReader reader, out FileBasicInformation information)
    {
        var creationTime = new FileTime(reader.ReadInt64());
        var lastAccessTime = new FileTime(reader.ReadInt64());
        var lastWriteTime = new FileTime(reader.ReadInt64());
        var changeTime = new FileTime(reader.ReadInt64());
        var fileAttributes = (FileAttributes)reader.ReadUInt32();
        reader.Skip(4); // Reserved
        information = new FileBasicInformation(
            creationTime, lastAccessTime, lastWriteTime, changeTime, fileAttributes);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(CreationTime.Ticks);
        writer.WriteInt64(LastAccessTime.Ticks);
        writer.WriteInt64(LastWriteTime.Ticks);
        writer.WriteInt64(ChangeTime.Ticks);
        writer.WriteUInt32((uint)FileAttributes);
        writer.WriteZeros(4);
    }
}
