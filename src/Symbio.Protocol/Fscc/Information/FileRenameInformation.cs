namespace Symbio.Protocol.Fscc;

/// <summary>FileRenameInformation for SMB2 (type 2), [MS-FSCC] 2.4.41.2.</summary>
/// <param name="RootDirectory">0 over the network.</param>
/// <param name="FileName">The new path from the root of the share; ":name" renames a stream.</param>
public readonly record struct FileRenameInformation(
    bool ReplaceIfExists, ulong RootDirectory, string FileName)
    : IFileInformation<FileRenameInformation>
{
    public static FileInformationClass Class => FileInformationClass.Rename;

    public static int MinimumLength => 20;

    public int Length => 20 + (FileName.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileRenameInformation information)
    {
        bool replaceIfExists = reader.ReadByte() != 0;
        reader.Skip(7); // Reserved
        ulong rootDirectory = reader.ReadUInt64();
        string fileName = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileRenameInformation(replaceIfExists, rootDirectory, fileName);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteByte(ReplaceIfExists ? (byte)1 : (byte)0);
        writer.WriteZeros(7);
        writer.WriteUInt64(RootDirectory);
        writer.WriteUInt32((uint)FileName.Length * sizeof(char));
        writer.WriteUtf16(FileName);
    }
}
