namespace Symbio.Protocol.Fscc;

/// <summary>FileValidDataLengthInformation, [MS-FSCC] 2.4.49.</summary>
public readonly record struct FileValidDataLengthInformation(
    long ValidDataLength)
    : IFileInformation<FileValidDataLengthInformation>
{
    public static FileInformationClass Class => FileInformationClass.ValidDataLength;

    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out FileValidDataLengthInformation information)
    {
        long validDataLength = reader.ReadInt64();
        information = new FileValidDataLengthInformation(validDataLength);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(ValidDataLength);
    }
}
