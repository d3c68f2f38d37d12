namespace Symbio.Protocol.Fscc;

/// <summary>FileIdInformation, [MS-FSCC] 2.4.25.</summary>
public readonly record struct FileIdInformation(
    ulong VolumeSerialNumber, UInt128 FileId)
    : IFileInformation<FileIdInformation>
{
    public static FileInformationClass Class => FileInformationClass.Id;

    public static int MinimumLength => 24;

    public int Length => 24;

    public static bool TryRead(ref WireReader reader, out FileIdInformation information)
    {
        ulong volumeSerialNumber = reader.ReadUInt64();
        var fileId = reader.ReadUInt128();
        information = new FileIdInformation(volumeSerialNumber, fileId);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt64(VolumeSerialNumber);
        writer.WriteUInt128(FileId);
    }
}
