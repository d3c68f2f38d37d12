using System.Buffers.Binary;
using System.Numerics;
using System.Security.Cryptography;

namespace Symbio.Security.Primitives;

/// <summary>
/// MD4, RFC 1320. Broken as a hash; it is here because the NT hash of a password is defined by it ([MS-NLMP] 3.3.1).
/// </summary>
internal static class Md4
{
    public const int HashSize = 16;
    private const int BlockSize = 64;

    public static void HashData(ReadOnlySpan<byte> data, Span<byte> destination)
    {
        Span<uint> state = [0x67452301, 0xEFCDAB89, 0x98BADCFE, 0x10325476];
        int whole = data.Length / BlockSize * BlockSize;
        for (int i = 0; i < whole; i += BlockSize)
            Transform(state, data.Slice(i, BlockSize));

        // The rest, 0x80, zeros, and the length in bits: one block or two.
        Span<byte> tail = stackalloc byte[2 * BlockSize];
        tail.Clear();
        var rest = data[whole..];
        rest.CopyTo(tail);
        tail[rest.Length] = 0x80;
        int tailLength = rest.Length < BlockSize - 8 ? BlockSize : 2 * BlockSize;
        BinaryPrimitives.WriteUInt64LittleEndian(tail[(tailLength - 8)..], (ulong)data.Length * 8);
        for (int i = 0; i < tailLength; i += BlockSize)
            Transform(state, tail.Slice(i, BlockSize));

        for (int i = 0; i < 4; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(destination[(4 * i)..], state[i]);
        CryptographicOperations.ZeroMemory(tail);
    }

    private static void Transform(Span<uint> state, ReadOnlySpan<byte> block)
    {
        Span<uint> x = stackalloc uint[16];
        for (int i = 0; i < 16; i++)
            x[i] = BinaryPrimitives.ReadUInt32LittleEndian(block[(4 * i)..]);
        uint a = state[0], b = state[1], c = state[2], d = state[3];

        // Each step updates one word and the roles rotate: (a b c d) becomes (d a b c).
        ReadOnlySpan<byte> shifts = [3, 7, 11, 19, 3, 5, 9, 13, 3, 9, 11, 15];
        ReadOnlySpan<byte> thirdOrder = [0, 8, 4, 12, 2, 10, 6, 14, 1, 9, 5, 13, 3, 11, 7, 15];
        for (int step = 0; step < 48; step++)
        {
            int round = step / 16, i = step % 16;
            var (f, word, constant) = round switch
            {
                0 => ((b & c) | (~b & d), i, 0u),
                1 => ((b & c) | (b & d) | (c & d), i % 4 * 4 + i / 4, 0x5A827999u),
                _ => (b ^ c ^ d, thirdOrder[i], 0x6ED9EBA1u),
            };
            uint updated = BitOperations.RotateLeft(a + f + x[word] + constant, shifts[round * 4 + i % 4]);
            (a, b, c, d) = (d, updated, b, c);
        }
        state[0] += a;
        state[1] += b;
        state[2] += c;
        state[3] += d;
        x.Clear();
    }
}
