using Symbio.Protocol.Smb2;

namespace Symbio.Client.Connections;

/// <summary>What both sides have agreed on, and what the server said of itself: [MS-SMB2] 3.2.1.2.</summary>
/// <param name="Capabilities">Connection.ServerCapabilities</param>
/// <param name="SecurityMode">Connection.ServerSecurityMode</param>
/// <param name="MaxTransactSize">Bytes; as the server stated it, within what the client takes.</param>
/// <param name="Cipher">Connection.CipherId; None: nothing can be encrypted.</param>
/// <param name="SigningAlgorithm">Connection.SigningAlgorithmId</param>
internal sealed record NegotiatedParameters(
    Dialect Dialect, Capabilities Capabilities, SecurityMode SecurityMode, Guid ServerGuid,
    int MaxTransactSize, int MaxReadSize, int MaxWriteSize,
    EncryptionAlgorithm Cipher, SigningAlgorithm SigningAlgorithm)
{
    /// <summary>Before NEGOTIATE is answered.</summary>
    public static NegotiatedParameters None { get; } = new(
        Dialect.None, Capabilities.None, SecurityMode.None, Guid.Empty, Smallest, Smallest, Smallest,
        EncryptionAlgorithm.None, SigningAlgorithm.HmacSha256);

    /// <summary>The sizes that every server allows.</summary>
    public const int Smallest = 65536;

    /// <summary>Connection.SupportsMultiCredit</summary>
    public bool SupportsMultiCredit =>
        Dialect >= Dialect.Smb210 && (Capabilities & Capabilities.GlobalCapLargeMtu) != 0;
}
