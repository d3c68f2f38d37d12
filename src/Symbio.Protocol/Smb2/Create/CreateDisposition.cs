namespace Symbio.Protocol.Smb2;

/// <summary>CreateDisposition, [MS-SMB2] 2.2.13.</summary>
public enum CreateDisposition : uint
{
    /// <summary>FILE_SUPERSEDE</summary>
    Supersede = 0x00000000,
    /// <summary>FILE_OPEN</summary>
    Open = 0x00000001,
    /// <summary>FILE_CREATE</summary>
    Create = 0x00000002,
    /// <summary>FILE_OPEN_IF</summary>
    OpenIf = 0x00000003,
    /// <summary>FILE_OVERWRITE</summary>
    Overwrite = 0x00000004,
    /// <summary>FILE_OVERWRITE_IF</summary>
    OverwriteIf = 0x00000005,
}
