using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;
using System.Security.Cryptography;

namespace Symbio.Security.Primitives;

/// <summary>
/// AES-GCM and AES-GMAC (NIST SP 800-38D) with a 12-byte nonce and a 16-byte tag, as SMB2 uses them, on the processor's
/// instructions for AES and carry-less multiplication. docs/decisions/0009-aes-gcm.md says why it is not the library's.
/// Thread-safe; a message allocates nothing.
/// </summary>
internal sealed partial class AesNiGcm : IDisposable
{
    public const int NonceSize = 12;
    public const int TagSize = 16;
    private const int BlockSize = 16;

    private readonly AesNiKey _key;
    private readonly GHashKey _hashKey;
    private readonly GHashWidth _width;
    private volatile bool _disposed;

    /// <param name="key">16 or 32 bytes.</param>
    /// <param name="width">At most <see cref="GHashKey.Widest"/>, which is what is used without it.</param>
    public AesNiGcm(ReadOnlySpan<byte> key, GHashWidth? width = null)
    {
        _width = width ?? GHashKey.Widest ?? throw new PlatformNotSupportedException();
        _key = new AesNiKey(key);
        _hashKey = new GHashKey(_key.Encrypt(Vector128<byte>.Zero));
    }

    /// <summary>True when this machine has the instructions.</summary>
    public static bool IsSupported => AesNiKey.IsSupported && GHashKey.Widest is not null;

    /// <summary>
    /// The length from which the library encrypts and decrypts faster; int.MaxValue where it never does. From OpenSSL 3.1 on
    /// it has code for VAES with AVX-512, for which .NET has no intrinsics yet.
    /// </summary>
    public static int LibraryIsFasterFrom { get; } = LibraryHasVectorAes() ? 16 * 1024 : int.MaxValue;

    /// <summary>Encrypts. Destination is as long as source, and may be the same memory.</summary>
    public void Encrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> source, Span<byte> destination, Span<byte> tag,
        ReadOnlySpan<byte> associatedData)
    {
        var hash = StartHash();
        hash.AppendAssociatedData(associatedData);
        hash.EndAssociatedData();
        Transform<Encryption>(nonce, source, destination, ref hash);
        Tag(nonce, ref hash).CopyTo(tag);
    }

    /// <summary>
    /// Decrypts. Destination is as long as source, and may be the same memory. When the tag is wrong it is cleared, so that
    /// nothing unverified gets out.
    /// </summary>
    public bool TryDecrypt(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> source, ReadOnlySpan<byte> tag, Span<byte> destination,
        ReadOnlySpan<byte> associatedData)
    {
        var hash = StartHash();
        hash.AppendAssociatedData(associatedData);
        hash.EndAssociatedData();
        Transform<Decryption>(nonce, source, destination, ref hash);
        Span<byte> computed = stackalloc byte[TagSize];
        Tag(nonce, ref hash).CopyTo(computed);
        if (CryptographicOperations.FixedTimeEquals(computed, tag))
            return true;
        destination[..source.Length].Clear();
        return false;
    }

    /// <summary>GMAC of a message in one piece.</summary>
    public void Authenticate(ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> message, Span<byte> tag)
    {
        var hash = StartHash();
        hash.AppendAssociatedData(message);
        Authenticate(nonce, ref hash, tag);
    }

    /// <summary>For the GMAC of a message in pieces.</summary>
    public GHash StartHash()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        return new GHash(_hashKey, _width);
    }

    /// <summary>GMAC of what was appended to the hash.</summary>
    public void Authenticate(ReadOnlySpan<byte> nonce, ref GHash hash, Span<byte> tag)
    {
        hash.End();
        Tag(nonce, ref hash).CopyTo(tag);
    }

    public void Dispose()
    {
        _disposed = true;
        _key.Dispose();
        _hashKey.Dispose();
    }

    private Vector128<byte> Tag(ReadOnlySpan<byte> nonce, ref readonly GHash hash) =>
        GHashKey.Swap(hash.Digest) ^ _key.Encrypt(GHashKey.Swap(Counter(nonce, 1).AsByte()));

    [SkipLocalsInit]
    private void Transform<TDirection>(
        ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> source, Span<byte> destination, ref GHash hash)
        where TDirection : struct, IDirection
    {
        int length = source.Length;
        destination = destination[..length];
        int eights = length / EightBlocks;
        var counter = Counter(nonce, 0);
        hash.Digest = TransformEights<TDirection>(
            in MemoryMarshal.GetReference(source), ref MemoryMarshal.GetReference(destination), eights, counter, hash.Digest);

        // The rest, padded with zeros, is hashed together with the lengths behind it.
        source = source[(eights * EightBlocks)..];
        destination = destination[(eights * EightBlocks)..];
        int padded = (source.Length + BlockSize - 1) & -BlockSize;
        Span<byte> rest = stackalloc byte[EightBlocks + BlockSize];
        rest = rest[..(padded + BlockSize)];
        if (padded > 0)
        {
            source.CopyTo(rest);
            rest[source.Length..padded].Clear();
        }
        hash.WriteLengths(rest[padded..], length);
        if (!TDirection.Encrypts)
            hash.AppendBlocks(rest);
        if (padded > 0)
        {
            counter += Vector128.CreateScalar((uint)eights * 8);
            AddKeyStream(counter, rest[..padded]);
            rest[..source.Length].CopyTo(destination);
        }
        if (TDirection.Encrypts)
        {
            rest[source.Length..padded].Clear();
            hash.AppendBlocks(rest);
        }
        else
        {
            CryptographicOperations.ZeroMemory(rest);
        }
    }

    /// <summary>The block of a counter as a number: its bytes stand in reversed order.</summary>
    private static Vector128<uint> Counter(ReadOnlySpan<byte> nonce, uint count)
    {
        Debug.Assert(nonce.Length == NonceSize);
        return Vector128.Create(
            (ulong)BinaryPrimitives.ReadUInt32BigEndian(nonce[8..]) << 32 | count,
            BinaryPrimitives.ReadUInt64BigEndian(nonce)).AsUInt32();
    }

    private static bool LibraryHasVectorAes()
    {
        const long OpenSsl31 = 0x30100000;
        const int VectorAes = 1 << 9; // CPUID 7.0, ECX
        return OperatingSystem.IsLinux()
            && GHashProducts512.IsSupported
            && (X86Base.CpuId(7, 0).Ecx & VectorAes) != 0
            && SafeEvpPKeyHandle.OpenSslVersion >= OpenSsl31;
    }
}
