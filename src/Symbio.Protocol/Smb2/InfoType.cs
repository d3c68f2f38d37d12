namespace Symbio.Protocol.Smb2;

/// <summary>InfoType of QUERY_INFO and SET_INFO, [MS-SMB2] 2.2.37 and 2.2.39.</summary>
public enum InfoType : byte
{
    /// <summary>SMB2_0_INFO_FILE</summary>
    File = 0x01,
    /// <summary>SMB2_0_INFO_FILESYSTEM</summary>
    FileSystem = 0x02,
    /// <summary>SMB2_0_INFO_SECURITY</summary>
    Security = 0x03,
    /// <summary>SMB2_0_INFO_QUOTA</summary>
    Quota = 0x04,
}
