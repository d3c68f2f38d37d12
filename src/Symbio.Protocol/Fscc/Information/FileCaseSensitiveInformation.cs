namespace Symbio.Protocol.Fscc;

/// <summary>FILE_CASE_SENSITIVE_INFORMATION: flag 1 makes a directory case-sensitive.</summary>
public readonly record struct FileCaseSensitiveInformation(
    uint Flags)
    : IFileInformation<FileCaseSensitiveInformation>
{
    public static FileInformationClass Class => FileInformationClass.CaseSensitive;

    public static int MinimumLength => 4;

    public int Length => 4;

    public static bool TryRead(ref WireReader reader, out FileCaseSensitiveInformation information)
    {
        uint flags = reader.ReadUInt32();
        information = new FileCaseSensitiveInformation(flags);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(Flags);
    }
}
