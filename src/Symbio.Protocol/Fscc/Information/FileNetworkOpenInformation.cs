using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>FileNetworkOpenInformation, [MS-FSCC] 2.4.33.</summary>
public readonly record struct FileNetworkOpenInformation(
    FileTime CreationTime, FileTime LastAccessTime, FileTime LastWriteTime, FileTime ChangeTime,
    long AllocationSize, long EndOfFile, FileAttributes FileAttributes)
    : IFileInformation<FileNetworkOpenInformation>
{
    public static FileInformationClass Class => FileInformationClass.NetworkOpen;

    public static int MinimumLength => 56;

    public int Length => 56;

    public static bool TryRead(ref WireReader reader, out FileNetworkOpenInformation information)
    {
        var creationTime = new FileTime(reader.ReadInt64());
        var lastAccessTime = new FileTime(reader.ReadInt64());
        var lastWriteTime = new FileTime(reader.ReadInt64());
        var changeTime = new FileTime(reader.ReadInt64());
        long allocationSize = reader.ReadInt64();
        long endOfFile = reader.ReadInt64();
        var fileAttributes = (FileAttributes)reader.ReadUInt32();
        reader.Skip(4); // Reserved
        information = new FileNetworkOpenInformation(
            creationTime, lastAccessTime, lastWriteTime, changeTime, allocationSize, endOfFile, fileAttributes);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(CreationTime.Ticks);
        writer.WriteInt64(LastAccessTime.Ticks);
        writer.WriteInt64(LastWriteTime.Ticks);
        writer.WriteInt64(ChangeTime.Ticks);
        writer.WriteInt64(AllocationSize);
        writer.WriteInt64(EndOfFile);
        writer.WriteUInt32((uint)FileAttributes);
        writer.WriteZeros(4);
    }
}
