namespace Symbio.Protocol.Smb2;

/// <summary>The Capabilities field of NEGOTIATE and SESSION_SETUP, [MS-SMB2] 2.2.3, 2.2.4 and 2.2.5.</summary>
[Flags]
public enum Capabilities : uint
{
    None = 0,
    /// <summary>SMB2_GLOBAL_CAP_DFS</summary>
    GlobalCapDfs = 0x00000001,
    /// <summary>SMB2_GLOBAL_CAP_LEASING</summary>
    GlobalCapLeasing = 0x00000002,
    /// <summary>SMB2_GLOBAL_CAP_LARGE_MTU</summary>
    GlobalCapLargeMtu = 0x00000004,
    /// <summary>SMB2_GLOBAL_CAP_MULTI_CHANNEL</summary>
    GlobalCapMultiChannel = 0x00000008,
    /// <summary>SMB2_GLOBAL_CAP_PERSISTENT_HANDLES</summary>
    GlobalCapPersistentHandles = 0x00000010,
    /// <summary>SMB2_GLOBAL_CAP_DIRECTORY_LEASING</summary>
    GlobalCapDirectoryLeasing = 0x00000020,
    /// <summary>SMB2_GLOBAL_CAP_ENCRYPTION</summary>
    GlobalCapEncryption = 0x00000040,
    /// <summary>SMB2_GLOBAL_CAP_NOTIFICATIONS</summary>
    GlobalCapNotifications = 0x00000080,
}
