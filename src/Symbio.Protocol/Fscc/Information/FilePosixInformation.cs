using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>FilePosixInformation of the SMB 3.1.1 POSIX extensions, [POSIX-SMB2] 2.3.1.1.</summary>
/// <param name="DeviceId">The volume that the file is on.</param>
public readonly record struct FilePosixInformation(
    FileTime CreationTime, FileTime LastAccessTime, FileTime LastWriteTime, FileTime ChangeTime,
    long EndOfFile, long AllocationSize, FileAttributes FileAttributes, ulong Inode, uint DeviceId,
    PosixProperties Properties)
    : IFileInformation<FilePosixInformation>
{
    private const int FixedLength = 68;

    public static FileInformationClass Class => FileInformationClass.Posix;

    public static int MinimumLength => FixedLength + 12 + (2 * Sid.HeaderLength);

    public int Length => FixedLength + Properties.Length;

    public static bool TryRead(ref WireReader reader, out FilePosixInformation information)
    {
        var creationTime = new FileTime(reader.ReadInt64());
        var lastAccessTime = new FileTime(reader.ReadInt64());
        var lastWriteTime = new FileTime(reader.ReadInt64());
        var changeTime = new FileTime(reader.ReadInt64());
        long endOfFile = reader.ReadInt64();
        long allocationSize = reader.ReadInt64();
        var fileAttributes = (FileAttributes)reader.ReadUInt32();
        ulong inode = reader.ReadUInt64();
        uint deviceId = reader.ReadUInt32();
        reader.Skip(4); // Reserved
        information = new FilePosixInformation(
            creationTime, lastAccessTime, lastWriteTime, changeTime, endOfFile, allocationSize, fileAttributes, inode,
            deviceId, PosixProperties.Read(ref reader));
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(CreationTime.Ticks);
        writer.WriteInt64(LastAccessTime.Ticks);
        writer.WriteInt64(LastWriteTime.Ticks);
        writer.WriteInt64(ChangeTime.Ticks);
        writer.WriteInt64(EndOfFile);
        writer.WriteInt64(AllocationSize);
        writer.WriteUInt32((uint)FileAttributes);
        writer.WriteUInt64(Inode);
        writer.WriteUInt32(DeviceId);
        writer.WriteZeros(4);
        Properties.Write(ref writer);
    }
}
