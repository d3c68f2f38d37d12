using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace Symbio.Security.Primitives;

/// <summary>
/// A sum of products of blocks with powers of H, reduced once in its end: the part of GHASH that depends on how many blocks
/// the processor multiplies at once. Powers come as <see cref="GHashKey"/> keeps them. Code that is generic in this is
/// compiled for each width by itself.
/// </summary>
internal interface IGHashProducts
{
    /// <summary>Adds four blocks, as they lie in the message, the first of them together with the digest before.</summary>
    void AddFour(ref readonly byte blocks, ref readonly byte powers, Vector128<byte> digest);

    /// <summary>Adds one number: the digest before, or a block with its bytes in reversed order.</summary>
    void Add(Vector128<byte> number, ref readonly byte power);

    /// <summary>The digest: the sum modulo GHASH's polynomial.</summary>
    Vector128<byte> Reduce();

    /// <summary>
    /// XORs eight blocks with the key stream. Source and destination may be the same. It is here because what is written
    /// in one width is read back fastest in the same.
    /// </summary>
    static abstract void XorEight(
        ref readonly byte source, ref byte destination,
        Vector128<byte> k0, Vector128<byte> k1, Vector128<byte> k2, Vector128<byte> k3,
        Vector128<byte> k4, Vector128<byte> k5, Vector128<byte> k6, Vector128<byte> k7);
}

/// <summary>For processors with VPCLMULQDQ and AVX-512.</summary>
internal struct GHashProducts512 : IGHashProducts
{
    private Vector512<ulong> _low, _high, _all;

    public static bool IsSupported => Pclmulqdq.V512.IsSupported && Avx512BW.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddFour(ref readonly byte blocks, ref readonly byte powers, Vector128<byte> digest)
    {
        Add(Swap(Vector512.LoadUnsafe(in blocks)) ^ digest.ToVector256().ToVector512(), Vector512.LoadUnsafe(in powers));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector128<byte> number, ref readonly byte power) =>
        Add(number.ToVector256().ToVector512(), Vector128.LoadUnsafe(in power).ToVector256().ToVector512());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<byte> Reduce()
    {
        // As in GHashProducts128, in each lane; then the lanes are added.
        var polynomial = Vector512.Create(GHashKey.Polynomial);
        var middle = _all ^ _low ^ _high ^ Avx512F.Shuffle(_low.AsInt32(), GHashKey.SwapHalves).AsUInt64()
            ^ Pclmulqdq.V512.CarrylessMultiply(_low, polynomial, 0x00);
        var high = _high ^ Avx512F.Shuffle(middle.AsInt32(), GHashKey.SwapHalves).AsUInt64()
            ^ Pclmulqdq.V512.CarrylessMultiply(middle, polynomial, 0x00);
        var half = high.GetLower() ^ high.GetUpper();
        return (half.GetLower() ^ half.GetUpper()).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void XorEight(
        ref readonly byte source, ref byte destination,
        Vector128<byte> k0, Vector128<byte> k1, Vector128<byte> k2, Vector128<byte> k3,
        Vector128<byte> k4, Vector128<byte> k5, Vector128<byte> k6, Vector128<byte> k7)
    {
        var first = Vector512.LoadUnsafe(in source) ^ Join(Vector256.Create(k0, k1), Vector256.Create(k2, k3));
        var second = Vector512.LoadUnsafe(in source, 64) ^ Join(Vector256.Create(k4, k5), Vector256.Create(k6, k7));
        first.StoreUnsafe(ref destination);
        second.StoreUnsafe(ref destination, 64);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(Vector512<byte> blocks, Vector512<byte> powers)
    {
        var x = blocks.AsUInt64();
        var h = powers.AsUInt64();
        _low ^= Pclmulqdq.V512.CarrylessMultiply(x, h, 0x00);
        _high ^= Pclmulqdq.V512.CarrylessMultiply(x, h, 0x11);
        _all ^= Pclmulqdq.V512.CarrylessMultiply(SumOfHalves(x), SumOfHalves(h), 0x00);
    }

    /// <summary>One instruction, where Vector512.Create takes two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Join(Vector256<byte> lower, Vector256<byte> upper) =>
        Avx512F.InsertVector256(lower.ToVector512Unsafe(), upper, 1);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<byte> Swap(Vector512<byte> blocks) =>
        Avx512BW.Shuffle(blocks, Vector512.Create(
            15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0,
            15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, (byte)0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<ulong> SumOfHalves(Vector512<ulong> numbers) =>
        numbers ^ Avx512F.Shuffle(numbers.AsInt32(), GHashKey.SwapHalves).AsUInt64();
}

/// <summary>For processors with VPCLMULQDQ and AVX2.</summary>
internal struct GHashProducts256 : IGHashProducts
{
    private Vector256<ulong> _low, _high, _all;

    public static bool IsSupported => Pclmulqdq.V256.IsSupported && Avx2.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddFour(ref readonly byte blocks, ref readonly byte powers, Vector128<byte> digest)
    {
        Add(Swap(Vector256.LoadUnsafe(in blocks, 32)), Vector256.LoadUnsafe(in powers, 32));
        Add(Swap(Vector256.LoadUnsafe(in blocks)) ^ digest.ToVector256(), Vector256.LoadUnsafe(in powers));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector128<byte> number, ref readonly byte power) =>
        Add(number.ToVector256(), Vector128.LoadUnsafe(in power).ToVector256());

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<byte> Reduce()
    {
        // As in GHashProducts128, in each lane; then the lanes are added.
        var polynomial = Vector256.Create(GHashKey.Polynomial);
        var middle = _all ^ _low ^ _high ^ Avx2.Shuffle(_low.AsInt32(), GHashKey.SwapHalves).AsUInt64()
            ^ Pclmulqdq.V256.CarrylessMultiply(_low, polynomial, 0x00);
        var high = _high ^ Avx2.Shuffle(middle.AsInt32(), GHashKey.SwapHalves).AsUInt64()
            ^ Pclmulqdq.V256.CarrylessMultiply(middle, polynomial, 0x00);
        return (high.GetLower() ^ high.GetUpper()).AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void XorEight(
        ref readonly byte source, ref byte destination,
        Vector128<byte> k0, Vector128<byte> k1, Vector128<byte> k2, Vector128<byte> k3,
        Vector128<byte> k4, Vector128<byte> k5, Vector128<byte> k6, Vector128<byte> k7)
    {
        var first = Vector256.LoadUnsafe(in source) ^ Vector256.Create(k0, k1);
        var second = Vector256.LoadUnsafe(in source, 32) ^ Vector256.Create(k2, k3);
        var third = Vector256.LoadUnsafe(in source, 64) ^ Vector256.Create(k4, k5);
        var fourth = Vector256.LoadUnsafe(in source, 96) ^ Vector256.Create(k6, k7);
        first.StoreUnsafe(ref destination);
        second.StoreUnsafe(ref destination, 32);
        third.StoreUnsafe(ref destination, 64);
        fourth.StoreUnsafe(ref destination, 96);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(Vector256<byte> blocks, Vector256<byte> powers)
    {
        var x = blocks.AsUInt64();
        var h = powers.AsUInt64();
        _low ^= Pclmulqdq.V256.CarrylessMultiply(x, h, 0x00);
        _high ^= Pclmulqdq.V256.CarrylessMultiply(x, h, 0x11);
        _all ^= Pclmulqdq.V256.CarrylessMultiply(SumOfHalves(x), SumOfHalves(h), 0x00);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<byte> Swap(Vector256<byte> blocks) =>
        Avx2.Shuffle(blocks, Vector256.Create(
            15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, (byte)0));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<ulong> SumOfHalves(Vector256<ulong> numbers) =>
        numbers ^ Avx2.Shuffle(numbers.AsInt32(), GHashKey.SwapHalves).AsUInt64();
}

/// <summary>For processors with PCLMULQDQ alone.</summary>
internal struct GHashProducts128 : IGHashProducts
{
    private Vector128<ulong> _low, _high, _all;

    public static bool IsSupported => Pclmulqdq.IsSupported && Ssse3.IsSupported;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void AddFour(ref readonly byte blocks, ref readonly byte powers, Vector128<byte> digest)
    {
        AddBlock(in blocks, in powers, 48);
        AddBlock(in blocks, in powers, 32);
        AddBlock(in blocks, in powers, 16);
        Add(GHashKey.Swap(Vector128.LoadUnsafe(in blocks)) ^ digest, Vector128.LoadUnsafe(in powers));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Add(Vector128<byte> number, ref readonly byte power) => Add(number, Vector128.LoadUnsafe(in power));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Vector128<byte> Reduce()
    {
        // The sum is low + middle·2^64 + high·2^128. Adding a multiple of the polynomial makes its lowest 64 bits zero:
        // they appear 128 bits further up, and times the polynomial's middle 64 bits further up. Twice, and what is left
        // is the upper half. (GHASH's bits are reversed: that takes away powers of x from above.)
        var polynomial = Vector128.Create(GHashKey.Polynomial);
        var middle = _all ^ _low ^ _high ^ Sse2.Shuffle(_low.AsInt32(), GHashKey.SwapHalves).AsUInt64()
            ^ Pclmulqdq.CarrylessMultiply(_low, polynomial, 0x00);
        var high = _high ^ Sse2.Shuffle(middle.AsInt32(), GHashKey.SwapHalves).AsUInt64()
            ^ Pclmulqdq.CarrylessMultiply(middle, polynomial, 0x00);
        return high.AsByte();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void XorEight(
        ref readonly byte source, ref byte destination,
        Vector128<byte> k0, Vector128<byte> k1, Vector128<byte> k2, Vector128<byte> k3,
        Vector128<byte> k4, Vector128<byte> k5, Vector128<byte> k6, Vector128<byte> k7)
    {
        (Vector128.LoadUnsafe(in source) ^ k0).StoreUnsafe(ref destination);
        (Vector128.LoadUnsafe(in source, 16) ^ k1).StoreUnsafe(ref destination, 16);
        (Vector128.LoadUnsafe(in source, 32) ^ k2).StoreUnsafe(ref destination, 32);
        (Vector128.LoadUnsafe(in source, 48) ^ k3).StoreUnsafe(ref destination, 48);
        (Vector128.LoadUnsafe(in source, 64) ^ k4).StoreUnsafe(ref destination, 64);
        (Vector128.LoadUnsafe(in source, 80) ^ k5).StoreUnsafe(ref destination, 80);
        (Vector128.LoadUnsafe(in source, 96) ^ k6).StoreUnsafe(ref destination, 96);
        (Vector128.LoadUnsafe(in source, 112) ^ k7).StoreUnsafe(ref destination, 112);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void AddBlock(ref readonly byte blocks, ref readonly byte powers, nuint offset) =>
        Add(GHashKey.Swap(Vector128.LoadUnsafe(in blocks, offset)), Vector128.LoadUnsafe(in powers, offset));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Add(Vector128<byte> number, Vector128<byte> power)
    {
        var x = number.AsUInt64();
        var h = power.AsUInt64();
        _low ^= Pclmulqdq.CarrylessMultiply(x, h, 0x00);
        _high ^= Pclmulqdq.CarrylessMultiply(x, h, 0x11);
        _all ^= Pclmulqdq.CarrylessMultiply(SumOfHalves(x), SumOfHalves(h), 0x00);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<ulong> SumOfHalves(Vector128<ulong> numbers) =>
        numbers ^ Sse2.Shuffle(numbers.AsInt32(), GHashKey.SwapHalves).AsUInt64();
}
