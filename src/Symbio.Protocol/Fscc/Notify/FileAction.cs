namespace Symbio.Protocol.Fscc;

/// <summary>What happened to a name, [MS-FSCC] 2.7.1.</summary>
public enum FileAction : uint
{
    None = 0,
    /// <summary>FILE_ACTION_ADDED</summary>
    Added = 0x00000001,
    /// <summary>FILE_ACTION_REMOVED</summary>
    Removed = 0x00000002,
    /// <summary>FILE_ACTION_MODIFIED</summary>
    Modified = 0x00000003,
    /// <summary>FILE_ACTION_RENAMED_OLD_NAME</summary>
    RenamedOldName = 0x00000004,
    /// <summary>FILE_ACTION_RENAMED_NEW_NAME</summary>
    RenamedNewName = 0x00000005,
    /// <summary>FILE_ACTION_ADDED_STREAM</summary>
    AddedStream = 0x00000006,
    /// <summary>FILE_ACTION_REMOVED_STREAM</summary>
    RemovedStream = 0x00000007,
    /// <summary>FILE_ACTION_MODIFIED_STREAM</summary>
    ModifiedStream = 0x00000008,
    /// <summary>FILE_ACTION_REMOVED_BY_DELETE</summary>
    RemovedByDelete = 0x00000009,
    /// <summary>FILE_ACTION_ID_NOT_TUNNELLED</summary>
    IdNotTunnelled = 0x0000000A,
    /// <summary>FILE_ACTION_TUNNELLED_ID_COLLISION</summary>
    TunnelledIdCollision = 0x0000000B,
}
