using Symbio.Protocol.Smb2;
namespace Symbio.Security.Encryption;

/// <summary>The offsets of SMB2 TRANSFORM_HEADER, [MS-SMB2] 2.2.41, as far as encryption itself needs them.</summary>
internal static class TransformHeaderLayout
{
    // ProtocolId (4) Signature (16) Nonce (16) OriginalMessageSize (4) Reserved (2) Flags (2) SessionId (8)
    public const int Size = 52;
    public const int SignatureOffset = 4;
    public const int SignatureSize = 16;
    public const int NonceOffset = 20;
    public const int OriginalMessageSizeOffset = 36;
    public const int FlagsOffset = 42;
    public const int SessionIdOffset = 44;

    /// <summary>0xFD 'S' 'M' 'B'.</summary>
    public const uint ProtocolId = 0x424D53FD;

    /// <summary>Flags in 3.1.1, EncryptionAlgorithm in 3.0.x: the same value.</summary>
    public const ushort Encrypted = 0x0001;
}
