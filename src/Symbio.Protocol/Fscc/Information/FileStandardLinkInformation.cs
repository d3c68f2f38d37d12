namespace Symbio.Protocol.Fscc;

/// <summary>FileStandardLinkInformation, [MS-FSCC] 2.4.46.</summary>
public readonly record struct FileStandardLinkInformation(
    uint NumberOfAccessibleLinks, uint TotalNumberOfLinks, bool DeletePending, bool Directory)
    : IFileInformation<FileStandardLinkInformation>
{
    public static FileInformationClass Class => FileInformationClass.StandardLink;

    public static int MinimumLength => 12;

    public int Length => 12;

    public static bool TryRead(ref WireReader reader, out FileStandardLinkInformation information)
    {
        uint numberOfAccessibleLinks = reader.ReadUInt32();
        uint totalNumberOfLinks = reader.ReadUInt32();
        bool deletePending = reader.ReadByte() != 0;
        bool directory = reader.ReadByte() != 0;
        reader.Skip(2); // Reserved
        information = new FileStandardLinkInformation(
            numberOfAccessibleLinks, totalNumberOfLinks, deletePending, directory);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(NumberOfAccessibleLinks);
        writer.WriteUInt32(TotalNumberOfLinks);
        writer.WriteByte(DeletePending ? (byte)1 : (byte)0);
        writer.WriteByte(Directory ? (byte)1 : (byte)0);
        writer.WriteZeros(2);
    }
}
