namespace Symbio.Protocol.Fscc;

/// <summary>FileStandardInformation, [MS-FSCC] 2.4.45.</summary>
public readonly record struct FileStandardInformation(
    long AllocationSize, long EndOfFile, uint NumberOfLinks, bool DeletePending, bool Directory)
    : IFileInformation<FileStandardInformation>
{
    public static FileInformationClass Class => FileInformationClass.Standard;

    public static int MinimumLength => 24;

    public int Length => 24;

    public static bool TryRead(ref WireReader reader, out FileStandardInformation information)
    {
        long allocationSize = reader.ReadInt64();
        long endOfFile = reader.ReadInt64();
        uint numberOfLinks = reader.ReadUInt32();
        bool deletePending = reader.ReadByte() != 0;
        bool directory = reader.ReadByte() != 0;
        reader.Skip(2); // Reserved
        information = new FileStandardInformation(allocationSize, endOfFile, numberOfLinks, deletePending, directory);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(AllocationSize);
        writer.WriteInt64(EndOfFile);
        writer.WriteUInt32(NumberOfLinks);
        writer.WriteByte(DeletePending ? (byte)1 : (byte)0);
        writer.WriteByte(Directory ? (byte)1 : (byte)0);
        writer.WriteZeros(2);
    }
}
