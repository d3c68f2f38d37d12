using Symbio.Security.Encryption;
using Symbio.Simulation.Model;

namespace Symbio.Simulation.Clients;

/// <summary>How a client's session encrypts, and what must hold for what it is sent, [MS-SMB2] 3.1.4.3.</summary>
internal sealed class SessionEncryption(MessageEncryptor encryptor, MessageDecryptor decryptor)
{
    private const int NonceOffset = 20;
    private const int NonceSize = 16;

    private readonly HashSet<UInt128> _nonces = [];

    public byte[] Encrypt(byte[] messages, ulong sessionId)
    {
        byte[] frame = [.. new byte[MessageEncryptor.HeaderSize], .. messages];
        encryptor.Encrypt(frame, sessionId);
        return frame;
    }

    /// <summary>The messages in a frame; over all channels of the session no nonce is used twice.</summary>
    public byte[] Decrypt(byte[] frame, ClientLine line)
    {
        if (!_nonces.Add(System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(frame.AsSpan(NonceOffset, NonceSize))))
            throw new InvariantViolation("encryption", $"{line} got a nonce for the second time");
        if (!decryptor.TryDecrypt(frame))
            throw new InvariantViolation("encryption", $"{line} cannot decrypt what it got");
        return frame[MessageEncryptor.HeaderSize..];
    }
}
