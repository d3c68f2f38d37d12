namespace Symbio.Protocol.Fscc;

/// <summary>FileFsAttributeInformation.FileSystemAttributes, [MS-FSCC] 2.5.1.</summary>
[Flags]
public enum FileSystemAttributes : uint
{
    None = 0,
    /// <summary>FILE_CASE_SENSITIVE_SEARCH</summary>
    CaseSensitiveSearch = 0x00000001,
    /// <summary>FILE_CASE_PRESERVED_NAMES</summary>
    CasePreservedNames = 0x00000002,
    /// <summary>FILE_UNICODE_ON_DISK</summary>
    UnicodeOnDisk = 0x00000004,
    /// <summary>FILE_PERSISTENT_ACLS</summary>
    PersistentAcls = 0x00000008,
    /// <summary>FILE_FILE_COMPRESSION</summary>
    FileCompression = 0x00000010,
    /// <summary>FILE_VOLUME_QUOTAS</summary>
    VolumeQuotas = 0x00000020,
    /// <summary>FILE_SUPPORTS_SPARSE_FILES</summary>
    SupportsSparseFiles = 0x00000040,
    /// <summary>FILE_SUPPORTS_REPARSE_POINTS</summary>
    SupportsReparsePoints = 0x00000080,
    /// <summary>FILE_SUPPORTS_REMOTE_STORAGE</summary>
    SupportsRemoteStorage = 0x00000100,
    /// <summary>FILE_RETURNS_CLEANUP_RESULT_INFO</summary>
    ReturnsCleanupResultInfo = 0x00000200,
    /// <summary>FILE_SUPPORTS_POSIX_UNLINK_RENAME</summary>
    SupportsPosixUnlinkRename = 0x00000400,
    /// <summary>FILE_VOLUME_IS_COMPRESSED</summary>
    VolumeIsCompressed = 0x00008000,
    /// <summary>FILE_SUPPORTS_OBJECT_IDS</summary>
    SupportsObjectIds = 0x00010000,
    /// <summary>FILE_SUPPORTS_ENCRYPTION</summary>
    SupportsEncryption = 0x00020000,
    /// <summary>FILE_NAMED_STREAMS</summary>
    NamedStreams = 0x00040000,
    /// <summary>FILE_READ_ONLY_VOLUME</summary>
    ReadOnlyVolume = 0x00080000,
    /// <summary>FILE_SEQUENTIAL_WRITE_ONCE</summary>
    SequentialWriteOnce = 0x00100000,
    /// <summary>FILE_SUPPORTS_TRANSACTIONS</summary>
    SupportsTransactions = 0x00200000,
    /// <summary>FILE_SUPPORTS_HARD_LINKS</summary>
    SupportsHardLinks = 0x00400000,
    /// <summary>FILE_SUPPORTS_EXTENDED_ATTRIBUTES</summary>
    SupportsExtendedAttributes = 0x00800000,
    /// <summary>FILE_SUPPORTS_OPEN_BY_FILE_ID</summary>
    SupportsOpenByFileId = 0x01000000,
    /// <summary>FILE_SUPPORTS_USN_JOURNAL</summary>
    SupportsUsnJournal = 0x02000000,
    /// <summary>FILE_SUPPORT_INTEGRITY_STREAMS</summary>
    SupportsIntegrityStreams = 0x04000000,
    /// <summary>FILE_SUPPORTS_BLOCK_REFCOUNTING</summary>
    SupportsBlockRefcounting = 0x08000000,
    /// <summary>FILE_SUPPORTS_SPARSE_VDL</summary>
    SupportsSparseVdl = 0x10000000,
    /// <summary>FILE_DAX_VOLUME</summary>
    DaxVolume = 0x20000000,
    /// <summary>FILE_SUPPORTS_GHOSTING</summary>
    SupportsGhosting = 0x40000000,
}

/// <summary>FileFsControlInformation.FileSystemControlFlags, [MS-FSCC] 2.5.2.</summary>
[Flags]
public enum FileSystemControlFlags : uint
{
    None = 0,
    /// <summary>FILE_VC_QUOTA_TRACK</summary>
    QuotaTrack = 0x00000001,
    /// <summary>FILE_VC_QUOTA_ENFORCE</summary>
    QuotaEnforce = 0x00000002,
    /// <summary>FILE_VC_CONTENT_INDEX_DISABLED</summary>
    ContentIndexDisabled = 0x00000008,
    /// <summary>FILE_VC_LOG_QUOTA_THRESHOLD</summary>
    LogQuotaThreshold = 0x00000010,
    /// <summary>FILE_VC_LOG_QUOTA_LIMIT</summary>
    LogQuotaLimit = 0x00000020,
    /// <summary>FILE_VC_LOG_VOLUME_THRESHOLD</summary>
    LogVolumeThreshold = 0x00000040,
    /// <summary>FILE_VC_LOG_VOLUME_LIMIT</summary>
    LogVolumeLimit = 0x00000080,
    /// <summary>FILE_VC_QUOTAS_INCOMPLETE</summary>
    QuotasIncomplete = 0x00000100,
    /// <summary>FILE_VC_QUOTAS_REBUILDING</summary>
    QuotasRebuilding = 0x00000200,
}

/// <summary>FileFsDeviceInformation.DeviceType, [MS-FSCC] 2.5.10.</summary>
public enum DeviceType : uint
{
    None = 0,
    /// <summary>FILE_DEVICE_CD_ROM</summary>
    CdRom = 0x02,
    /// <summary>FILE_DEVICE_DISK</summary>
    Disk = 0x07,
    /// <summary>FILE_DEVICE_NAMED_PIPE</summary>
    NamedPipe = 0x11,
}

/// <summary>FileFsDeviceInformation.Characteristics, [MS-FSCC] 2.5.10.</summary>
[Flags]
public enum DeviceCharacteristics : uint
{
    None = 0,
    /// <summary>FILE_REMOVABLE_MEDIA</summary>
    RemovableMedia = 0x00000001,
    /// <summary>FILE_READ_ONLY_DEVICE</summary>
    ReadOnlyDevice = 0x00000002,
    /// <summary>FILE_FLOPPY_DISKETTE</summary>
    FloppyDiskette = 0x00000004,
    /// <summary>FILE_WRITE_ONCE_MEDIA</summary>
    WriteOnceMedia = 0x00000008,
    /// <summary>FILE_REMOTE_DEVICE</summary>
    RemoteDevice = 0x00000010,
    /// <summary>FILE_DEVICE_IS_MOUNTED</summary>
    DeviceIsMounted = 0x00000020,
    /// <summary>FILE_VIRTUAL_VOLUME</summary>
    VirtualVolume = 0x00000040,
    /// <summary>FILE_DEVICE_SECURE_OPEN</summary>
    DeviceSecureOpen = 0x00000100,
}

/// <summary>FileFsSectorSizeInformation.Flags, [MS-FSCC] 2.5.7.</summary>
[Flags]
public enum SectorSizeFlags : uint
{
    None = 0,
    /// <summary>SSINFO_FLAGS_ALIGNED_DEVICE</summary>
    AlignedDevice = 0x00000001,
    /// <summary>SSINFO_FLAGS_PARTITION_ALIGNED_ON_DEVICE</summary>
    PartitionAlignedOnDevice = 0x00000002,
    /// <summary>SSINFO_FLAGS_NO_SEEK_PENALTY</summary>
    NoSeekPenalty = 0x00000004,
    /// <summary>SSINFO_FLAGS_TRIM_ENABLED</summary>
    TrimEnabled = 0x00000008,
}

/// <summary>FileFsVolumeFlagsInformation.Flags.</summary>
[Flags]
public enum VolumeFlags : uint
{
    None = 0,
    /// <summary>VCB_STATE bits are the file system's own; none is named here.</summary>
    Opaque = 0xFFFFFFFF,
}
