using Symbio.Protocol.Smb2;

namespace Symbio.Server.Connections;

/// <summary>What NEGOTIATE settled for a connection, [MS-SMB2] 3.3.1.7; it never changes afterwards.</summary>
internal sealed record Negotiated
{
    /// <summary>Connection.Dialect</summary>
    public required Dialect Dialect { get; init; }

    /// <summary>Connection.ClientGuid</summary>
    public required Guid ClientGuid { get; init; }

    /// <summary>Connection.ClientSecurityMode</summary>
    public required SecurityMode ClientSecurityMode { get; init; }

    /// <summary>Connection.ClientCapabilities</summary>
    public required Capabilities ClientCapabilities { get; init; }

    /// <summary>The dialects the client offered, for FSCTL_VALIDATE_NEGOTIATE_INFO.</summary>
    public required IReadOnlyList<Dialect> ClientDialects { get; init; }

    /// <summary>Connection.ServerCapabilities</summary>
    public required Capabilities ServerCapabilities { get; init; }

    /// <summary>Connection.ServerSecurityMode</summary>
    public required SecurityMode ServerSecurityMode { get; init; }

    /// <summary>Connection.MaxReadSize, MaxWriteSize, MaxTransactSize</summary>
    public required uint MaxIoSize { get; init; }

    /// <summary>Connection.SupportsMultiCredit</summary>
    public bool SupportsMultiCredit { get; init; }

    /// <summary>Connection.SupportsNotifications</summary>
    public bool SupportsNotifications => (ServerCapabilities & Capabilities.GlobalCapNotifications) != 0;

    /// <summary>Connection.CipherId; None when the connection cannot encrypt.</summary>
    public EncryptionAlgorithm Cipher { get; init; }

    /// <summary>Connection.SigningAlgorithmId</summary>
    public SigningAlgorithm SigningAlgorithm { get; init; }

    /// <summary>Connection.CompressionIds and SupportsChainedCompression; null when the connection does not compress.</summary>
    public CompressionSettings? Compression { get; init; }

    /// <summary>SMB2_POSIX_EXTENSIONS_AVAILABLE was agreed on.</summary>
    public bool PosixExtensions { get; init; }
}
