namespace Symbio.Protocol.Fscc;

/// <summary>File system information classes, [MS-FSCC] 2.5.</summary>
public enum FileSystemInformationClass : byte
{
    None = 0,
    /// <summary>FileFsVolumeInformation</summary>
    Volume = 1,
    /// <summary>FileFsLabelInformation</summary>
    Label = 2,
    /// <summary>FileFsSizeInformation</summary>
    Size = 3,
    /// <summary>FileFsDeviceInformation</summary>
    Device = 4,
    /// <summary>FileFsAttributeInformation</summary>
    Attribute = 5,
    /// <summary>FileFsControlInformation</summary>
    Control = 6,
    /// <summary>FileFsFullSizeInformation</summary>
    FullSize = 7,
    /// <summary>FileFsObjectIdInformation</summary>
    ObjectId = 8,
    /// <summary>FileFsDriverPathInformation</summary>
    DriverPath = 9,
    /// <summary>FileFsVolumeFlagsInformation</summary>
    VolumeFlags = 10,
    /// <summary>FileFsSectorSizeInformation</summary>
    SectorSize = 11,
    /// <summary>FileFsDataCopyInformation</summary>
    DataCopy = 12,
    /// <summary>FileFsMetadataSizeInformation</summary>
    MetadataSize = 13,
    /// <summary>FileFsFullSizeExInformation</summary>
    FullSizeEx = 14,
    /// <summary>FileFsPosixInformation of the SMB 3.1.1 POSIX extensions.</summary>
    Posix = 100,
}
