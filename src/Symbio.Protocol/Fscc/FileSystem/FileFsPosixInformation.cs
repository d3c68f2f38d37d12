namespace Symbio.Protocol.Fscc;

/// <summary>FileFsPosixInformation of the SMB 3.1.1 POSIX extensions, [POSIX-SMB2] 2.3.2.1: what statvfs(3) tells.</summary>
/// <param name="OptimalTransferSize">All ones: no preference.</param>
/// <param name="BlocksAvailable">Free for anybody (f_bfree).</param>
/// <param name="UserBlocksAvailable">Free for the caller (f_bavail).</param>
/// <param name="TotalFileNodes">All ones: unknown.</param>
/// <param name="FreeFileNodes">All ones: unknown.</param>
public readonly record struct FileFsPosixInformation(
    uint OptimalTransferSize, uint BlockSize, ulong TotalBlocks, ulong BlocksAvailable, ulong UserBlocksAvailable,
    ulong TotalFileNodes, ulong FreeFileNodes, ulong FileSystemIdentifier)
    : IFileSystemInformation<FileFsPosixInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.Posix;

    public static int MinimumLength => 56;

    public int Length => 56;

    public static bool TryRead(ref WireReader reader, out FileFsPosixInformation information)
    {
        information = new FileFsPosixInformation(
            reader.ReadUInt32(), reader.ReadUInt32(), reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64(),
            reader.ReadUInt64(), reader.ReadUInt64(), reader.ReadUInt64());
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(OptimalTransferSize);
        writer.WriteUInt32(BlockSize);
        writer.WriteUInt64(TotalBlocks);
        writer.WriteUInt64(BlocksAvailable);
        writer.WriteUInt64(UserBlocksAvailable);
        writer.WriteUInt64(TotalFileNodes);
        writer.WriteUInt64(FreeFileNodes);
        writer.WriteUInt64(FileSystemIdentifier);
    }
}
