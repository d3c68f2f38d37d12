using Symbio.Protocol.Smb2;
using System.Security.Cryptography;

namespace Symbio.Security.Signing;

/// <summary>
/// Signs and verifies SMB2 messages, [MS-SMB2] 3.1.4.1 and 3.1.5.1, for one signing key (Session.SigningKey,
/// Channel.SigningKey, or Session.SessionKey in 2.x). Both calls work in place, allocate nothing, and may run at the
/// same time from any number of threads, each on a message of its own.
/// </summary>
public abstract class MessageSigner : IDisposable
{
    /// <summary>The SMB2 header, [MS-SMB2] 2.2.1.</summary>
    internal const int HeaderSize = 64;
    internal const int SignatureOffset = 48;
    internal const int SignatureSize = 16;
    internal const int FlagsOffset = 16;

    /// <summary>SMB2_FLAGS_SIGNED, in the first byte of Flags.</summary>
    private const byte SignedFlag = 0x08;

    private protected MessageSigner(SigningAlgorithm algorithm) => Algorithm = algorithm;

    public SigningAlgorithm Algorithm { get; }

    /// <summary>A signer for the key, of which it keeps its own copy until disposed.</summary>
    /// <exception cref="ArgumentException">The key is empty, or not 16 bytes for an AES algorithm.</exception>
    public static MessageSigner Create(SigningAlgorithm algorithm, ReadOnlySpan<byte> key) => algorithm switch
    {
        SigningAlgorithm.HmacSha256 => new HmacSha256Signer(key),
        SigningAlgorithm.AesCmac => new AesCmacSigner(key),
        SigningAlgorithm.AesGmac => new AesGmacSigner(key),
        _ => throw new ArgumentOutOfRangeException(nameof(algorithm)),
    };

    /// <summary>Sets SMB2_FLAGS_SIGNED and the Signature field.</summary>
    /// <param name="message">One message from its SMB2 header to its end, its padding in a compound chain included.</param>
    public void Sign(Span<byte> message)
    {
        if (message.Length < HeaderSize)
            throw new ArgumentException("An SMB2 message has a 64-byte header.", nameof(message));
        message[FlagsOffset] |= SignedFlag;
        var signature = message.Slice(SignatureOffset, SignatureSize);
        signature.Clear();
        Span<byte> computed = stackalloc byte[SignatureSize];
        Compute(message, computed);
        computed.CopyTo(signature);
    }

    /// <summary>
    /// Whether the Signature field is right. The field is zero while the call runs and is restored before it returns.
    /// False, too, for a message shorter than its header. Whether the message had to be signed is the caller's matter.
    /// </summary>
    /// <param name="message">One message from its SMB2 header to its end, its padding in a compound chain included.</param>
    public bool Verify(Span<byte> message)
    {
        if (message.Length < HeaderSize)
            return false;
        var signature = message.Slice(SignatureOffset, SignatureSize);
        Span<byte> received = stackalloc byte[SignatureSize];
        Span<byte> computed = stackalloc byte[SignatureSize];
        signature.CopyTo(received);
        signature.Clear();
        Compute(message, computed);
        received.CopyTo(signature);
        return CryptographicOperations.FixedTimeEquals(received, computed);
    }

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    /// <summary>Computes the signature of a message whose Signature field is zero.</summary>
    private protected abstract void Compute(ReadOnlySpan<byte> message, Span<byte> signature);

    private protected abstract void Dispose(bool disposing);
}
