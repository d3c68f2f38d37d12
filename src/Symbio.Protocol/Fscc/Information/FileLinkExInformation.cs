namespace Symbio.Protocol.Fscc;

/// <summary>FILE_LINK_INFORMATION with flags (FileLinkInformationEx of Windows).</summary>
/// <param name="RootDirectory">0 over the network.</param>
public readonly record struct FileLinkExInformation(
    LinkFlags Flags, ulong RootDirectory, string FileName)
    : IFileInformation<FileLinkExInformation>
{
    public static FileInformationClass Class => FileInformationClass.LinkEx;

    public static int MinimumLength => 20;

    public int Length => 20 + (FileName.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileLinkExInformation information)
    {
        var flags = (LinkFlags)reader.ReadUInt32();
        reader.Skip(4); // Reserved
        ulong rootDirectory = reader.ReadUInt64();
        string fileName = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileLinkExInformation(flags, rootDirectory, fileName);
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
