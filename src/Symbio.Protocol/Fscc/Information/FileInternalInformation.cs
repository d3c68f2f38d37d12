namespace Symbio.Protocol.Fscc;

/// <summary>FileInternalInformation, [MS-FSCC] 2.4.26: the 64-bit file id.</summary>
public readonly record struct FileInternalInformation(ulong IndexNumber) : IFileInformation<FileInternalInformation>
{
    public static FileInformationClass Class => FileInformationClass.Internal;

    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out FileInternalInformation information)
    {
        ulong indexNumber = reader.ReadUInt64();
        information = new FileInternalInformation(indexNumber);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(IndexNumber);
    }
}
