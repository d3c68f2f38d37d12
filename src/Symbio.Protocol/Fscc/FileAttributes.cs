namespace Symbio.Protocol.Fscc;

/// <summary>File attributes, [MS-FSCC] 2.6.</summary>
[Flags]
public enum FileAttributes : uint
{
    None = 0,
    /// <summary>FILE_ATTRIBUTE_READONLY</summary>
    ReadOnly = 0x00000001,
    /// <summary>FILE_ATTRIBUTE_HIDDEN</summary>
    Hidden = 0x00000002,
    /// <summary>FILE_ATTRIBUTE_SYSTEM</summary>
    System = 0x00000004,
    /// <summary>FILE_ATTRIBUTE_DIRECTORY</summary>
    Directory = 0x00000010,
    /// <summary>FILE_ATTRIBUTE_ARCHIVE</summary>
    Archive = 0x00000020,
    /// <summary>FILE_ATTRIBUTE_NORMAL: on the wire for "no other attribute"; to be used alone.</summary>
    Normal = 0x00000080,
    /// <summary>FILE_ATTRIBUTE_TEMPORARY</summary>
    Temporary = 0x00000100,
    /// <summary>FILE_ATTRIBUTE_SPARSE_FILE</summary>
    SparseFile = 0x00000200,
    /// <summary>FILE_ATTRIBUTE_REPARSE_POINT</summary>
    ReparsePoint = 0x00000400,
    /// <summary>FILE_ATTRIBUTE_COMPRESSED</summary>
    Compressed = 0x00000800,
    /// <summary>FILE_ATTRIBUTE_OFFLINE</summary>
    Offline = 0x00001000,
    /// <summary>FILE_ATTRIBUTE_NOT_CONTENT_INDEXED</summary>
    NotContentIndexed = 0x00002000,
    /// <summary>FILE_ATTRIBUTE_ENCRYPTED</summary>
    Encrypted = 0x00004000,
    /// <summary>FILE_ATTRIBUTE_INTEGRITY_STREAM</summary>
    IntegrityStream = 0x00008000,
    /// <summary>FILE_ATTRIBUTE_NO_SCRUB_DATA</summary>
    NoScrubData = 0x00020000,
    /// <summary>FILE_ATTRIBUTE_RECALL_ON_OPEN</summary>
    RecallOnOpen = 0x00040000,
    /// <summary>FILE_ATTRIBUTE_PINNED</summary>
    Pinned = 0x00080000,
    /// <summary>FILE_ATTRIBUTE_UNPINNED</summary>
    Unpinned = 0x00100000,
    /// <summary>FILE_ATTRIBUTE_RECALL_ON_DATA_ACCESS</summary>
    RecallOnDataAccess = 0x00400000,
}
