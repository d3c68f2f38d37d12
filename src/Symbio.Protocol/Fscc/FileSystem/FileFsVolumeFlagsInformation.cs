namespace Symbio.Protocol.Fscc;

/// <summary>FileFsVolumeFlagsInformation, class 10 of Windows.</summary>
public readonly record struct FileFsVolumeFlagsInformation(
    VolumeFlags Flags)
    : IFileSystemInformation<FileFsVolumeFlagsInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.VolumeFlags;

    public static int MinimumLength => 4;

    public int Length => 4;

    public static bool TryRead(ref WireReader reader, out FileFsVolumeFlagsInformation information)
    {
        var flags = (VolumeFlags)reader.ReadUInt32();
        information = new FileFsVolumeFlagsInformation(flags);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)Flags);
    }
}
