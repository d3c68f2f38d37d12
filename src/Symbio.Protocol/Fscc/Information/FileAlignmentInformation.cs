namespace Symbio.Protocol.Fscc;

/// <summary>FileAlignmentInformation, [MS-FSCC] 2.4.3.</summary>
/// <param name="AlignmentRequirement">The mask: 0 for bytes, 1 for words, … 511 for sectors.</param>
public readonly record struct FileAlignmentInformation(
    uint AlignmentRequirement)
    : IFileInformation<FileAlignmentInformation>
{
    public static FileInformationClass Class => FileInformationClass.Alignment;

    public static int MinimumLength => 4;

    public int Length => 4;

    public static bool TryRead(ref WireReader reader, out FileAlignmentInformation information)
    {
        uint alignmentRequirement = reader.ReadUInt32();
        information = new FileAlignmentInformation(alignmentRequirement);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32(AlignmentRequirement);
    }
}
