using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using X86Aes = System.Runtime.Intrinsics.X86.Aes;

namespace Symbio.Security.Primitives;

/// <summary>
/// An expanded AES encryption key (FIPS 197 section 5.2) for the processor's AES instructions. Only the forward
/// direction exists: CMAC, CTR and CBC-MAC need no other. Immutable until disposed, so any number of threads may use it.
/// </summary>
internal sealed class AesNiKey : IDisposable
{
    public const int BlockSize = 16;

    // Pinned, so that the collector leaves no copies behind; 15 round keys are enough for AES-256.
    private readonly Vector128<byte>[] _roundKeys;

    public AesNiKey(ReadOnlySpan<byte> key)
    {
        if (key.Length is not (16 or 32))
            throw new ArgumentException("An AES-128 or AES-256 key is 16 or 32 bytes long.", nameof(key));
        Rounds = key.Length / 4 + 6;
        _roundKeys = GC.AllocateArray<Vector128<byte>>(Rounds + 1, pinned: true);
        Expand(key, MemoryMarshal.Cast<Vector128<byte>, uint>(_roundKeys.AsSpan()));
    }

    /// <summary>True when this machine has the instructions.</summary>
    public static bool IsSupported => X86Aes.IsSupported;

    /// <summary>10 for AES-128, 14 for AES-256.</summary>
    public int Rounds { get; }

    /// <summary>The first of <see cref="Rounds"/> + 1 round keys.</summary>
    public ref Vector128<byte> FirstRoundKey => ref MemoryMarshal.GetArrayDataReference(_roundKeys);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public Vector128<byte> Encrypt(Vector128<byte> block)
    {
        ref var keys = ref FirstRoundKey;
        block ^= keys;
        for (int round = 1; round < Rounds; round++)
            block = X86Aes.Encrypt(block, Unsafe.Add(ref keys, round));
        return X86Aes.EncryptLast(block, Unsafe.Add(ref keys, Rounds));
    }

    public void Dispose() =>
        CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_roundKeys.AsSpan()));

    private static void Expand(ReadOnlySpan<byte> key, Span<uint> words)
    {
        int keyWords = key.Length / 4;
        MemoryMarshal.Cast<byte, uint>(key).CopyTo(words);
        byte roundConstant = 1;
        for (int i = keyWords; i < words.Length; i++)
        {
            uint word = words[i - 1];
            // AESKEYGENASSIST gives SubWord in lane 0 and RotWord(SubWord) in lane 1, with no table to leak through.
            if (i % keyWords == 0)
            {
                word = X86Aes.KeygenAssist(Vector128.Create(word).AsByte(), 0).AsUInt32()[1] ^ roundConstant;
                roundConstant = (byte)((roundConstant << 1) ^ (roundConstant >> 7) * 0x1B);
            }
            else if (keyWords > 6 && i % keyWords == 4)
            {
                word = X86Aes.KeygenAssist(Vector128.Create(word).AsByte(), 0).AsUInt32()[0];
            }
            words[i] = words[i - keyWords] ^ word;
        }
    }
}
