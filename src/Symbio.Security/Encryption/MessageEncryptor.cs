using Symbio.Protocol.Smb2;
using System.Buffers.Binary;

namespace Symbio.Security.Encryption;

/// <summary>
/// Encrypts SMB2 messages with one Session.EncryptionKey, [MS-SMB2] 3.1.4.3, in place. Thread-safe: the channels of a
/// session share one instance, and must, because the instance is what keeps nonces unique.
/// </summary>
/// <remarks>
/// A nonce is a 64-bit counter with a random start beside a random fixed part (4 bytes for GCM, 3 for CCM), both drawn
/// when the instance is made: the deterministic construction of NIST SP 800-38D 8.2.1. It repeats after 2^64 messages,
/// which no session lives to see (half a million years at a million messages a second). One instance per key is the
/// caller's part; keys are derived anew for each session, so that is one instance per session and direction.
/// </remarks>
public sealed class MessageEncryptor : IDisposable
{
    /// <summary>The room that a message needs before it for the SMB2 TRANSFORM_HEADER: 52 bytes.</summary>
    public const int HeaderSize = TransformHeaderLayout.Size;

    private const int CounterSize = sizeof(ulong);

    private readonly LazyCipher _cipher;
    private readonly int _nonceSize;
    private readonly uint _fixedPart;
    private ulong _counter;

    /// <summary>An encryptor for the key, of which it keeps its own copy until disposed.</summary>
    /// <exception cref="ArgumentException">The key's length is not that of the cipher.</exception>
    public MessageEncryptor(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> key, RandomNumberSource random)
    {
        _cipher = new LazyCipher(algorithm, key);
        _nonceSize = algorithm.NonceSize;
        Span<byte> start = stackalloc byte[CounterSize + sizeof(uint)];
        random(start);
        _counter = BinaryPrimitives.ReadUInt64LittleEndian(start);
        _fixedPart = BinaryPrimitives.ReadUInt32LittleEndian(start[CounterSize..]);
    }

    public EncryptionAlgorithm Algorithm => _cipher.Algorithm;

    /// <summary>Fills in the SMB2 TRANSFORM_HEADER and encrypts what follows it.</summary>
    /// <param name="frame">52 bytes of room, then the message (or compound chain, or compressed message).</param>
    /// <param name="sessionId">Session.SessionId.</param>
    public void Encrypt(Span<byte> frame, ulong sessionId)
    {
        Span<byte> nonce = stackalloc byte[CounterSize + sizeof(uint)];
        BinaryPrimitives.WriteUInt64LittleEndian(nonce, Interlocked.Increment(ref _counter));
        BinaryPrimitives.WriteUInt32LittleEndian(nonce[CounterSize..], _fixedPart);
        Encrypt(frame, sessionId, nonce[.._nonceSize]);
    }

    internal void Encrypt(Span<byte> frame, ulong sessionId, ReadOnlySpan<byte> nonce)
    {
        if (frame.Length <= HeaderSize)
            throw new ArgumentException("There is nothing to encrypt.", nameof(frame));
        var header = frame[..HeaderSize];
        var message = frame[HeaderSize..];
        header.Clear();
        BinaryPrimitives.WriteUInt32LittleEndian(header, TransformHeaderLayout.ProtocolId);
        nonce.CopyTo(header[TransformHeaderLayout.NonceOffset..]);
        BinaryPrimitives.WriteInt32LittleEndian(
            header[TransformHeaderLayout.OriginalMessageSizeOffset..], message.Length);
        BinaryPrimitives.WriteUInt16LittleEndian(
            header[TransformHeaderLayout.FlagsOffset..], TransformHeaderLayout.Encrypted);
        BinaryPrimitives.WriteUInt64LittleEndian(header[TransformHeaderLayout.SessionIdOffset..], sessionId);
        _cipher.Value.Encrypt(
            nonce,
            message,
            header.Slice(TransformHeaderLayout.SignatureOffset, TransformHeaderLayout.SignatureSize),
            header[TransformHeaderLayout.NonceOffset..]);
    }

    public void Dispose() => _cipher.Dispose();
}
