using Symbio.Client.Connections;
using Symbio.Security.Encryption;
using Symbio.Security.Signing;

namespace Symbio.Client.Sessions;

/// <summary>
/// A session as it uses one connection: Channel of [MS-SMB2] 3.2.1.8. It has the connection's own signing key; the keys
/// that encrypt are the session's.
/// </summary>
internal sealed class SmbChannel(SmbConnection connection) : IDisposable
{
    private MessageSigner? _signer;
    private MessageEncryptor? _encryptor;
    private MessageDecryptor? _decryptor;
    private volatile bool _isClosed;

    public SmbConnection Connection => connection;

    /// <summary>Session.SessionId; 0 until the server has given one.</summary>
    public ulong SessionId { get; set; }

    /// <summary>There is a signing key.</summary>
    public bool CanVerify => _signer is not null;

    /// <summary>There are keys to encrypt with.</summary>
    public bool CanEncrypt => _encryptor is not null;

    /// <summary>The session has ended; its keys are gone, or will be at any moment.</summary>
    public bool IsClosed => _isClosed;

    /// <summary>Channel.SigningKey; the channel owns the signer.</summary>
    public void UseSigner(MessageSigner signer)
    {
        _signer?.Dispose();
        _signer = signer;
    }

    /// <summary>Session.EncryptionKey and Session.DecryptionKey; the session owns them.</summary>
    public void UseCipher(MessageEncryptor? encryptor, MessageDecryptor? decryptor)
    {
        _encryptor = encryptor;
        _decryptor = decryptor;
    }

    public void Sign(Span<byte> message) => _signer!.Sign(message);

    public bool Verify(Span<byte> message) => _signer!.Verify(message);

    public void Encrypt(Span<byte> frame) => _encryptor!.Encrypt(frame, SessionId);

    public bool TryDecrypt(Span<byte> frame) => _decryptor is not null && _decryptor.TryDecrypt(frame);

    /// <summary>What a request in the session's name, without a tree, is sent with.</summary>
    public RequestTarget Target(bool sign, bool encrypt) => new(this, 0, sign, encrypt);

    public void Dispose()
    {
        _isClosed = true;
        connection.Remove(this);
        _signer?.Dispose();
    }
}
