namespace Symbio.Protocol.Fscc;

/// <summary>FILE_DISPOSITION_INFORMATION_EX of Windows.</summary>
public readonly record struct FileDispositionExInformation(
    DispositionFlags Flags)
    : IFileInformation<FileDispositionExInformation>
{
    public static FileInformationClass Class => FileInformationClass.DispositionEx;

    public static int MinimumLength => 4;

    public int Length => 4;

    public static bool TryRead(ref WireReader reader, out FileDispositionExInformation information)
    {
        var flags = (DispositionFlags)reader.ReadUInt32();
        information = new FileDispositionExInformation(flags);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)Flags);
    }
}
