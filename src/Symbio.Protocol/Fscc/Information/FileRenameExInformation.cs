namespace Symbio.Protocol.Fscc;

/// <summary>FILE_RENAME_INFORMATION with flags (FileRenameInformationEx of Windows).</summary>
/// <param name="RootDirectory">0 over the network.</param>
public readonly record struct FileRenameExInformation(
    RenameFlags Flags, ulong RootDirectory, string FileName)
    : IFileInformation<FileRenameExInformation>
{
    public static FileInformationClass Class => FileInformationClass.RenameEx;

    public static int MinimumLength => 20;

    public int Length => 20 + (FileName.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileRenameExInformation information)
    {
        var flags = (RenameFlags)reader.ReadUInt32();
        reader.Skip(4); // Reserved
        ulong rootDirectory = reader.ReadUInt64();
        string fileName = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileRenameExInformation(flags, rootDirectory, fileName);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)Flags);
        writer.WriteZeros(4);
        writer.WriteUInt64(RootDirectory);
        writer.WriteUInt32((uint)FileName.Length * sizeof(char));
        writer.WriteUtf16(FileName);
    }
}
