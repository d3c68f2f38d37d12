using System.Runtime.Intrinsics;
using System.Security.Cryptography;
using Symbio.Security.Primitives;

namespace Symbio.Security.Tests.Primitives;

/// <summary>Against published vectors and the library, for each width that this machine has.</summary>
public sealed class AesNiGcmTests
{
    private const string Key = "feffe9928665731c6d6a8f9467308308";
    private const string Nonce = "cafebabefacedbaddecaf888";
    private const string Plain =
        "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
        + "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
    private const string Associated = "feedfacedeadbeeffeedfacedeadbeefabaddad2";
    private const string Cipher128 =
        "42831ec2217774244b7221b784d0d49ce3aa212f2c02a4e035c17e2329aca12e"
        + "21d514b25466931c7d8f6a5aac84aa051ba30b396a0aac973d58e091473f5985";
    private const string Cipher256 =
        "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
        + "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";
    private const string ZeroKey = "00000000000000000000000000000000";
    private const string ZeroNonce = "000000000000000000000000";

    // McGrew and Viega, "The Galois/Counter Mode of Operation", appendix B: those with a nonce of 96 bits.
    private static readonly (int Case, string Key, string Nonce, string Plain, string Associated, string Cipher, string Tag)[] Vectors =
    [
        (1, ZeroKey, ZeroNonce, "", "", "", "58e2fccefa7e3061367f1d57a4e7455a"),
        (2, ZeroKey, ZeroNonce, ZeroKey, "", "0388dace60b6a392f328c2b971b2fe78", "ab6e47d42cec13bdf53a67b21257bddf"),
        (3, Key, Nonce, Plain, "", Cipher128, "4d5c2af327cd64a62cf35abd2ba6fab4"),
        (4, Key, Nonce, Plain[..120], Associated, Cipher128[..120], "5bc94fbc3221a5db94fae95ae7121a47"),
        (13, ZeroKey + ZeroKey, ZeroNonce, "", "", "", "530f8afbc74536b9a963b4f1c4cb738b"),
        (14, ZeroKey + ZeroKey, ZeroNonce, ZeroKey, "", "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919"),
        (15, Key + Key, Nonce, Plain, "", Cipher256, "b094dac5d93471bdec1a502270e3cc6c"),
        (16, Key + Key, Nonce, Plain[..120], Associated, Cipher256[..120], "76fc6ece0f4e1768cddf8853bb2d551b"),
    ];

    public static TheoryData<int, int> WidthsAndKeySizes
    {
        get
        {
            var rows = new TheoryData<int, int>();
            foreach (var width in Enum.GetValues<GHashWidth>())
            {
                rows.Add((int)width, 16);
                rows.Add((int)width, 32);
            }
            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(WidthsAndKeySizes))]
    public void Gives_the_vectors_of_the_mode_s_authors(int width, int keySize)
    {
        foreach (var vector in Vectors.Where(v => v.Key.Length == keySize * 2))
        {
            using var gcm = Create(Hex.Bytes(vector.Key), width);
            byte[] plain = Hex.Bytes(vector.Plain), nonce = Hex.Bytes(vector.Nonce), associated = Hex.Bytes(vector.Associated);
            byte[] cipher = new byte[plain.Length], tag = new byte[16];

            gcm.Encrypt(nonce, plain, cipher, tag, associated);

            Assert.Equal(vector.Cipher, Convert.ToHexStringLower(cipher));
            Assert.Equal(vector.Tag, Convert.ToHexStringLower(tag));
            Assert.True(gcm.TryDecrypt(nonce, cipher, tag, cipher, associated), $"test case {vector.Case}");
            Assert.Equal(vector.Plain, Convert.ToHexStringLower(cipher));
        }
    }

    [Fact] // NIST CAVP gcmEncryptExtIV128, PTlen = 0, AADlen = 128
    public void Gives_a_nist_vector_for_gmac()
    {
        foreach (var width in Enum.GetValues<GHashWidth>().Where(w => w <= GHashKey.Widest))
        {
            using var gcm = new AesNiGcm(Hex.Bytes("77be63708971c4e240d1cb79e8d77feb"), width);
            byte[] tag = new byte[16];
            gcm.Authenticate(Hex.Bytes("e0e00f19fed7ba0136a797f3"), Hex.Bytes("7a43ec1d9c0a5a78a0b16533a6213cab"), tag);
            Assert.Equal("209fcc8d3675ed938e9c7166709dd946", Convert.ToHexStringLower(tag));
        }
    }

    [Theory]
    [MemberData(nameof(WidthsAndKeySizes))]
    public void Agrees_with_the_library_at_every_short_length(int width, int keySize)
    {
        var random = new Random(1000 * width + keySize);
        for (int length = 0; length <= 600; length++)
            Compare(random, width, keySize, length, associatedLength: length % 83, offset: length % 17);
        for (int associatedLength = 0; associatedLength <= 600; associatedLength++)
            Compare(random, width, keySize, length: associatedLength % 29, associatedLength, offset: 0);
    }

    [Theory]
    [MemberData(nameof(WidthsAndKeySizes))]
    public void Agrees_with_the_library_at_long_lengths(int width, int keySize)
    {
        var random = new Random(1001 * width + keySize);
        for (int i = 0; i < 12; i++)
            Compare(random, width, keySize, random.Next(600, 1 << (11 + i % 9)), random.Next(100), offset: random.Next(64));
        // The count goes beyond 16 bits.
        Compare(random, width, keySize, (1 << 20) + 1234, 32, offset: 52);
    }

    [Theory]
    [MemberData(nameof(WidthsAndKeySizes))]
    public void The_count_does_not_reach_the_nonce(int width, int keySize)
    {
        byte[] nonce = Hex.Bytes("ffffffffffffffffffffffff");
        Compare(new Random(3), width, keySize, 70_000, 32, offset: 0, nonce);
    }

    [Theory]
    [MemberData(nameof(WidthsAndKeySizes))]
    public void Gmac_of_a_message_in_pieces_is_that_of_the_whole(int width, int keySize)
    {
        var random = new Random(1002 * width + keySize);
        byte[] key = RandomBytes(random, keySize), nonce = RandomBytes(random, 12);
        using var gcm = Create(key, width);
        byte[] whole = new byte[16], pieces = new byte[16];
        for (int i = 0; i < 400; i++)
        {
            byte[] message = RandomBytes(random, random.Next(2000));
            gcm.Authenticate(nonce, message, whole);

            var hash = gcm.StartHash();
            for (int at = 0; at < message.Length;)
            {
                int length = Math.Min(random.Next(random.Next(1, 1200)), message.Length - at);
                hash.AppendAssociatedData(message.AsSpan(at, length));
                at += length;
            }
            gcm.Authenticate(nonce, ref hash, pieces);
            Assert.Equal(whole, pieces);
        }
    }

    [Theory]
    [MemberData(nameof(WidthsAndKeySizes))]
    public void Any_changed_bit_fails_and_leaves_no_plaintext(int width, int keySize)
    {
        var random = new Random(1003 * width + keySize);
        byte[] key = RandomBytes(random, keySize), nonce = RandomBytes(random, 12), associated = RandomBytes(random, 32);
        byte[] plain = RandomBytes(random, 16 * 19 + 5), cipher = new byte[plain.Length], tag = new byte[16];
        using var gcm = Create(key, width);
        gcm.Encrypt(nonce, plain, cipher, tag, associated);
        foreach (byte[] part in new[] { nonce, associated, cipher, tag })
        {
            for (int bit = 0; bit < part.Length * 8; bit++)
            {
                part[bit / 8] ^= (byte)(1 << bit % 8);
                byte[] destination = [.. plain];
                Assert.False(gcm.TryDecrypt(nonce, cipher, tag, destination, associated), $"{part.Length} bytes, bit {bit}");
                Assert.True(destination.AsSpan().IndexOfAnyExcept((byte)0) < 0);
                part[bit / 8] ^= (byte)(1 << bit % 8);
            }
        }
        Assert.False(gcm.TryDecrypt(nonce, cipher, tag.AsSpan(0, 15), new byte[plain.Length], associated));
        byte[] decrypted = new byte[plain.Length];
        Assert.True(gcm.TryDecrypt(nonce, cipher, tag, decrypted, associated));
        Assert.Equal(plain, decrypted);
    }

    [Fact]
    public void One_key_serves_many_threads()
    {
        Assert.SkipUnless(AesNiGcm.IsSupported, "The processor has no such instructions.");
        byte[] key = Hex.Bytes(Key), associated = Hex.Bytes(Associated);
        using var gcm = new AesNiGcm(key);
        int failures = 0;
        Parallel.For(0, 1000, new ParallelOptions { MaxDegreeOfParallelism = 8 }, i =>
        {
            byte[] nonce = new byte[12], tag = new byte[16], data = new byte[1500 + i];
            BitConverter.TryWriteBytes(nonce, i);
            data.AsSpan().Fill((byte)i);
            gcm.Encrypt(nonce, data, data, tag, associated);
            if (!gcm.TryDecrypt(nonce, data, tag, data, associated) || data.AsSpan().IndexOfAnyExcept((byte)i) >= 0)
                Interlocked.Increment(ref failures);
        });
        Assert.Equal(0, failures);
    }

    [Fact]
    public void Disposing_wipes_the_powers_and_ends_the_use_of_the_key()
    {
        Assert.SkipUnless(AesNiGcm.IsSupported, "The processor has no such instructions.");
        var hashKey = new GHashKey(Vector128.Create((byte)0x5A));
        Assert.All(Powers(hashKey), p => Assert.NotEqual(Vector128<byte>.Zero, p));
        hashKey.Dispose();
        Assert.All(Powers(hashKey), p => Assert.Equal(Vector128<byte>.Zero, p));

        var gcm = new AesNiGcm(new byte[16]);
        gcm.Dispose();
        byte[] nonce = new byte[12], data = new byte[10], tag = new byte[16];
        Assert.Throws<ObjectDisposedException>(() => gcm.Encrypt(nonce, data, data, tag, []));
        Assert.Throws<ObjectDisposedException>(() => gcm.TryDecrypt(nonce, data, tag, data, []));
        Assert.Throws<ObjectDisposedException>(() => gcm.Authenticate(nonce, data, tag));
    }

    private static IEnumerable<Vector128<byte>> Powers(GHashKey key) =>
        Enumerable.Range(1, GHashKey.GroupSize).Select(i => Vector128.LoadUnsafe(in key.PowersFrom(i))).ToArray();

    /// <summary>Out of place, in place, GMAC; and nothing beside the destination is written.</summary>
    private static void Compare(
        Random random, int width, int keySize, int length, int associatedLength, int offset, byte[]? nonce = null)
    {
        const byte Guard = 0xA5;
        byte[] key = RandomBytes(random, keySize), associated = RandomBytes(random, associatedLength);
        nonce ??= RandomBytes(random, 12);
        byte[] plain = RandomBytes(random, length);
        byte[] expected = new byte[length], expectedTag = new byte[16], expectedMac = new byte[16];
        using (var library = new AesGcm(key, 16))
        {
            library.Encrypt(nonce.AsSpan(), plain, expected, expectedTag, associated);
            library.Encrypt(nonce, [], Span<byte>.Empty, expectedMac, plain);
        }
        using var gcm = Create(key, width);
        byte[] tag = new byte[16];
        byte[] buffer = new byte[offset + length + 200];
        buffer.AsSpan().Fill(Guard);
        var data = buffer.AsSpan(offset, length);

        gcm.Encrypt(nonce, plain, data, tag, associated);
        Assert.True(data.SequenceEqual(expected), $"{length} bytes encrypted");
        Assert.True(tag.AsSpan().SequenceEqual(expectedTag), $"tag of {length} and {associatedLength} bytes");

        Assert.True(gcm.TryDecrypt(nonce, data, tag, data, associated), $"tag of {length} bytes decrypted in place");
        Assert.True(data.SequenceEqual(plain), $"{length} bytes decrypted in place");

        gcm.Encrypt(nonce, data, data, tag, associated);
        Assert.True(data.SequenceEqual(expected), $"{length} bytes encrypted in place");
        Assert.True(tag.AsSpan().SequenceEqual(expectedTag), $"tag of {length} bytes encrypted in place");

        data.Fill(Guard);
        Assert.True(gcm.TryDecrypt(nonce, expected, tag, data, associated), $"tag of {length} bytes decrypted");
        Assert.True(data.SequenceEqual(plain), $"{length} bytes decrypted");

        gcm.Authenticate(nonce, data, tag);
        Assert.True(tag.AsSpan().SequenceEqual(expectedMac), $"GMAC of {length} bytes");
        Assert.True(buffer.AsSpan(0, offset).IndexOfAnyExcept(Guard) < 0, "before the destination");
        Assert.True(buffer.AsSpan(offset + length).IndexOfAnyExcept(Guard) < 0, "behind the destination");
    }

    private static AesNiGcm Create(byte[] key, int width)
    {
        Assert.SkipUnless(AesNiGcm.IsSupported && width <= (int?)GHashKey.Widest, "The processor has no such instructions.");
        return new AesNiGcm(key, (GHashWidth)width);
    }

    private static byte[] RandomBytes(Random random, int count)
    {
        byte[] bytes = new byte[count];
        random.NextBytes(bytes);
        return bytes;
    }
}
