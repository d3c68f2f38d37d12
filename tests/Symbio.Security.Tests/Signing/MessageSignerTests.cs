using Symbio.Protocol.Smb2;
using System.Security.Cryptography;
using Symbio.Security.Signing;

namespace Symbio.Security.Tests.Signing;

public sealed class MessageSignerTests
{
    // The last SESSION_SETUP response of Microsoft's SMB 3.1.1 key derivation example, signed with AES-CMAC.
    private const string SignedResponse =
        "FE534D4240000100000000000100800009000000000000000300000000000000FFFE000000000000"
        + "1900000000100000EBE146DA120BA25FC3376A49DFE31BC10900000048001D00A11B3019A0030A01"
        + "00A3120410010000003B453CDC3524164200000000";
    private const string SigningKey = "73FE7A9A77BEF0BDE49C650D8CCB5F76";

    public static TheoryData<SigningAlgorithm> Algorithms => [.. Enum.GetValues<SigningAlgorithm>()];

    [Fact]
    public void Verifies_and_makes_the_signature_of_a_windows_server()
    {
        byte[] message = Hex.Bytes(SignedResponse);
        using var signer = MessageSigner.Create(SigningAlgorithm.AesCmac, Hex.Bytes(SigningKey));
        Assert.True(signer.Verify(message));
        Assert.Equal(Hex.Bytes(SignedResponse), message);

        message.AsSpan(48, 16).Fill(0xEE);
        message[16] &= 0xF7;
        signer.Sign(message);
        Assert.Equal(Hex.Bytes(SignedResponse), message);
    }

    [Fact]
    public void Hmac_sha256_is_the_first_half_of_the_hash_over_the_message_with_a_zero_signature()
    {
        byte[] key = Hex.Bytes("270E1BA896585EEB7AF3472D3B4C75A7");
        byte[] message = Hex.Bytes(SignedResponse);
        byte[] zeroed = Hex.Bytes(SignedResponse);
        zeroed.AsSpan(48, 16).Clear();
        using var signer = MessageSigner.Create(SigningAlgorithm.HmacSha256, key);
        signer.Sign(message);
        Assert.Equal(HMACSHA256.HashData(key, zeroed)[..16], message[48..64]);
    }

    [Theory] // [MS-SMB2] 3.1.4.1: MessageId, then the role and CANCEL bits.
    [InlineData("0100", 0, "0807060504030201 00000000")]
    [InlineData("0100", 1, "0807060504030201 01000000")]
    [InlineData("0C00", 0, "0807060504030201 02000000")]
    [InlineData("0C00", 1, "0807060504030201 01000000")]
    public void The_gmac_nonce_follows_from_the_header(string command, byte flags, string nonce)
    {
        byte[] message = new byte[80];
        Hex.Bytes(command).CopyTo(message, 12);
        message[16] = flags;
        Hex.Bytes("0807060504030201").CopyTo(message, 24);
        byte[] key = Hex.Bytes(SigningKey);
        using var signer = MessageSigner.Create(SigningAlgorithm.AesGmac, key);
        signer.Sign(message);

        byte[] zeroed = [.. message];
        zeroed.AsSpan(48, 16).Clear();
        byte[] expected = new byte[16];
        using var gcm = new AesGcm(key, 16);
        gcm.Encrypt(Hex.Bytes(nonce), [], [], expected.AsSpan(), zeroed);
        Assert.Equal(expected, message[48..64]);
    }

    [Fact] // NIST CAVP gcmEncryptExtIV128, PTlen = 0, AADlen = 128
    public void The_gcm_contexts_give_a_nist_vector()
    {
        using var pool = new Symbio.Security.Primitives.AesGcmPool(Hex.Bytes("77be63708971c4e240d1cb79e8d77feb"));
        var context = pool.Rent();
        byte[] tag = new byte[16];
        context.Encrypt(
            Hex.Bytes("e0e00f19fed7ba0136a797f3"), [], [], tag.AsSpan(), Hex.Bytes("7a43ec1d9c0a5a78a0b16533a6213cab"));
        pool.Return(context);
        Assert.Equal("209fcc8d3675ed938e9c7166709dd946", Convert.ToHexStringLower(tag));
    }

    [Fact]
    public void Gmac_is_the_same_with_and_without_the_processor_s_instructions()
    {
        byte[] key = Hex.Bytes(SigningKey);
        using var hardware = new AesGmacSigner(key);
        using var software = new AesGmacSigner(key, forceSoftware: true);
        for (int length = 64; length < 900; length++)
        {
            byte[] message = RandomNumberGenerator.GetBytes(length), same = [.. message];
            hardware.Sign(message);
            software.Sign(same);
            Assert.Equal(same, message);
            Assert.True(hardware.Verify(message));
            Assert.True(software.Verify(message));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Any_changed_byte_and_any_other_key_fail(SigningAlgorithm algorithm)
    {
        byte[] key = Hex.Bytes(SigningKey);
        using var signer = MessageSigner.Create(algorithm, key);
        byte[] message = Hex.Bytes(SignedResponse);
        signer.Sign(message);
        Assert.True(signer.Verify(message));
        for (int i = 0; i < message.Length; i++)
        {
            message[i] ^= 1;
            byte[] before = [.. message];
            Assert.False(signer.Verify(message), $"byte {i}");
            Assert.Equal(before, message);
            message[i] ^= 1;
        }
        Assert.True(signer.Verify(message));
        key[15] ^= 1;
        using var other = MessageSigner.Create(algorithm, key);
        Assert.False(other.Verify(message));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_message_shorter_than_its_header_is_not_verified(SigningAlgorithm algorithm)
    {
        using var signer = MessageSigner.Create(algorithm, Hex.Bytes(SigningKey));
        for (int length = 0; length < 64; length++)
            Assert.False(signer.Verify(new byte[length]));
        Assert.Throws<ArgumentException>(() => signer.Sign(new byte[63]));
        byte[] shortest = new byte[64];
        signer.Sign(shortest);
        Assert.True(signer.Verify(shortest));
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Signing_and_verifying_allocate_nothing(SigningAlgorithm algorithm)
    {
        using var signer = MessageSigner.Create(algorithm, Hex.Bytes(SigningKey));
        byte[] message = new byte[65536];
        bool verified = true;
        for (int i = 0; i < 50; i++)
        {
            signer.Sign(message);
            verified &= signer.Verify(message);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            signer.Sign(message);
            verified &= signer.Verify(message);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(verified);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void One_signer_serves_many_threads(SigningAlgorithm algorithm)
    {
        using var signer = MessageSigner.Create(algorithm, Hex.Bytes(SigningKey));
        byte[] template = Hex.Bytes(SignedResponse);
        signer.Sign(template);
        int failures = 0;
        Parallel.For(0, 2000, new ParallelOptions { MaxDegreeOfParallelism = 16 }, i =>
        {
            byte[] message = [.. template];
            if (!signer.Verify(message))
                Interlocked.Increment(ref failures);
            message[70] ^= (byte)(i + 1);
            signer.Sign(message);
            if (!signer.Verify(message))
                Interlocked.Increment(ref failures);
        });
        Assert.Equal(0, failures);
    }

    [Fact]
    public void The_ids_are_those_of_the_wire()
    {
        Assert.Equal(0, (ushort)SigningAlgorithm.HmacSha256);
        Assert.Equal(1, (ushort)SigningAlgorithm.AesCmac);
        Assert.Equal(2, (ushort)SigningAlgorithm.AesGmac);
    }
}
