namespace Symbio.Protocol.Smb2;

/// <summary>CreateOptions, [MS-SMB2] 2.2.13.</summary>
[Flags]
public enum CreateOptions : uint
{
    None = 0,
    /// <summary>FILE_DIRECTORY_FILE</summary>
    DirectoryFile = 0x00000001,
    /// <summary>FILE_WRITE_THROUGH</summary>
    WriteThrough = 0x00000002,
    /// <summary>FILE_SEQUENTIAL_ONLY</summary>
    SequentialOnly = 0x00000004,
    /// <summary>FILE_NO_INTERMEDIATE_BUFFERING</summary>
    NoIntermediateBuffering = 0x00000008,
    /// <summary>FILE_SYNCHRONOUS_IO_ALERT</summary>
    SynchronousIoAlert = 0x00000010,
    /// <summary>FILE_SYNCHRONOUS_IO_NONALERT</summary>
    SynchronousIoNonalert = 0x00000020,
    /// <summary>FILE_NON_DIRECTORY_FILE</summary>
    NonDirectoryFile = 0x00000040,
    /// <summary>FILE_CREATE_TREE_CONNECTION ([MS-CIFS]; not in [MS-SMB2])</summary>
    CreateTreeConnection = 0x00000080,
    /// <summary>FILE_COMPLETE_IF_OPLOCKED</summary>
    CompleteIfOplocked = 0x00000100,
    /// <summary>FILE_NO_EA_KNOWLEDGE</summary>
    NoEaKnowledge = 0x00000200,
    /// <summary>FILE_OPEN_REMOTE_INSTANCE</summary>
    OpenRemoteInstance = 0x00000400,
    /// <summary>FILE_RANDOM_ACCESS</summary>
    RandomAccess = 0x00000800,
    /// <summary>FILE_DELETE_ON_CLOSE</summary>
    DeleteOnClose = 0x00001000,
    /// <summary>FILE_OPEN_BY_FILE_ID</summary>
    OpenByFileId = 0x00002000,
    /// <summary>FILE_OPEN_FOR_BACKUP_INTENT</summary>
    OpenForBackupIntent = 0x00004000,
    /// <summary>FILE_NO_COMPRESSION</summary>
    NoCompression = 0x00008000,
    /// <summary>FILE_OPEN_REQUIRING_OPLOCK</summary>
    OpenRequiringOplock = 0x00010000,
    /// <summary>FILE_DISALLOW_EXCLUSIVE</summary>
    DisallowExclusive = 0x00020000,
    /// <summary>FILE_RESERVE_OPFILTER</summary>
    ReserveOpfilter = 0x00100000,
    /// <summary>FILE_OPEN_REPARSE_POINT</summary>
    OpenReparsePoint = 0x00200000,
    /// <summary>FILE_OPEN_NO_RECALL</summary>
    OpenNoRecall = 0x00400000,
    /// <summary>FILE_OPEN_FOR_FREE_SPACE_QUERY</summary>
    OpenForFreeSpaceQuery = 0x00800000,
}
