using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Symbio.Security.Primitives;

/// <summary>
/// AES-CCM (NIST SP 800-38C, RFC 3610) with an 11-byte nonce and a 16-byte tag, as SMB2 uses it, on the processor's AES
/// instructions. It exists because <see cref="AesCcm"/> makes a native context for each message. Counter mode and
/// CBC-MAC run in one pass, side by side, so encryption costs no more than the serial MAC alone. Thread-safe.
/// </summary>
internal sealed class AesNiCcm(ReadOnlySpan<byte> key) : IDisposable
{
    public const int NonceSize = 11;
    public const int TagSize = 16;
    private const int BlockSize = 16;

    /// <summary>L: the message length takes 15 - NonceSize bytes.</summary>
    private const int LengthSize = 15 - NonceSize;

    private readonly AesNiKey _key = new(key);

    /// <summary>Encrypts in place. At most 65,279 bytes of associated data (its short length form).</summary>
    public void Encrypt(ReadOnlySpan<byte> nonce, Span<byte> data, Span<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        var mac = StartMac(nonce, data.Length, associatedData);
        Transform(nonce, data, ref mac, encrypt: true);
        (mac ^ _key.Encrypt(CounterBlock(nonce, 0))).CopyTo(tag);
    }

    /// <summary>Decrypts in place. When the tag is wrong the data is cleared, so that nothing unverified gets out.</summary>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce, Span<byte> data, ReadOnlySpan<byte> tag, ReadOnlySpan<byte> associatedData)
    {
        var mac = StartMac(nonce, data.Length, associatedData);
        Transform(nonce, data, ref mac, encrypt: false);
        Span<byte> computed = stackalloc byte[TagSize];
        (mac ^ _key.Encrypt(CounterBlock(nonce, 0))).CopyTo(computed);
        if (CryptographicOperations.FixedTimeEquals(computed, tag))
            return true;
        data.Clear();
        return false;
    }

    public void Dispose() => _key.Dispose();

    private Vector128<byte> StartMac(ReadOnlySpan<byte> nonce, int length, ReadOnlySpan<byte> associatedData)
    {
        // B0: Adata flag, (TagSize - 2) / 2 in bits 3..5, L - 1 in bits 0..2; the nonce; the message length.
        Span<byte> block = stackalloc byte[BlockSize];
        block[0] = (byte)((associatedData.IsEmpty ? 0 : 0x40) | ((TagSize - 2) / 2 << 3) | (LengthSize - 1));
        nonce.CopyTo(block[1..]);
        BinaryPrimitives.WriteInt32BigEndian(block[(1 + NonceSize)..], length);
        var mac = _key.Encrypt(Vector128.Create<byte>(block));
        if (associatedData.IsEmpty)
            return mac;

        // The associated data, preceded by its length in two bytes and padded with zeros.
        int used = 2;
        block.Clear();
        BinaryPrimitives.WriteUInt16BigEndian(block, checked((ushort)associatedData.Length));
        while (!associatedData.IsEmpty)
        {
            int count = Math.Min(BlockSize - used, associatedData.Length);
            associatedData[..count].CopyTo(block[used..]);
            block[(used + count)..].Clear();
            mac = _key.Encrypt(mac ^ Vector128.Create<byte>(block));
            associatedData = associatedData[count..];
            used = 0;
        }
        return mac;
    }

    private void Transform(ReadOnlySpan<byte> nonce, Span<byte> data, ref Vector128<byte> mac, bool encrypt)
    {
        var counter = CounterBlock(nonce, 0).AsUInt32();
        uint number = 0;
        var blocks = MemoryMarshal.Cast<byte, Vector128<byte>>(data);
        if (encrypt)
        {
            foreach (ref var block in blocks)
            {
                var (keyStream, next) = EncryptPair(NextCounter(counter, ++number), mac ^ block);
                mac = next;
                block ^= keyStream;
            }
        }
        else if (!blocks.IsEmpty)
        {
            // The MAC runs one block behind the key stream, which it needs first.
            var keyStream = _key.Encrypt(NextCounter(counter, ++number));
            foreach (ref var block in blocks)
            {
                block ^= keyStream;
                (keyStream, mac) = EncryptPair(NextCounter(counter, ++number), mac ^ block);
            }
            number--; // One key stream block was made ahead; a tail takes that one again.
        }

        var tail = data[(blocks.Length * BlockSize)..];
        if (!tail.IsEmpty)
            TransformTail(NextCounter(counter, ++number), tail, ref mac, encrypt);
    }

    private void TransformTail(Vector128<byte> counterBlock, Span<byte> tail, ref Vector128<byte> mac, bool encrypt)
    {
        Span<byte> plain = stackalloc byte[BlockSize];
        Span<byte> keyStream = stackalloc byte[BlockSize];
        plain.Clear();
        _key.Encrypt(counterBlock).CopyTo(keyStream);
        if (encrypt)
            tail.CopyTo(plain);
        for (int i = 0; i < tail.Length; i++)
            tail[i] ^= keyStream[i];
        if (!encrypt)
            tail.CopyTo(plain);
        mac = _key.Encrypt(mac ^ Vector128.Create<byte>(plain));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private (Vector128<byte> First, Vector128<byte> Second) EncryptPair(Vector128<byte> first, Vector128<byte> second)
    {
        ref var keys = ref _key.FirstRoundKey;
        int rounds = _key.Rounds;
        first ^= keys;
        second ^= keys;
        for (int round = 1; round < rounds; round++)
        {
            var roundKey = Unsafe.Add(ref keys, round);
            first = X86Aes.Encrypt(first, roundKey);
            second = X86Aes.Encrypt(second, roundKey);
        }
        var last = Unsafe.Add(ref keys, rounds);
        return (X86Aes.EncryptLast(first, last), X86Aes.EncryptLast(second, last));
    }

    private static Vector128<byte> CounterBlock(ReadOnlySpan<byte> nonce, uint number)
    {
        Span<byte> block = stackalloc byte[BlockSize];
        block[0] = LengthSize - 1;
        nonce.CopyTo(block[1..]);
        BinaryPrimitives.WriteUInt32BigEndian(block[(1 + NonceSize)..], number);
        return Vector128.Create<byte>(block);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<byte> NextCounter(Vector128<uint> counter, uint number) =>
        counter.WithElement(3, BinaryPrimitives.ReverseEndianness(number)).AsByte(); // x86 is little-endian.
}
