using Symbio.Protocol.Smb2;
using System.Security.Cryptography;
using Symbio.Security.Primitives;

namespace Symbio.Security.Encryption;

/// <summary>
/// One key of one of SMB2's four ciphers: authenticated encryption in place with a 16-byte tag. Thread-safe. Also what
/// SMB2_RDMA_CRYPTO_TRANSFORM ([MS-SMB2] 2.2.43.1) needs.
/// </summary>
internal abstract class MessageCipher : IDisposable
{
    /// <param name="forceSoftware">For tests: as if the processor had no AES instructions.</param>
    /// <param name="libraryFrom">For tests: the length from which GCM is the library's, whichever is faster.</param>
    public static MessageCipher Create(
        EncryptionAlgorithm algorithm, ReadOnlySpan<byte> key, bool forceSoftware = false, int? libraryFrom = null)
    {
        CheckKey(algorithm, key);
        if (algorithm is EncryptionAlgorithm.Aes128Gcm or EncryptionAlgorithm.Aes256Gcm)
        {
            return AesNiGcm.IsSupported && !forceSoftware
                ? new HardwareGcm(key, libraryFrom ?? AesNiGcm.LibraryIsFasterFrom)
                : new LibraryGcm(key);
        }
        return AesNiKey.IsSupported && !forceSoftware ? new HardwareCcm(key) : new SoftwareCcm(key);
    }

    /// <exception cref="ArgumentException">The key's length is not that of the cipher.</exception>
    public static void CheckKey(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        if (key.Length != algorithm.KeySize)
            throw new ArgumentException("The key's length is not that of the cipher.", nameof(key));
    }

    public abstract void Encrypt(
        ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> associatedData);

    /// <summary>False when the tag is wrong; the data is then cleared.</summary>
    public abstract bool TryDecrypt(
        ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData);

    public abstract void Dispose();

    private sealed class HardwareGcm(ReadOnlySpan<byte> key, int libraryFrom) : MessageCipher
    {
        private readonly AesNiGcm _gcm = new(key);
        private readonly LibraryGcm? _library = libraryFrom < int.MaxValue ? new(key) : null;

        public override void Encrypt(
            ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            if (_library is not null && data.Length >= libraryFrom)
                _library.Encrypt(nonce, data, tag, associatedData);
            else
                _gcm.Encrypt(nonce, data, data, tag, associatedData);
        }

        public override bool TryDecrypt(
            ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData) =>
            _library is not null && data.Length >= libraryFrom
                ? _library.TryDecrypt(nonce, data, tag, associatedData)
                : _gcm.TryDecrypt(nonce, data, tag, data, associatedData);

        public override void Dispose()
        {
            _gcm.Dispose();
            _library?.Dispose();
        }
    }

    private sealed class LibraryGcm(ReadOnlySpan<byte> key) : MessageCipher
    {
        private readonly AesGcmPool _contexts = new(key);

        public override void Encrypt(
            ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            var context = _contexts.Rent();
            try
            {
                context.Encrypt(nonce, data, data, tag, associatedData);
            }
            finally
            {
                _contexts.Return(context);
            }
        }

        public override bool TryDecrypt(
            ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            var context = _contexts.Rent();
            try
            {
                context.Decrypt(nonce, data, tag, data, associatedData);
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                // The BCL's only way to say so. The peer's connection ends with it, so it cannot be repeated cheaply.
                data.Clear();
                return false;
            }
            finally
            {
                _contexts.Return(context);
            }
        }

        public override void Dispose() => _contexts.Dispose();
    }

    private sealed class HardwareCcm(ReadOnlySpan<byte> key) : MessageCipher
    {
        private readonly AesNiCcm _ccm = new(key);

        public override void Encrypt(
            ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> associatedData) =>
            _ccm.Encrypt(nonce, data, tag, associatedData);

        public override bool TryDecrypt(
            ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData) =>
            _ccm.TryDecrypt(nonce, data, tag, associatedData);

        public override void Dispose() => _ccm.Dispose();
    }

    /// <summary>For machines without AES instructions. It allocates a native context for each message.</summary>
    private sealed class SoftwareCcm(ReadOnlySpan<byte> key) : MessageCipher
    {
        private readonly AesCcm _ccm = new(key);
        private readonly Lock _lock = new();

        public override void Encrypt(
            ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            lock (_lock)
                _ccm.Encrypt(nonce, data, data, tag, associatedData);
        }

        public override bool TryDecrypt(
            ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData)
        {
            try
            {
                lock (_lock)
                    _ccm.Decrypt(nonce, data, tag, data, associatedData);
                return true;
            }
            catch (AuthenticationTagMismatchException)
            {
                data.Clear();
                return false;
            }
        }

        public override void Dispose() => _ccm.Dispose();
    }
}
