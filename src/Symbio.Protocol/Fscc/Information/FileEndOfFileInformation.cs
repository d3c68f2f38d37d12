namespace Symbio.Protocol.Fscc;

/// <summary>FileEndOfFileInformation, [MS-FSCC] 2.4.13.</summary>
public readonly record struct FileEndOfFileInformation(long EndOfFile) : IFileInformation<FileEndOfFileInformation>
{
    public static FileInformationClass Class => FileInformationClass.EndOfFile;

    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out FileEndOfFileInformation information)
    {
        long endOfFile = reader.ReadInt64();
        information = new FileEndOfFileInformation(endOfFile);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(EndOfFile);
    }
}
