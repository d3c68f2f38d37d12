namespace Symbio.Protocol.Smb2;

/// <summary>ContextType of an SMB2 NEGOTIATE_CONTEXT, [MS-SMB2] 2.2.3.1.</summary>
public enum NegotiateContextType : ushort
{
    /// <summary>SMB2_PREAUTH_INTEGRITY_CAPABILITIES</summary>
    PreauthIntegrityCapabilities = 0x0001,
    /// <summary>SMB2_ENCRYPTION_CAPABILITIES</summary>
    EncryptionCapabilities = 0x0002,
    /// <summary>SMB2_COMPRESSION_CAPABILITIES</summary>
    CompressionCapabilities = 0x0003,
    /// <summary>SMB2_NETNAME_NEGOTIATE_CONTEXT_ID</summary>
    NetnameNegotiateContextId = 0x0005,
    /// <summary>SMB2_TRANSPORT_CAPABILITIES</summary>
    TransportCapabilities = 0x0006,
    /// <summary>SMB2_RDMA_TRANSFORM_CAPABILITIES</summary>
    RdmaTransformCapabilities = 0x0007,
    /// <summary>SMB2_SIGNING_CAPABILITIES</summary>
    SigningCapabilities = 0x0008,
    /// <summary>SMB2_CONTEXTTYPE_RESERVED; the SMB 3.1.1 POSIX extensions' SMB2_POSIX_EXTENSIONS_AVAILABLE.</summary>
    PosixExtensionsAvailable = 0x0100,
}
