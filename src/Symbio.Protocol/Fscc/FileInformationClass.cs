namespace Symbio.Protocol.Fscc;

/// <summary>File information classes, [MS-FSCC] 2.4, with the local ones of Windows that keep their numbers.</summary>
public enum FileInformationClass : byte
{
    None = 0,
    /// <summary>FileDirectoryInformation</summary>
    Directory = 1,
    /// <summary>FileFullDirectoryInformation</summary>
    FullDirectory = 2,
    /// <summary>FileBothDirectoryInformation</summary>
    BothDirectory = 3,
    /// <summary>FileBasicInformation</summary>
    Basic = 4,
    /// <summary>FileStandardInformation</summary>
    Standard = 5,
    /// <summary>FileInternalInformation</summary>
    Internal = 6,
    /// <summary>FileEaInformation</summary>
    Ea = 7,
    /// <summary>FileAccessInformation</summary>
    Access = 8,
    /// <summary>FileNameInformation</summary>
    Name = 9,
    /// <summary>FileRenameInformation</summary>
    Rename = 10,
    /// <summary>FileLinkInformation</summary>
    Link = 11,
    /// <summary>FileNamesInformation</summary>
    Names = 12,
    /// <summary>FileDispositionInformation</summary>
    Disposition = 13,
    /// <summary>FilePositionInformation</summary>
    Position = 14,
    /// <summary>FileFullEaInformation</summary>
    FullEa = 15,
    /// <summary>FileModeInformation</summary>
    Mode = 16,
    /// <summary>FileAlignmentInformation</summary>
    Alignment = 17,
    /// <summary>FileAllInformation</summary>
    All = 18,
    /// <summary>FileAllocationInformation</summary>
    Allocation = 19,
    /// <summary>FileEndOfFileInformation</summary>
    EndOfFile = 20,
    /// <summary>FileAlternateNameInformation</summary>
    AlternateName = 21,
    /// <summary>FileStreamInformation</summary>
    Stream = 22,
    /// <summary>FilePipeInformation</summary>
    Pipe = 23,
    /// <summary>FilePipeLocalInformation</summary>
    PipeLocal = 24,
    /// <summary>FilePipeRemoteInformation</summary>
    PipeRemote = 25,
    /// <summary>FileMailslotQueryInformation</summary>
    MailslotQuery = 26,
    /// <summary>FileMailslotSetInformation</summary>
    MailslotSet = 27,
    /// <summary>FileCompressionInformation</summary>
    Compression = 28,
    /// <summary>FileObjectIdInformation</summary>
    ObjectId = 29,
    /// <summary>FileCompletionInformation</summary>
    Completion = 30,
    /// <summary>FileMoveClusterInformation</summary>
    MoveCluster = 31,
    /// <summary>FileQuotaInformation</summary>
    Quota = 32,
    /// <summary>FileReparsePointInformation</summary>
    ReparsePoint = 33,
    /// <summary>FileNetworkOpenInformation</summary>
    NetworkOpen = 34,
    /// <summary>FileAttributeTagInformation</summary>
    AttributeTag = 35,
    /// <summary>FileTrackingInformation</summary>
    Tracking = 36,
    /// <summary>FileIdBothDirectoryInformation</summary>
    IdBothDirectory = 37,
    /// <summary>FileIdFullDirectoryInformation</summary>
    IdFullDirectory = 38,
    /// <summary>FileValidDataLengthInformation</summary>
    ValidDataLength = 39,
    /// <summary>FileShortNameInformation</summary>
    ShortName = 40,
    /// <summary>FileIoCompletionNotificationInformation</summary>
    IoCompletionNotification = 41,
    /// <summary>FileIoStatusBlockRangeInformation</summary>
    IoStatusBlockRange = 42,
    /// <summary>FileIoPriorityHintInformation</summary>
    IoPriorityHint = 43,
    /// <summary>FileSfioReserveInformation</summary>
    SfioReserve = 44,
    /// <summary>FileSfioVolumeInformation</summary>
    SfioVolume = 45,
    /// <summary>FileHardLinkInformation</summary>
    HardLink = 46,
    /// <summary>FileProcessIdsUsingFileInformation</summary>
    ProcessIdsUsingFile = 47,
    /// <summary>FileNormalizedNameInformation</summary>
    NormalizedName = 48,
    /// <summary>FileNetworkPhysicalNameInformation</summary>
    NetworkPhysicalName = 49,
    /// <summary>FileIdGlobalTxDirectoryInformation</summary>
    IdGlobalTxDirectory = 50,
    /// <summary>FileIsRemoteDeviceInformation</summary>
    IsRemoteDevice = 51,
    /// <summary>FileUnusedInformation</summary>
    Unused = 52,
    /// <summary>FileNumaNodeInformation</summary>
    NumaNode = 53,
    /// <summary>FileStandardLinkInformation</summary>
    StandardLink = 54,
    /// <summary>FileRemoteProtocolInformation</summary>
    RemoteProtocol = 55,
    /// <summary>FileRenameBypassAccessCheckInformation</summary>
    RenameBypassAccessCheck = 56,
    /// <summary>FileLinkBypassAccessCheckInformation</summary>
    LinkBypassAccessCheck = 57,
    /// <summary>FileVolumeNameInformation</summary>
    VolumeName = 58,
    /// <summary>FileIdInformation</summary>
    Id = 59,
    /// <summary>FileIdExtdDirectoryInformation</summary>
    IdExtdDirectory = 60,
    /// <summary>FileReplaceCompletionInformation</summary>
    ReplaceCompletion = 61,
    /// <summary>FileHardLinkFullIdInformation</summary>
    HardLinkFullId = 62,
    /// <summary>FileIdExtdBothDirectoryInformation</summary>
    IdExtdBothDirectory = 63,
    /// <summary>FileDispositionExInformation</summary>
    DispositionEx = 64,
    /// <summary>FileRenameExInformation</summary>
    RenameEx = 65,
    /// <summary>FileRenameExBypassAccessCheckInformation</summary>
    RenameExBypassAccessCheck = 66,
    /// <summary>FileDesiredStorageClassInformation</summary>
    DesiredStorageClass = 67,
    /// <summary>FileStatInformation</summary>
    Stat = 68,
    /// <summary>FileMemoryPartitionInformation</summary>
    MemoryPartition = 69,
    /// <summary>FileStatLxInformation</summary>
    StatLx = 70,
    /// <summary>FileCaseSensitiveInformation</summary>
    CaseSensitive = 71,
    /// <summary>FileLinkExInformation</summary>
    LinkEx = 72,
    /// <summary>FileLinkExBypassAccessCheckInformation</summary>
    LinkExBypassAccessCheck = 73,
    /// <summary>FileStorageReserveIdInformation</summary>
    StorageReserveId = 74,
    /// <summary>FileCaseSensitiveForceAccessCheckInformation</summary>
    CaseSensitiveForceAccessCheck = 75,
    /// <summary>FileKnownFolderInformation</summary>
    KnownFolder = 76,
    /// <summary>FileStatBasicInformation</summary>
    StatBasic = 77,
    /// <summary>FileId64ExtdDirectoryInformation</summary>
    Id64ExtdDirectory = 78,
    /// <summary>FileId64ExtdBothDirectoryInformation</summary>
    Id64ExtdBothDirectory = 79,
    /// <summary>FileIdAllExtdDirectoryInformation</summary>
    IdAllExtdDirectory = 80,
    /// <summary>FileIdAllExtdBothDirectoryInformation</summary>
    IdAllExtdBothDirectory = 81,
    /// <summary>SMB_FIND_FILE_POSIX_INFORMATION and FilePosixInformation of the SMB 3.1.1 POSIX extensions.</summary>
    Posix = 100,
}
