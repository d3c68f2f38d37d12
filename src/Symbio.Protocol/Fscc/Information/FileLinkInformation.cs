namespace Symbio.Protocol.Fscc;

/// <summary>FileLinkInformation for SMB2 (type 2), [MS-FSCC] 2.4.27.2.</summary>
/// <param name="RootDirectory">0 over the network.</param>
/// <param name="FileName">The path of the new link, from the root of the share.</param>
public readonly record struct FileLinkInformation(
    bool ReplaceIfExists, ulong RootDirectory, string FileName)
    : IFileInformation<FileLinkInformation>
{
    public static FileInformationClass Class => FileInformationClass.Link;

    public static int MinimumLength => 20;

    public int Length => 20 + (FileName.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileLinkInformation information)
    {
        bool replaceIfExists = reader.ReadByte() != 0;
        reader.Skip(7); // Reserved
        ulong rootDirectory = reader.ReadUInt64();
        string fileName = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileLinkInformation(replaceIfExists, rootDirectory, fileName);
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
