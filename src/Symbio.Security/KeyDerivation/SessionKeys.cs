using Symbio.Protocol.Smb2;
using System.Security.Cryptography;
using Symbio.Security.Encryption;

namespace Symbio.Security.KeyDerivation;

/// <summary>
/// The keys of a session or channel, [MS-SMB2] 3.1.4.2 with the inputs of 3.2.5.3.1 and 3.3.5.5.3 (the same on both
/// sides). Every method takes the key that the authentication mechanism gave, of any length, and does the cutting and
/// padding of Session.SessionKey itself.
/// </summary>
public sealed class SessionKeys : IDisposable
{
    private const int SessionKeySize = 16;

    private SessionKeys(SecretKey sessionKey, SecretKey signing, SecretKey? toServer, SecretKey? toClient, SecretKey app)
    {
        SessionKey = sessionKey;
        SigningKey = signing;
        ClientToServerKey = toServer;
        ServerToClientKey = toClient;
        ApplicationKey = app;
    }

    /// <summary>Session.SessionKey: the first 16 bytes of the mechanism's key, zero-padded on the right.</summary>
    public SecretKey SessionKey { get; }

    /// <summary>Session.SigningKey, which is Channel.SigningKey of the first channel.</summary>
    public SecretKey SigningKey { get; }

    /// <summary>The server's Session.DecryptionKey, the client's Session.EncryptionKey. Null in 2.x.</summary>
    public SecretKey? ClientToServerKey { get; }

    /// <summary>The server's Session.EncryptionKey, the client's Session.DecryptionKey. Null in 2.x.</summary>
    public SecretKey? ServerToClientKey { get; }

    /// <summary>Session.ApplicationKey: what named pipe servers get ([MS-SMB2] 3.3.4.5).</summary>
    public SecretKey ApplicationKey { get; }

    /// <summary>Dialects 2.0.2 and 2.1: one key for all, and no encryption.</summary>
    public static SessionKeys ForSmb2(ReadOnlySpan<byte> mechanismKey) =>
        new(ToSessionKey(mechanismKey), ToSessionKey(mechanismKey), null, null, ToSessionKey(mechanismKey));

    /// <summary>Dialects 3.0 and 3.0.2.</summary>
    public static SessionKeys ForSmb30(ReadOnlySpan<byte> mechanismKey)
    {
        var sessionKey = ToSessionKey(mechanismKey);
        return new SessionKeys(
            sessionKey,
            signing: Derive(sessionKey.Span, "SMB2AESCMAC\0"u8, "SmbSign\0"u8, SessionKeySize),
            toServer: Derive(sessionKey.Span, "SMB2AESCCM\0"u8, "ServerIn \0"u8, SessionKeySize),
            toClient: Derive(sessionKey.Span, "SMB2AESCCM\0"u8, "ServerOut\0"u8, SessionKeySize),
            app: Derive(sessionKey.Span, "SMB2APP\0"u8, "SmbRpc\0"u8, SessionKeySize));
    }

    /// <summary>Dialect 3.1.1.</summary>
    /// <param name="mechanismKey">Session.FullSessionKey; all of it goes into the keys of the AES-256 ciphers.</param>
    /// <param name="preauthHash">Session.PreauthIntegrityHashValue, up to the last SESSION_SETUP request.</param>
    /// <param name="cipher">Connection.CipherId; null when none was negotiated.</param>
    public static SessionKeys ForSmb311(
        ReadOnlySpan<byte> mechanismKey, in PreauthIntegrityHash preauthHash, EncryptionAlgorithm? cipher)
    {
        var sessionKey = ToSessionKey(mechanismKey);
        int cipherKeySize = cipher?.KeySize ?? SessionKeySize;
        var cipherInput = cipherKeySize > SessionKeySize ? mechanismKey : sessionKey.Span;
        var context = preauthHash.Value;
        return new SessionKeys(
            sessionKey,
            signing: Derive(sessionKey.Span, "SMBSigningKey\0"u8, context, SessionKeySize),
            toServer: cipher is null ? null : Derive(cipherInput, "SMBC2SCipherKey\0"u8, context, cipherKeySize),
            toClient: cipher is null ? null : Derive(cipherInput, "SMBS2CCipherKey\0"u8, context, cipherKeySize),
            app: Derive(sessionKey.Span, "SMBAppKey\0"u8, context, SessionKeySize));
    }

    /// <summary>Channel.SigningKey of a channel bound to a session in 3.0 and 3.0.2.</summary>
    public static SecretKey DeriveChannelSigningKey30(ReadOnlySpan<byte> mechanismKey)
    {
        using var sessionKey = ToSessionKey(mechanismKey);
        return Derive(sessionKey.Span, "SMB2AESCMAC\0"u8, "SmbSign\0"u8, SessionKeySize);
    }

    /// <summary>Channel.SigningKey of a channel bound to a session in 3.1.1.</summary>
    /// <param name="mechanismKey">The key of the binding's own authentication.</param>
    /// <param name="preauthHash">The hash of the binding's own exchange.</param>
    public static SecretKey DeriveChannelSigningKey311(
        ReadOnlySpan<byte> mechanismKey, in PreauthIntegrityHash preauthHash)
    {
        using var sessionKey = ToSessionKey(mechanismKey);
        return Derive(sessionKey.Span, "SMBSigningKey\0"u8, preauthHash.Value, SessionKeySize);
    }

    public void Dispose()
    {
        SessionKey.Dispose();
        SigningKey.Dispose();
        ClientToServerKey?.Dispose();
        ServerToClientKey?.Dispose();
        ApplicationKey.Dispose();
    }

    private static SecretKey ToSessionKey(ReadOnlySpan<byte> mechanismKey)
    {
        var key = new SecretKey(SessionKeySize);
        mechanismKey[..Math.Min(SessionKeySize, mechanismKey.Length)].CopyTo(key.Writable);
        return key;
    }

    /// <summary>
    /// SP 800-108 in counter mode with HMAC-SHA256, a 32-bit counter and a 32-bit L. Labels and contexts carry their
    /// terminating zero, as the specification writes them; the separator of SP 800-108 comes in addition.
    /// </summary>
    private static SecretKey Derive(
        ReadOnlySpan<byte> key, ReadOnlySpan<byte> label, ReadOnlySpan<byte> context, int length)
    {
        var derived = new SecretKey(length);
        SP800108HmacCounterKdf.DeriveBytes(key, HashAlgorithmName.SHA256, label, context, derived.Writable);
        return derived;
    }
}
