namespace Symbio.Protocol.Smb2;

/// <summary>Names of create contexts, [MS-SMB2] 2.2.13.2 and [MS-RSVD] 2.2.4.</summary>
public static class CreateContextName
{
    /// <summary>SMB2_CREATE_EA_BUFFER. The data is FILE_FULL_EA_INFORMATION entries.</summary>
    public static ReadOnlySpan<byte> ExtA => "ExtA"u8;

    /// <summary>SMB2_CREATE_SD_BUFFER. The data is a self-relative security descriptor.</summary>
    public static ReadOnlySpan<byte> SecD => "SecD"u8;

    /// <summary>SMB2_CREATE_DURABLE_HANDLE_REQUEST, and its response.</summary>
    public static ReadOnlySpan<byte> DHnQ => "DHnQ"u8;

    /// <summary>SMB2_CREATE_DURABLE_HANDLE_RECONNECT</summary>
    public static ReadOnlySpan<byte> DHnC => "DHnC"u8;

    /// <summary>SMB2_CREATE_ALLOCATION_SIZE</summary>
    public static ReadOnlySpan<byte> AlSi => "AlSi"u8;

    /// <summary>SMB2_CREATE_QUERY_MAXIMAL_ACCESS_REQUEST, and its response.</summary>
    public static ReadOnlySpan<byte> MxAc => "MxAc"u8;

    /// <summary>SMB2_CREATE_TIMEWARP_TOKEN</summary>
    public static ReadOnlySpan<byte> TWrp => "TWrp"u8;

    /// <summary>SMB2_CREATE_QUERY_ON_DISK_ID, and its response.</summary>
    public static ReadOnlySpan<byte> QFid => "QFid"u8;

    /// <summary>SMB2_CREATE_REQUEST_LEASE and _V2 (told apart by length), and their responses.</summary>
    public static ReadOnlySpan<byte> RqLs => "RqLs"u8;

    /// <summary>SMB2_CREATE_DURABLE_HANDLE_REQUEST_V2, and its response.</summary>
    public static ReadOnlySpan<byte> DH2Q => "DH2Q"u8;

    /// <summary>SMB2_CREATE_DURABLE_HANDLE_RECONNECT_V2</summary>
    public static ReadOnlySpan<byte> DH2C => "DH2C"u8;

    /// <summary>SMB2_CREATE_APP_INSTANCE_ID</summary>
    public static ReadOnlySpan<byte> AppInstanceId =>
        [0x45, 0xBC, 0xA6, 0x6A, 0xEF, 0xA7, 0xF7, 0x4A, 0x90, 0x08, 0xFA, 0x46, 0x2E, 0x14, 0x4D, 0x74];

    /// <summary>SMB2_CREATE_APP_INSTANCE_VERSION</summary>
    public static ReadOnlySpan<byte> AppInstanceVersion =>
        [0xB9, 0x82, 0xD0, 0xB7, 0x3B, 0x56, 0x07, 0x4F, 0xA0, 0x7B, 0x52, 0x4A, 0x81, 0x16, 0xA0, 0x10];

    /// <summary>SVHDX_OPEN_DEVICE_CONTEXT and its V2 (told apart by their version field).</summary>
    public static ReadOnlySpan<byte> SvhdxOpenDeviceContext =>
        [0x9C, 0xCB, 0xCF, 0x9E, 0x04, 0xC1, 0xE6, 0x43, 0x98, 0x0E, 0x15, 0x8D, 0xA1, 0xF6, 0xEC, 0x83];

    /// <summary>The SMB 3.1.1 POSIX extensions' open mode.</summary>
    public static ReadOnlySpan<byte> Posix =>
        [0x93, 0xAD, 0x25, 0x50, 0x9C, 0xB4, 0x11, 0xE7, 0xB4, 0x23, 0x83, 0xDE, 0x96, 0x8B, 0xCD, 0x7C];

    /// <summary>AAPL, Apple's context that clients of macOS open a share with (not in [MS-SMB2]).</summary>
    public static ReadOnlySpan<byte> Aapl => "AAPL"u8;
}
