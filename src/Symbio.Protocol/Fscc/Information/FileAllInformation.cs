namespace Symbio.Protocol.Fscc;

/// <summary>FileAllInformation, [MS-FSCC] 2.4.2.</summary>
public readonly record struct FileAllInformation(
    FileBasicInformation Basic, FileStandardInformation Standard, FileInternalInformation Internal,
    FileEaInformation Ea, FileAccessInformation Access, FilePositionInformation Position, FileModeInformation Mode,
    FileAlignmentInformation Alignment, FileNameInformation Name)
    : IFileInformation<FileAllInformation>
{
    /// <summary>Bytes before the name's length.</summary>
    private const int FixedLength = 96;

    public static FileInformationClass Class => FileInformationClass.All;

    public static int MinimumLength => 104;

    public int Length => FixedLength + Name.Length;

    public static bool TryRead(ref WireReader reader, out FileAllInformation information)
    {
        _ = FileBasicInformation.TryRead(ref reader, out var basic);
        _ = FileStandardInformation.TryRead(ref reader, out var standard);
        _ = FileInternalInformation.TryRead(ref reader, out var internalInformation);
        _ = FileEaInformation.TryRead(ref reader, out var ea);
        _ = FileAccessInformation.TryRead(ref reader, out var access);
        _ = FilePositionInformation.TryRead(ref reader, out var position);
        _ = FileModeInformation.TryRead(ref reader, out var mode);
        _ = FileAlignmentInformation.TryRead(ref reader, out var alignment);
        _ = FileNameInformation.TryRead(ref reader, out var name);
        information = new FileAllInformation(
            basic, standard, internalInformation, ea, access, position, mode, alignment, name);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        Basic.Write(ref writer);
        Standard.Write(ref writer);
        Internal.Write(ref writer);
        Ea.Write(ref writer);
        Access.Write(ref writer);
        Position.Write(ref writer);
        Mode.Write(ref writer);
        Alignment.Write(ref writer);
        Name.Write(ref writer);
    }
}
