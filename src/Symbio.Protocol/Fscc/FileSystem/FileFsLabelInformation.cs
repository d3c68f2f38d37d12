namespace Symbio.Protocol.Fscc;

/// <summary>FileFsLabelInformation, [MS-FSCC] 2.5.5.</summary>
public readonly record struct FileFsLabelInformation(
    string VolumeLabel)
    : IFileSystemInformation<FileFsLabelInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.Label;

    public static int MinimumLength => 4;

    public int Length => 4 + (VolumeLabel.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileFsLabelInformation information)
    {
        string volumeLabel = reader.ReadUtf16((int)Math.Min(reader.ReadUInt32(), int.MaxValue));
        information = new FileFsLabelInformation(volumeLabel);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)VolumeLabel.Length * sizeof(char));
        writer.WriteUtf16(VolumeLabel);
    }
}
