using Symbio.Protocol.Dtyp;

namespace Symbio.Protocol.Fscc;

/// <summary>FileFsVolumeInformation, [MS-FSCC] 2.5.9.</summary>
public readonly record struct FileFsVolumeInformation(
    FileTime VolumeCreationTime, uint VolumeSerialNumber, bool SupportsObjects, string VolumeLabel)
    : IFileSystemInformation<FileFsVolumeInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.Volume;

    public static int MinimumLength => 24;

    public int Length => 18 + (VolumeLabel.Length * sizeof(char));

    public static bool TryRead(ref WireReader reader, out FileFsVolumeInformation information)
    {
        var creationTime = new FileTime(reader.ReadInt64());
        uint serialNumber = reader.ReadUInt32();
        uint labelLength = reader.ReadUInt32();
        bool supportsObjects = reader.ReadByte() != 0;
        reader.Skip(1); // Reserved
        string label = reader.ReadUtf16((int)Math.Min(labelLength, int.MaxValue));
        information = new FileFsVolumeInformation(creationTime, serialNumber, supportsObjects, label);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteInt64(VolumeCreationTime.Ticks);
        writer.WriteUInt32(VolumeSerialNumber);
        writer.WriteUInt32((uint)VolumeLabel.Length * sizeof(char));
        writer.WriteByte(SupportsObjects ? (byte)1 : (byte)0);
        writer.WriteByte(0);
        writer.WriteUtf16(VolumeLabel);
    }
}
