namespace Symbio.Protocol;

/// <summary>NTSTATUS values, [MS-ERREF] 2.3.1. Member names are the specification's without "STATUS_".</summary>
public enum NtStatus : uint
{
    /// <summary>STATUS_SUCCESS</summary>
    Success = 0x00000000,
    /// <summary>STATUS_PENDING</summary>
    Pending = 0x00000103,
    /// <summary>STATUS_NOTIFY_CLEANUP</summary>
    NotifyCleanup = 0x0000010B,
    /// <summary>STATUS_NOTIFY_ENUM_DIR</summary>
    NotifyEnumDir = 0x0000010C,
    /// <summary>STATUS_SOME_NOT_MAPPED</summary>
    SomeNotMapped = 0x00000107,
    /// <summary>STATUS_MORE_ENTRIES</summary>
    MoreEntries = 0x00000105,

    /// <summary>STATUS_BUFFER_OVERFLOW</summary>
    BufferOverflow = 0x80000005,
    /// <summary>STATUS_NO_MORE_FILES</summary>
    NoMoreFiles = 0x80000006,
    /// <summary>STATUS_INVALID_EA_NAME</summary>
    InvalidEaName = 0x80000013,
    /// <summary>STATUS_EA_LIST_INCONSISTENT</summary>
    EaListInconsistent = 0x80000014,
    /// <summary>STATUS_INVALID_EA_FLAG</summary>
    InvalidEaFlag = 0x80000015,
    /// <summary>STATUS_NO_MORE_ENTRIES</summary>
    NoMoreEntries = 0x8000001A,
    /// <summary>STATUS_STOPPED_ON_SYMLINK</summary>
    StoppedOnSymlink = 0x8000002D,
    /// <summary>STATUS_NO_MORE_EAS</summary>
    NoMoreEas = 0x80000012,

    /// <summary>STATUS_UNSUCCESSFUL</summary>
    Unsuccessful = 0xC0000001,
    /// <summary>STATUS_NOT_IMPLEMENTED</summary>
    NotImplemented = 0xC0000002,
    /// <summary>STATUS_INVALID_INFO_CLASS</summary>
    InvalidInfoClass = 0xC0000003,
    /// <summary>STATUS_INFO_LENGTH_MISMATCH</summary>
    InfoLengthMismatch = 0xC0000004,
    /// <summary>STATUS_INVALID_HANDLE</summary>
    InvalidHandle = 0xC0000008,
    /// <summary>STATUS_INVALID_PARAMETER</summary>
    InvalidParameter = 0xC000000D,
    /// <summary>STATUS_NO_SUCH_DEVICE</summary>
    NoSuchDevice = 0xC000000E,
    /// <summary>STATUS_NO_SUCH_FILE</summary>
    NoSuchFile = 0xC000000F,
    /// <summary>STATUS_INVALID_DEVICE_REQUEST</summary>
    InvalidDeviceRequest = 0xC0000010,
    /// <summary>STATUS_END_OF_FILE</summary>
    EndOfFile = 0xC0000011,
    /// <summary>STATUS_MORE_PROCESSING_REQUIRED</summary>
    MoreProcessingRequired = 0xC0000016,
    /// <summary>STATUS_NO_MEMORY</summary>
    NoMemory = 0xC0000017,
    /// <summary>STATUS_INVALID_VIEW_SIZE</summary>
    InvalidViewSize = 0xC000001F,
    /// <summary>STATUS_ACCESS_DENIED</summary>
    AccessDenied = 0xC0000022,
    /// <summary>STATUS_BUFFER_TOO_SMALL</summary>
    BufferTooSmall = 0xC0000023,
    /// <summary>STATUS_OBJECT_TYPE_MISMATCH</summary>
    ObjectTypeMismatch = 0xC0000024,
    /// <summary>STATUS_OBJECT_NAME_INVALID</summary>
    ObjectNameInvalid = 0xC0000033,
    /// <summary>STATUS_OBJECT_NAME_NOT_FOUND</summary>
    ObjectNameNotFound = 0xC0000034,
    /// <summary>STATUS_OBJECT_NAME_COLLISION</summary>
    ObjectNameCollision = 0xC0000035,
    /// <summary>STATUS_OBJECT_PATH_INVALID</summary>
    ObjectPathInvalid = 0xC0000039,
    /// <summary>STATUS_OBJECT_PATH_NOT_FOUND</summary>
    ObjectPathNotFound = 0xC000003A,
    /// <summary>STATUS_OBJECT_PATH_SYNTAX_BAD</summary>
    ObjectPathSyntaxBad = 0xC000003B,
    /// <summary>STATUS_DATA_ERROR</summary>
    DataError = 0xC000003E,
    /// <summary>STATUS_SHARING_VIOLATION</summary>
    SharingViolation = 0xC0000043,
    /// <summary>STATUS_EAS_NOT_SUPPORTED</summary>
    EasNotSupported = 0xC000004F,
    /// <summary>STATUS_EA_TOO_LARGE</summary>
    EaTooLarge = 0xC0000050,
    /// <summary>STATUS_NONEXISTENT_EA_ENTRY</summary>
    NonexistentEaEntry = 0xC0000051,
    /// <summary>STATUS_NO_EAS_ON_FILE</summary>
    NoEasOnFile = 0xC0000052,
    /// <summary>STATUS_FILE_LOCK_CONFLICT</summary>
    FileLockConflict = 0xC0000054,
    /// <summary>STATUS_LOCK_NOT_GRANTED</summary>
    LockNotGranted = 0xC0000055,
    /// <summary>STATUS_DELETE_PENDING</summary>
    DeletePending = 0xC0000056,
    /// <summary>STATUS_INVALID_OWNER</summary>
    InvalidOwner = 0xC000005A,

    /// <summary>STATUS_INVALID_PRIMARY_GROUP</summary>
    InvalidPrimaryGroup = 0xC000005B,

    /// <summary>STATUS_SHORT_NAMES_NOT_ENABLED_ON_VOLUME</summary>
    ShortNamesNotEnabledOnVolume = 0xC000019F,
    /// <summary>STATUS_PRIVILEGE_NOT_HELD</summary>
    PrivilegeNotHeld = 0xC0000061,
    /// <summary>STATUS_WRONG_PASSWORD</summary>
    WrongPassword = 0xC000006A,
    /// <summary>STATUS_NO_SUCH_USER</summary>
    NoSuchUser = 0xC0000064,
    /// <summary>STATUS_LOGON_FAILURE</summary>
    LogonFailure = 0xC000006D,
    /// <summary>STATUS_ACCOUNT_RESTRICTION</summary>
    AccountRestriction = 0xC000006E,
    /// <summary>STATUS_PASSWORD_EXPIRED</summary>
    PasswordExpired = 0xC0000071,
    /// <summary>STATUS_ACCOUNT_DISABLED</summary>
    AccountDisabled = 0xC0000072,
    /// <summary>STATUS_TIME_DIFFERENCE_AT_DC</summary>
    TimeDifferenceAtDc = 0xC0000133,
    /// <summary>STATUS_NONE_MAPPED</summary>
    NoneMapped = 0xC0000073,
    /// <summary>STATUS_INVALID_ACL</summary>
    InvalidAcl = 0xC0000077,
    /// <summary>STATUS_INVALID_SID</summary>
    InvalidSid = 0xC0000078,
    /// <summary>STATUS_INVALID_SECURITY_DESCR</summary>
    InvalidSecurityDescr = 0xC0000079,
    /// <summary>STATUS_RANGE_NOT_LOCKED</summary>
    RangeNotLocked = 0xC000007E,
    /// <summary>STATUS_DISK_FULL</summary>
    DiskFull = 0xC000007F,
    /// <summary>STATUS_ALLOTTED_SPACE_EXCEEDED</summary>
    AllottedSpaceExceeded = 0xC0000099,
    /// <summary>STATUS_INSUFFICIENT_RESOURCES</summary>
    InsufficientResources = 0xC000009A,
    /// <summary>STATUS_MEDIA_WRITE_PROTECTED</summary>
    MediaWriteProtected = 0xC00000A2,
    /// <summary>STATUS_BAD_IMPERSONATION_LEVEL</summary>
    BadImpersonationLevel = 0xC00000A5,
    /// <summary>STATUS_INVALID_LOCK_RANGE</summary>
    InvalidLockRange = 0xC00001A1,
    /// <summary>STATUS_INSTANCE_NOT_AVAILABLE</summary>
    InstanceNotAvailable = 0xC00000AB,
    /// <summary>STATUS_PIPE_NOT_AVAILABLE</summary>
    PipeNotAvailable = 0xC00000AC,
    /// <summary>STATUS_INVALID_PIPE_STATE</summary>
    InvalidPipeState = 0xC00000AD,
    /// <summary>STATUS_PIPE_BUSY</summary>
    PipeBusy = 0xC00000AE,
    /// <summary>STATUS_PIPE_DISCONNECTED</summary>
    PipeDisconnected = 0xC00000B0,
    /// <summary>STATUS_IO_TIMEOUT</summary>
    IoTimeout = 0xC00000B5,
    /// <summary>STATUS_FILE_FORCED_CLOSED</summary>
    FileForcedClosed = 0xC00000B6,
    /// <summary>STATUS_FILE_IS_A_DIRECTORY</summary>
    FileIsADirectory = 0xC00000BA,
    /// <summary>STATUS_NOT_SUPPORTED</summary>
    NotSupported = 0xC00000BB,
    /// <summary>STATUS_BAD_NETWORK_PATH</summary>
    BadNetworkPath = 0xC00000BE,
    /// <summary>STATUS_NETWORK_ACCESS_DENIED</summary>
    NetworkAccessDenied = 0xC00000CA,
    /// <summary>STATUS_NETWORK_NAME_DELETED</summary>
    NetworkNameDeleted = 0xC00000C9,
    /// <summary>STATUS_BAD_DEVICE_TYPE</summary>
    BadDeviceType = 0xC00000CB,
    /// <summary>STATUS_BAD_NETWORK_NAME</summary>
    BadNetworkName = 0xC00000CC,
    /// <summary>STATUS_REQUEST_NOT_ACCEPTED</summary>
    RequestNotAccepted = 0xC00000D0,
    /// <summary>STATUS_NOT_SAME_DEVICE</summary>
    NotSameDevice = 0xC00000D4,
    /// <summary>STATUS_PIPE_EMPTY</summary>
    PipeEmpty = 0xC00000D9,
    /// <summary>STATUS_INTERNAL_ERROR</summary>
    InternalError = 0xC00000E5,
    /// <summary>STATUS_UNEXPECTED_IO_ERROR</summary>
    UnexpectedIoError = 0xC00000E9,
    /// <summary>STATUS_DIRECTORY_NOT_EMPTY</summary>
    DirectoryNotEmpty = 0xC0000101,
    /// <summary>STATUS_NOT_A_DIRECTORY</summary>
    NotADirectory = 0xC0000103,
    /// <summary>STATUS_NAME_TOO_LONG</summary>
    NameTooLong = 0xC0000106,
    /// <summary>STATUS_TOO_MANY_OPENED_FILES</summary>
    TooManyOpenedFiles = 0xC000011F,
    /// <summary>STATUS_CANCELLED</summary>
    Cancelled = 0xC0000120,
    /// <summary>STATUS_CANNOT_DELETE</summary>
    CannotDelete = 0xC0000121,
    /// <summary>STATUS_FILE_DELETED</summary>
    FileDeleted = 0xC0000123,
    /// <summary>STATUS_FILE_CLOSED</summary>
    FileClosed = 0xC0000128,
    /// <summary>STATUS_PIPE_BROKEN</summary>
    PipeBroken = 0xC000014B,
    /// <summary>STATUS_LOGON_TYPE_NOT_GRANTED</summary>
    LogonTypeNotGranted = 0xC000015B,
    /// <summary>STATUS_INVALID_DEVICE_STATE</summary>
    InvalidDeviceState = 0xC0000184,
    /// <summary>STATUS_IO_DEVICE_ERROR</summary>
    IoDeviceError = 0xC0000185,
    /// <summary>STATUS_FS_DRIVER_REQUIRED</summary>
    FsDriverRequired = 0xC000019C,
    /// <summary>STATUS_USER_SESSION_DELETED</summary>
    UserSessionDeleted = 0xC0000203,
    /// <summary>STATUS_INSUFF_SERVER_RESOURCES</summary>
    InsuffServerResources = 0xC0000205,
    /// <summary>STATUS_INVALID_BUFFER_SIZE</summary>
    InvalidBufferSize = 0xC0000206,
    /// <summary>STATUS_NOT_FOUND</summary>
    NotFound = 0xC0000225,
    /// <summary>STATUS_DUPLICATE_OBJECTID</summary>
    DuplicateObjectId = 0xC000022A,
    /// <summary>STATUS_OBJECTID_EXISTS</summary>
    ObjectIdExists = 0xC000022B,
    /// <summary>STATUS_OBJECTID_NOT_FOUND</summary>
    ObjectIdNotFound = 0xC00002F0,
    /// <summary>STATUS_PATH_NOT_COVERED</summary>
    PathNotCovered = 0xC0000257,
    /// <summary>STATUS_CANT_WAIT</summary>
    CantWait = 0xC00000D8,
    /// <summary>STATUS_NETWORK_SESSION_EXPIRED</summary>
    NetworkSessionExpired = 0xC000035C,
    /// <summary>STATUS_INTEGER_OVERFLOW</summary>
    IntegerOverflow = 0xC0000095,
    /// <summary>STATUS_NO_RANGES_PROCESSED</summary>
    NoRangesProcessed = 0xC0000460,
    /// <summary>STATUS_NOT_A_REPARSE_POINT</summary>
    NotAReparsePoint = 0xC0000275,
    /// <summary>STATUS_IO_REPARSE_TAG_INVALID</summary>
    IoReparseTagInvalid = 0xC0000276,
    /// <summary>STATUS_IO_REPARSE_TAG_MISMATCH</summary>
    IoReparseTagMismatch = 0xC0000277,
    /// <summary>STATUS_IO_REPARSE_DATA_INVALID</summary>
    IoReparseDataInvalid = 0xC0000278,
    /// <summary>STATUS_IO_REPARSE_TAG_NOT_HANDLED</summary>
    IoReparseTagNotHandled = 0xC0000279,
    /// <summary>STATUS_REPARSE_ATTRIBUTE_CONFLICT</summary>
    ReparseAttributeConflict = 0xC00002B2,
    /// <summary>STATUS_REPARSE_POINT_ENCOUNTERED</summary>
    ReparsePointEncountered = 0xC000050B,
    /// <summary>STATUS_DUPLICATE_NAME</summary>
    DuplicateName = 0xC00000BD,
    /// <summary>STATUS_QUOTA_EXCEEDED</summary>
    QuotaExceeded = 0xC0000044,
    /// <summary>STATUS_TOO_MANY_LINKS</summary>
    TooManyLinks = 0xC0000265,
    /// <summary>STATUS_DFS_UNAVAILABLE</summary>
    DfsUnavailable = 0xC000026D,
    /// <summary>STATUS_INVALID_OPLOCK_PROTOCOL</summary>
    InvalidOplockProtocol = 0xC00000E3,
    /// <summary>STATUS_OPLOCK_NOT_GRANTED</summary>
    OplockNotGranted = 0xC00000E2,
    /// <summary>STATUS_REQUEST_OUT_OF_SEQUENCE</summary>
    RequestOutOfSequence = 0xC000042A,
    /// <summary>STATUS_FILE_NOT_AVAILABLE</summary>
    FileNotAvailable = 0xC0000467,
    /// <summary>STATUS_SERVER_UNAVAILABLE</summary>
    ServerUnavailable = 0xC0000466,
    /// <summary>STATUS_HASH_NOT_SUPPORTED</summary>
    HashNotSupported = 0xC000A100,
    /// <summary>STATUS_HASH_NOT_PRESENT</summary>
    HashNotPresent = 0xC000A101,
    /// <summary>STATUS_OFFLOAD_READ_FLT_NOT_SUPPORTED</summary>
    OffloadReadFltNotSupported = 0xC000A2A1,
    /// <summary>STATUS_OFFLOAD_READ_FILE_NOT_SUPPORTED</summary>
    OffloadReadFileNotSupported = 0xC000A2A3,
    /// <summary>STATUS_OFFLOAD_WRITE_FILE_NOT_SUPPORTED</summary>
    OffloadWriteFileNotSupported = 0xC000A2A4,
    /// <summary>STATUS_INVALID_TOKEN</summary>
    InvalidToken = 0xC0000465,
    /// <summary>STATUS_SMB_NO_PREAUTH_INTEGRITY_HASH_OVERLAP</summary>
    SmbNoPreauthIntegrityHashOverlap = 0xC05D0000,
}

/// <summary>Reading an <see cref="NtStatus"/>.</summary>
public static class NtStatusExtensions
{
    extension(NtStatus status)
    {
        /// <summary>Severity bits 11, [MS-ERREF] 2.3.</summary>
        public bool IsError => (uint)status >> 30 == 3;

        /// <summary>Severity bits 10, [MS-ERREF] 2.3.</summary>
        public bool IsWarning => (uint)status >> 30 == 2;

        /// <summary>Neither a warning nor an error.</summary>
        public bool IsSuccess => (uint)status >> 30 < 2;
    }
}
