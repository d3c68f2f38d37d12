using Symbio.Protocol.Smb2;
using Symbio.Security.KeyDerivation;

namespace Symbio.Security.Encryption;

/// <summary>
/// A key, and what works with it from the first message on. Most sessions that could encrypt never do, and an expanded key
/// with its powers for GHASH is thirty times as large as the key. Thread-safe.
/// </summary>
internal sealed class LazyCipher : IDisposable
{
    private readonly SecretKey _key;
    private MessageCipher? _cipher;

    /// <exception cref="ArgumentException">The key's length is not that of the cipher.</exception>
    public LazyCipher(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        MessageCipher.CheckKey(algorithm, key);
        Algorithm = algorithm;
        _key = new SecretKey(key);
    }

    public EncryptionAlgorithm Algorithm { get; }

    public MessageCipher Value => _cipher ?? Make();

    public void Dispose()
    {
        // Under the lock that Make takes: a cipher that is made at the same time is either disposed of here, or not made.
        lock (_key)
        {
            _key.Dispose();
            _cipher?.Dispose();
        }
    }

    private MessageCipher Make()
    {
        lock (_key)
            return _cipher ??= MessageCipher.Create(Algorithm, _key.Span);
    }
}
