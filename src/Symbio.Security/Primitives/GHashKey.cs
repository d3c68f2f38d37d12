using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Symbio.Security.Primitives;

/// <summary>How many bytes the processor multiplies at once for GHASH.</summary>
internal enum GHashWidth
{
    V128 = 16,
    V256 = 32,
    V512 = 64,
}

/// <summary>
/// The powers of a GHASH key H (NIST SP 800-38D 6.4) for the processor's carry-less multiplication. Immutable until
/// disposed, so any number of threads may use it.
/// </summary>
/// <remarks>
/// Blocks are multiplied as 128-bit integers of reversed bytes, in which GHASH's bits stand in reversed order. The product
/// of two such numbers comes out one bit too low, so each power is kept times x. With as many powers as there are blocks
/// in a group, (X1 + digest)·H^n + X2·H^(n-1) + … + Xn·H is reduced once for the group.
/// </remarks>
internal sealed class GHashKey : IDisposable
{
    public const int BlockSize = 16;

    /// <summary>The blocks of a full group.</summary>
    public const int GroupSize = 32;

    /// <summary>What is between the highest and the lowest term of GHASH's polynomial, its bits reversed.</summary>
    public const ulong Polynomial = 0xC200000000000000;

    /// <summary>For PSHUFD: the 64-bit halves change places.</summary>
    public const byte SwapHalves = 0b01_00_11_10;

    // H^32 … H^1. Pinned, so that the collector leaves no copies behind.
    private readonly Vector128<byte>[] _powers = GC.AllocateArray<Vector128<byte>>(GroupSize, pinned: true);

    /// <param name="h">The zero block, encrypted.</param>
    public GHashKey(Vector128<byte> h)
    {
        var power = Swap(h);
        _powers[GroupSize - 1] = TimesX(power);
        for (int i = GroupSize - 2; i >= 0; i--)
        {
            power = Multiply(power, ref _powers[GroupSize - 1]);
            _powers[i] = TimesX(power);
        }
    }

    /// <summary>The most that this machine has; null when it has no carry-less multiplication.</summary>
    public static GHashWidth? Widest =>
        GHashProducts512.IsSupported ? GHashWidth.V512
        : GHashProducts256.IsSupported ? GHashWidth.V256
        : GHashProducts128.IsSupported ? GHashWidth.V128
        : null;

    /// <summary>The powers from that of the given exponent down to the first.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ref readonly byte PowersFrom(int exponent) =>
        ref Unsafe.As<Vector128<byte>, byte>(
            ref Unsafe.Add(ref MemoryMarshal.GetArrayDataReference(_powers), GroupSize - exponent));

    /// <summary>The digest with further blocks behind it.</summary>
    public Vector128<byte> Append(GHashWidth width, Vector128<byte> digest, ref readonly byte blocks, int count) =>
        width switch
        {
            GHashWidth.V512 => Append<GHashProducts512>(digest, in blocks, count),
            GHashWidth.V256 => Append<GHashProducts256>(digest, in blocks, count),
            _ => Append<GHashProducts128>(digest, in blocks, count),
        };

    public void Dispose() => CryptographicOperations.ZeroMemory(MemoryMarshal.AsBytes(_powers.AsSpan()));

    /// <summary>Between the bytes of a message and the numbers that are multiplied.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<byte> Swap(Vector128<byte> block) =>
        Ssse3.Shuffle(block, Vector128.Create(15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, (byte)0));

    // From a group's end to its beginning, because only the first block waits for the group before.
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private Vector128<byte> Append<TProducts>(Vector128<byte> digest, ref readonly byte blocks, int count)
        where TProducts : struct, IGHashProducts
    {
        ref byte block = ref Unsafe.AsRef(in blocks);
        while (count > 0)
        {
            int group = Math.Min(count, GroupSize);
            count -= group;
            ref byte power = ref Unsafe.AsRef(in PowersFrom(group));
            var products = default(TProducts);
            int i = group;
            while (i % 4 != 0)
            {
                i--;
                products.Add(Swap(Vector128.LoadUnsafe(ref Block(ref block, i))), in Block(ref power, i));
            }
            while (i > 4)
            {
                i -= 4;
                products.AddFour(in Block(ref block, i), in Block(ref power, i), Vector128<byte>.Zero);
            }
            if (i == 4)
                products.AddFour(in block, in power, digest);
            else
                products.Add(digest, in power);
            block = ref Block(ref block, group);
            digest = products.Reduce();
        }
        return digest;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static ref byte Block(ref byte first, int index) => ref Unsafe.AddByteOffset(ref first, (nint)index * BlockSize);

    private static Vector128<byte> Multiply(Vector128<byte> number, ref Vector128<byte> power)
    {
        var products = default(GHashProducts128);
        products.Add(number, in Unsafe.As<Vector128<byte>, byte>(ref power));
        return products.Reduce();
    }

    /// <summary>In reversed bits that is a shift to the left, without a branch on the secret.</summary>
    private static Vector128<byte> TimesX(Vector128<byte> number)
    {
        ulong low = number.AsUInt64()[0], high = number.AsUInt64()[1];
        ulong carry = (ulong)((long)high >> 63);
        return Vector128.Create((low << 1) ^ (carry & 1), (high << 1 | low >> 63) ^ (carry & Polynomial)).AsByte();
    }
}
