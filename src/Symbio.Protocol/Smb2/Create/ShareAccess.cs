namespace Symbio.Protocol.Smb2;

/// <summary>ShareAccess, [MS-SMB2] 2.2.13.</summary>
[Flags]
public enum ShareAccess : uint
{
    None = 0,
    /// <summary>FILE_SHARE_READ</summary>
    Read = 0x00000001,
    /// <summary>FILE_SHARE_WRITE</summary>
    Write = 0x00000002,
    /// <summary>FILE_SHARE_DELETE</summary>
    Delete = 0x00000004,
    /// <summary>All three.</summary>
    All = Read | Write | Delete,
}
