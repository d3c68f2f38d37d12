namespace Symbio.Security.Signing;

/// <summary>SMB2_SIGNING_CAPABILITIES algorithm ids, [MS-SMB2] 2.2.3.1.7.</summary>
public enum SigningAlgorithm : ushort
{
    /// <summary>HMAC-SHA256 (0x0000): dialects 2.0.2 and 2.1, and 3.1.1 when negotiated.</summary>
    HmacSha256 = 0,

    /// <summary>AES-CMAC (0x0001): dialects 3.x by default.</summary>
    AesCmac = 1,

    /// <summary>AES-GMAC (0x0002): 3.1.1 when negotiated.</summary>
    AesGmac = 2,
}
