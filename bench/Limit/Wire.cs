using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.Signing;

namespace Symbio.Bench.Limit;

/// <summary>A request: what to do, where, how much. A response: how much, then the bytes that were read.</summary>
internal static class Wire
{
    public const int RequestSize = 16;
    public const int ResponseSize = 8;
    public const int TagSize = 16;

    public static void WriteRequest(Span<byte> at, bool writes, long offset, int length)
    {
        BinaryPrimitives.WriteInt32LittleEndian(at, writes ? 1 : 0);
        BinaryPrimitives.WriteInt32LittleEndian(at[4..], length);
        BinaryPrimitives.WriteInt64LittleEndian(at[8..], offset);
    }

    public static void ReceiveAll(Socket socket, Span<byte> bytes)
    {
        while (!bytes.IsEmpty)
        {
            int count = socket.Receive(bytes);
            if (count == 0)
                throw new IOException("closed");
            bytes = bytes[count..];
        }
    }

    public static void SendAll(Socket socket, ReadOnlySpan<byte> bytes)
    {
        while (!bytes.IsEmpty)
            bytes = bytes[socket.Send(bytes)..];
    }
}

/// <summary>The work that Symbio's ciphers do on a message, with a key of zeros.</summary>
internal sealed class Cipher(string name) : IDisposable
{
    private static readonly byte[] s_key = new byte[16];

    private readonly MessageSigner? _gmac = name == "gmac" ? MessageSigner.Create(SigningAlgorithm.AesGmac, s_key) : null;
    private readonly MessageEncryptor? _gcm =
        name == "gcm" ? new(EncryptionAlgorithm.Aes128Gcm, s_key, RandomNumberGenerator.Fill) : null;

    /// <summary>Encrypts in place (a header takes the place of the first bytes), or verifies; the other end's work costs the same.</summary>
    public void Work(Span<byte> message)
    {
        _gcm?.Encrypt(message, sessionId: 0);
        _ = _gmac?.Verify(message);
    }

    public void Dispose()
    {
        _gmac?.Dispose();
        _gcm?.Dispose();
    }
}
