using Symbio.Protocol.Smb2;
using System.Buffers.Binary;

namespace Symbio.Security.Encryption;

/// <summary>
/// Decrypts SMB2 messages with one Session.DecryptionKey, [MS-SMB2] 3.2.5.1.1.1 and 3.3.5.2.1.1, in place. Thread-safe:
/// the receive loops of all channels of a session use one instance at the same time.
/// </summary>
public sealed class MessageDecryptor : IDisposable
{
    private readonly LazyCipher _cipher;
    private readonly int _nonceSize;

    /// <summary>A decryptor for the key, of which it keeps its own copy until disposed.</summary>
    /// <exception cref="ArgumentException">The key's length is not that of the cipher.</exception>
    public MessageDecryptor(EncryptionAlgorithm algorithm, ReadOnlySpan<byte> key)
    {
        _cipher = new LazyCipher(algorithm, key);
        _nonceSize = algorithm.NonceSize;
    }

    public EncryptionAlgorithm Algorithm => _cipher.Algorithm;

    /// <summary>
    /// The SessionId of an SMB2 TRANSFORM_HEADER, by which the session, and with it the decryptor, is found. False when
    /// the frame is not a transform header with something after it.
    /// </summary>
    public static bool TryReadSessionId(ReadOnlySpan<byte> frame, out ulong sessionId)
    {
        sessionId = 0;
        if (frame.Length <= TransformHeaderLayout.Size
            || BinaryPrimitives.ReadUInt32LittleEndian(frame) != TransformHeaderLayout.ProtocolId)
        {
            return false;
        }
        sessionId = BinaryPrimitives.ReadUInt64LittleEndian(frame[TransformHeaderLayout.SessionIdOffset..]);
        return true;
    }

    /// <summary>
    /// Verifies and decrypts. After true, the message stands at <see cref="MessageEncryptor.HeaderSize"/> to the end of
    /// the frame. After false the connection is to be ended: the header is not valid (its ProtocolId, Flags, or an
    /// OriginalMessageSize other than what follows it), or the tag is wrong, and then the message is cleared.
    /// </summary>
    public bool TryDecrypt(Span<byte> frame)
    {
        if (!TryReadSessionId(frame, out _))
            return false;
        var header = frame[..TransformHeaderLayout.Size];
        var message = frame[TransformHeaderLayout.Size..];
        if (BinaryPrimitives.ReadUInt16LittleEndian(header[TransformHeaderLayout.FlagsOffset..])
                != TransformHeaderLayout.Encrypted
            || BinaryPrimitives.ReadUInt32LittleEndian(header[TransformHeaderLayout.OriginalMessageSizeOffset..])
                != (uint)message.Length)
        {
            return false;
        }
        return _cipher.Value.TryDecrypt(
            header.Slice(TransformHeaderLayout.NonceOffset, _nonceSize),
            message,
            header.Slice(TransformHeaderLayout.SignatureOffset, TransformHeaderLayout.SignatureSize),
            header[TransformHeaderLayout.NonceOffset..]);
    }

    public void Dispose() => _cipher.Dispose();
}
