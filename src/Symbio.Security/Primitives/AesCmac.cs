using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Symbio.Security.Primitives;

/// <summary>
/// AES-128-CMAC, RFC 4493. Thread-safe. With the processor's AES instructions a message allocates nothing; without
/// them the chain runs through the BCL's AES-CBC in bounded chunks, one caller at a time.
/// </summary>
internal sealed class AesCmac : IDisposable
{
    public const int KeySize = 16;
    public const int TagSize = 16;
    private const int BlockSize = 16;

    /// <summary>The fallback's scratch, on the stack.</summary>
    private const int ChunkSize = 2048;

    private readonly byte[] _subkeys = GC.AllocateArray<byte>(2 * BlockSize, pinned: true); // K1 then K2
    private readonly AesNiKey? _hardware;
    private readonly Aes? _software;
    private readonly Lock _softwareLock = new();

    public AesCmac(ReadOnlySpan<byte> key, bool forceSoftware = false)
    {
        if (key.Length != KeySize)
            throw new ArgumentException("An AES-128-CMAC key is 16 bytes long.", nameof(key));
        Span<byte> block = stackalloc byte[BlockSize];
        block.Clear();
        if (AesNiKey.IsSupported && !forceSoftware)
        {
            _hardware = new AesNiKey(key);
            _hardware.Encrypt(Vector128<byte>.Zero).CopyTo(block);
        }
        else
        {
            _software = Aes.Create();
            _software.SetKey(key);
            _software.EncryptEcb(block, block, PaddingMode.None);
        }
        Double(block, _subkeys.AsSpan(0, BlockSize));
        Double(_subkeys.AsSpan(0, BlockSize), _subkeys.AsSpan(BlockSize));
        CryptographicOperations.ZeroMemory(block);
    }

    public void Compute(ReadOnlySpan<byte> message, Span<byte> tag)
    {
        // The last block, complete or padded, is set apart (RFC 4493 section 2.4).
        int lastLength = message.Length == 0 ? 0 : (message.Length - 1) % BlockSize + 1;
        var head = message[..^lastLength];
        Span<byte> last = stackalloc byte[BlockSize];
        last.Clear();
        message[^lastLength..].CopyTo(last);
        if (lastLength < BlockSize)
            last[lastLength] = 0x80;
        var subkey = _subkeys.AsSpan(lastLength == BlockSize ? 0 : BlockSize, BlockSize);
        var final = Vector128.Create<byte>(last) ^ Vector128.Create<byte>(subkey);

        var result = _hardware is not null
            ? ChainHardware(_hardware, head, final)
            : ChainSoftware(head, final);
        result.CopyTo(tag);
    }

    public void Dispose()
    {
        _hardware?.Dispose();
        _software?.Dispose();
        CryptographicOperations.ZeroMemory(_subkeys);
    }

    // Unrolled with the round keys in registers: the chain is serial, so the latency of ten rounds is the whole cost.
    [SkipLocalsInit]
    private static Vector128<byte> ChainHardware(AesNiKey key, ReadOnlySpan<byte> head, Vector128<byte> final)
    {
        ref var keys = ref key.FirstRoundKey;
        Vector128<byte> k0 = keys, k1 = Unsafe.Add(ref keys, 1), k2 = Unsafe.Add(ref keys, 2),
            k3 = Unsafe.Add(ref keys, 3), k4 = Unsafe.Add(ref keys, 4), k5 = Unsafe.Add(ref keys, 5),
            k6 = Unsafe.Add(ref keys, 6), k7 = Unsafe.Add(ref keys, 7), k8 = Unsafe.Add(ref keys, 8),
            k9 = Unsafe.Add(ref keys, 9), k10 = Unsafe.Add(ref keys, 10);
        var state = k0; // State and first round key are both added: keep state ^ k0, so a block costs one XOR less.
        foreach (ref readonly var block in MemoryMarshal.Cast<byte, Vector128<byte>>(head))
        {
            state ^= block;
            state = X86Aes.Encrypt(state, k1);
            state = X86Aes.Encrypt(state, k2);
            state = X86Aes.Encrypt(state, k3);
            state = X86Aes.Encrypt(state, k4);
            state = X86Aes.Encrypt(state, k5);
            state = X86Aes.Encrypt(state, k6);
            state = X86Aes.Encrypt(state, k7);
            state = X86Aes.Encrypt(state, k8);
            state = X86Aes.Encrypt(state, k9);
            state = X86Aes.EncryptLast(state, k10 ^ k0);
        }
        return key.Encrypt(state ^ k0 ^ final);
    }

    private Vector128<byte> ChainSoftware(ReadOnlySpan<byte> head, Vector128<byte> final)
    {
        Span<byte> state = stackalloc byte[BlockSize];
        state.Clear();
        Span<byte> scratch = stackalloc byte[ChunkSize];
        Span<byte> last = stackalloc byte[BlockSize];
        lock (_softwareLock)
        {
            while (!head.IsEmpty)
            {
                var chunk = head[..Math.Min(ChunkSize, head.Length)];
                _software!.EncryptCbc(chunk, state, scratch, PaddingMode.None);
                scratch.Slice(chunk.Length - BlockSize, BlockSize).CopyTo(state);
                head = head[chunk.Length..];
            }
            (final ^ Vector128.Create<byte>(state)).CopyTo(last);
            _software!.EncryptEcb(last, last, PaddingMode.None);
        }
        return Vector128.Create<byte>(last);
    }

    /// <summary>Multiplication by x in GF(2^128), RFC 4493 section 2.3, without a branch on the secret.</summary>
    private static void Double(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int carry = source[0] >> 7;
        for (int i = 0; i < BlockSize - 1; i++)
            destination[i] = (byte)((source[i] << 1) | (source[i + 1] >> 7));
        destination[BlockSize - 1] = (byte)((source[BlockSize - 1] << 1) ^ (0x87 * carry));
    }
}
