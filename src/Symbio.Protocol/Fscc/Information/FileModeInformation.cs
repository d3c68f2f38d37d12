namespace Symbio.Protocol.Fscc;

/// <summary>FileModeInformation, [MS-FSCC] 2.4.30.</summary>
public readonly record struct FileModeInformation(FileModeFlags Mode) : IFileInformation<FileModeInformation>
{
    public static FileInformationClass Class => FileInformationClass.Mode;

    public static int MinimumLength => 4;

    public int Length => 4;

    public static bool TryRead(ref WireReader reader, out FileModeInformation information)
    {
        var mode = (FileModeFlags)reader.ReadUInt32();
        information = new FileModeInformation(mode);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)Mode);
    }
}
