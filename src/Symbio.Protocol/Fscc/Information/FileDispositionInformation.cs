namespace Symbio.Protocol.Fscc;

/// <summary>FileDispositionInformation, [MS-FSCC] 2.4.11.</summary>
public readonly record struct FileDispositionInformation(
    bool DeletePending)
    : IFileInformation<FileDispositionInformation>
{
    public static FileInformationClass Class => FileInformationClass.Disposition;

    public static int MinimumLength => 1;

    public int Length => 1;

    public static bool TryRead(ref WireReader reader, out FileDispositionInformation information)
    {
        bool deletePending = reader.ReadByte() != 0;
        information = new FileDispositionInformation(deletePending);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteByte(DeletePending ? (byte)1 : (byte)0);
    }
}
