namespace Symbio.Protocol.Smb2;

/// <summary>The SecurityMode field of NEGOTIATE and SESSION_SETUP, [MS-SMB2] 2.2.3, 2.2.4 and 2.2.5.</summary>
[Flags]
public enum SecurityMode : ushort
{
    None = 0,
    /// <summary>SMB2_NEGOTIATE_SIGNING_ENABLED</summary>
    SigningEnabled = 0x0001,
    /// <summary>SMB2_NEGOTIATE_SIGNING_REQUIRED</summary>
    SigningRequired = 0x0002,
}
