using System.Buffers.Binary;
using System.Net.Sockets;
using System.Security.Cryptography;

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

/// <summary>The work that a cipher does on a message, with a key of zeros.</summary>
internal sealed class Cipher(string name) : IDisposable
{
    private readonly AesGcm? _gcm = name == "none" ? null : new AesGcm(new byte[16], Wire.TagSize);
    private readonly byte[] _nonce = new byte[12];
    private readonly byte[] _tag = new byte[Wire.TagSize];

    /// <summary>Encrypts in place, or computes a signature; a receiver's work costs the same.</summary>
    public void Work(Span<byte> message)
    {
        if (name == "gcm")
            _gcm!.Encrypt(_nonce, message, message, _tag);
        else if (name == "gmac")
            _gcm!.Encrypt(_nonce, [], [], _tag, message);
    }

    public void Dispose() => _gcm?.Dispose();
}
