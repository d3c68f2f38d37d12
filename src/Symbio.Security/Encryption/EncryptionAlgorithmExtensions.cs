using Symbio.Protocol.Smb2;

namespace Symbio.Security.Encryption;

/// <summary>Sizes that go with a cipher.</summary>
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
