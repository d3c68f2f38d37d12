namespace Symbio.Security.Encryption;

/// <summary>SMB2_ENCRYPTION_CAPABILITIES cipher ids, [MS-SMB2] 2.2.3.1.2.</summary>
public enum EncryptionAlgorithm : ushort
{
    /// <summary>AES-128-CCM (0x0001): the only one of dialects 3.0 and 3.0.2.</summary>
    Aes128Ccm = 1,

    /// <summary>AES-128-GCM (0x0002).</summary>
    Aes128Gcm = 2,

    /// <summary>AES-256-CCM (0x0003).</summary>
    Aes256Ccm = 3,

    /// <summary>AES-256-GCM (0x0004).</summary>
    Aes256Gcm = 4,
}

public static class EncryptionAlgorithmExtensions
{
    extension(EncryptionAlgorithm algorithm)
    {
        /// <summary>The key's length in bytes: 16 or 32.</summary>
        public int KeySize => algorithm switch
        {
            EncryptionAlgorithm.Aes128Ccm or EncryptionAlgorithm.Aes128Gcm => 16,
            EncryptionAlgorithm.Aes256Ccm or EncryptionAlgorithm.Aes256Gcm => 32,
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
        };

        /// <summary>The used bytes of the 16-byte Nonce field: 11 for CCM, 12 for GCM ([MS-SMB2] 2.2.41).</summary>
        public int NonceSize => algorithm switch
        {
            EncryptionAlgorithm.Aes128Ccm or EncryptionAlgorithm.Aes256Ccm => 11,
            EncryptionAlgorithm.Aes128Gcm or EncryptionAlgorithm.Aes256Gcm => 12,
            _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
        };
    }
}
