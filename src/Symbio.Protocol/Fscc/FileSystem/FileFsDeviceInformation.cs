namespace Symbio.Protocol.Fscc;

/// <summary>FileFsDeviceInformation, [MS-FSCC] 2.5.10.</summary>
public readonly record struct FileFsDeviceInformation(
    DeviceType DeviceType, DeviceCharacteristics Characteristics)
    : IFileSystemInformation<FileFsDeviceInformation>
{
    public static FileSystemInformationClass Class => FileSystemInformationClass.Device;

    public static int MinimumLength => 8;

    public int Length => 8;

    public static bool TryRead(ref WireReader reader, out FileFsDeviceInformation information)
    {
        var deviceType = (DeviceType)reader.ReadUInt32();
        var characteristics = (DeviceCharacteristics)reader.ReadUInt32();
        information = new FileFsDeviceInformation(deviceType, characteristics);
        return reader.IsValid;
    }

    public void Write(ref WireWriter writer)
    {
        writer.WriteUInt32((uint)DeviceType);
        writer.WriteUInt32((uint)Characteristics);
    }
}
