using Symbio.Protocol.Smb2;
using System.Security.Cryptography;
using Symbio.Security.Encryption;

namespace Symbio.Security.Tests.Encryption;

public sealed class MessageEncryptionTests
{
    public static TheoryData<EncryptionAlgorithm> Algorithms => [.. Enum.GetValues<EncryptionAlgorithm>().Where(a => a != EncryptionAlgorithm.None)];

    // Microsoft, "Encryption in SMB 3.0: A protocol perspective" (CCM) and "SMB 3.1.1 Encryption in Windows 10" (GCM).
    public static TheoryData<EncryptionAlgorithm, string, ulong, string, string, string> WindowsFrames => new()
    {
        {
            EncryptionAlgorithm.Aes128Ccm, "261B72350558F2E9DCF613070383EDBF", 0x8e40014000011,
            "66E69A111892584FB5ED52",
            "FE534D4240000100000000000900400008000000000000000400000000000000"
            + "FFFE0000010000001100001400E4080000000000000000000000000000000000"
            + "3100700017000000000000000000000015010000390000020100000039020000"
            + "00000000000000007000000000000000536D623320656E6372797074696F6E20"
            + "74657374696E67",
            "FD534D4281A286535415445DAE393921E44FA42E66E69A111892584FB5ED524A"
            + "744DA3EE87000000000001001100001400E4080025C8FEE16605A437832D1CD5"
            + "2DA9F4645333482A175FE5384563F45FCDAFAEF38BC62BA4D5C62897996625A4"
            + "4C29BE5658DE2E6117585779E7B59FFD971278D08580D7FA899E410E910EABF5"
            + "AA1DB43050B33B49182637759AC15D84BFCDF5B6B238993C0F4CF4D6012023F6"
            + "C627297075D84B7803912D0A9639634453595EF3E33FFE4E7AC2AB"
        },
        {
            EncryptionAlgorithm.Aes128Ccm, "8FE2B57EC34D2DB5B1A9727F526BBDB5", 0x8e40014000011,
            "8600000000000000110000",
            "FE534D4240000100000000000900210009000000000000000400000000000000"
            + "FFFE0000010000001100001400E4080000000000000000000000000000000000"
            + "11000000170000000000000000000000",
            "FD534D42A6015530A18F6D9AFFE22AFAE8E66484860000000000000011000014"
            + "00E4080050000000000001001100001400E40800DBF46435C5F14169293CE079"
            + "E344479BF670227E49873F458672C3098DAC467DD5809F369D67409166515787"
            + "1483E01F7BECD02064EAC3E235F913668BBC2F097980D4B378F1993EFF6E60D1"
            + "77309E5B"
        },
        {
            EncryptionAlgorithm.Aes128Gcm, "A2F5E80E5D59103034F32E52F698E5EC", 0x100000000025,
            "C7D6822D269CAF48904C664C",
            "FE534D4240000100000000000900010008000000000000000500000000000000FFFE000001000000"
            + "25000000001000000000000000000000000000000000000031007000170000000000000000000000"
            + "0600000004000000010000000400000000000000000000007000000000000000536D623320656E63"
            + "72797074696F6E2074657374696E67",
            "FD534D42BD73D97D2BC9001BCAFAC0FDFF5FEEBCC7D6822D269CAF48904C664C0000000087000000"
            + "0000010025000000001000006ECDD2A7AFC7B47763057A041B8FD4DAFFE990B70C9E09D36C084E02"
            + "D14EF247F8BDE38ACF6256F8B1D3B56F77FBDEB312FEA5E92CBCC1ED8FB2EBBFAA75E49A4A394BB4"
            + "4576545567C24D4C014D47C9FBDFDAFD2C4F9B72F8D256452620A299F48E29E53D6B61D1C13A19E9"
            + "1AF013F00D17E3ABC2FC3D36C8C1B6B93973253852DBD442E46EE8"
        },
        {
            EncryptionAlgorithm.Aes128Gcm, "748C50868C90F302962A5C35F5F9A8BF", 0x100000000025,
            "E06831DD2E8EB7B400000000",
            "FE534D4240000100000000000900010001000000000000000500000000000000FFFE000001000000"
            + "25000000001000000000000000000000000000000000000011000000170000000000000000000000",
            "FD534D42ACBE1CB7ED343ADF1725EF144D90D4B0E06831DD2E8EB7B4000000000000000050000000"
            + "00000100250000000010000026BBBF949983A6C1C796559D0F2C510CB651D1F7B6AC8DED32A2A0B8"
            + "F2D793A815C6F6B848D69767A215841A42D400AE6DDB5F0B44173A014973321FDD7950DA6179159B"
            + "82E03C9E18A050FF0EA1C967"
        },
    };

    [Theory]
    [MemberData(nameof(WindowsFrames))]
    public void Decrypts_what_windows_encrypted(
        EncryptionAlgorithm algorithm, string key, ulong sessionId, string nonce, string message, string frame)
    {
        Assert.StartsWith(nonce, frame[40..], StringComparison.Ordinal);
        byte[] bytes = Hex.Bytes(frame);
        using var decryptor = new MessageDecryptor(algorithm, Hex.Bytes(key));
        Assert.True(MessageDecryptor.TryReadSessionId(bytes, out ulong readSessionId));
        Assert.Equal(sessionId, readSessionId);
        Assert.True(decryptor.TryDecrypt(bytes));
        Assert.Equal(message, Convert.ToHexString(bytes.AsSpan(MessageEncryptor.HeaderSize)));
    }

    [Fact] // Windows fills the unused end of the nonce with random bytes for CCM; only GCM's frames can be equal.
    public void Encrypts_as_windows_does()
    {
        foreach (var row in WindowsFrames)
        {
            var (algorithm, key, sessionId, nonce, message, frame) = row.Data;
            byte[] bytes = [.. new byte[MessageEncryptor.HeaderSize], .. Hex.Bytes(message)];
            using var encryptor = new MessageEncryptor(algorithm, Hex.Bytes(key), RandomNumbers.Secure);
            encryptor.Encrypt(bytes, sessionId, Hex.Bytes(nonce));
            int from = algorithm == EncryptionAlgorithm.Aes128Gcm ? 0 : MessageEncryptor.HeaderSize;
            Assert.Equal(Convert.ToHexString(Hex.Bytes(frame)[from..]), Convert.ToHexString(bytes.AsSpan(from)));
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Round_trips_and_fails_for_any_changed_byte_and_any_other_key(EncryptionAlgorithm algorithm)
    {
        byte[] key = new byte[algorithm.KeySize];
        new FixedRandom(7).Source(key);
        byte[] message = new byte[83];
        new FixedRandom(99).Source(message);
        byte[] frame = [.. new byte[MessageEncryptor.HeaderSize], .. message];
        using var encryptor = new MessageEncryptor(algorithm, key, new FixedRandom().Source);
        using var decryptor = new MessageDecryptor(algorithm, key);
        encryptor.Encrypt(frame, 0x1122334455667788);

        byte[] copy = [.. frame];
        Assert.True(decryptor.TryDecrypt(copy));
        Assert.Equal(message, copy[MessageEncryptor.HeaderSize..]);

        for (int i = 0; i < frame.Length; i++)
        {
            copy = [.. frame];
            copy[i] ^= 0x10;
            Assert.False(decryptor.TryDecrypt(copy), $"byte {i}");
            Assert.True(copy.AsSpan().IndexOf(message.AsSpan(0, 16)) < 0, $"plaintext after a change of byte {i}");
        }
        for (int length = 0; length < frame.Length; length++)
            Assert.False(decryptor.TryDecrypt(frame.AsSpan(0, length).ToArray()), $"length {length}");
        Assert.False(decryptor.TryDecrypt([.. frame, 0]));

        key[0] ^= 1;
        using var other = new MessageDecryptor(algorithm, key);
        Assert.False(other.TryDecrypt([.. frame]));
    }

    [Theory]
    [InlineData(EncryptionAlgorithm.Aes128Ccm)]
    [InlineData(EncryptionAlgorithm.Aes256Ccm)]
    public void Hardware_and_software_ccm_agree_at_every_length(EncryptionAlgorithm algorithm)
    {
        byte[] key = new byte[algorithm.KeySize];
        new FixedRandom(3).Source(key);
        using var cipher = MessageCipher.Create(algorithm, key);
        using var software = MessageCipher.Create(algorithm, key, forceSoftware: true);
        byte[] nonce = Hex.Bytes("0102030405060708090A0B");
        byte[] tag = new byte[16], softwareTag = new byte[16];
        for (int length = 0; length < 300; length++)
        {
            byte[] message = RandomNumberGenerator.GetBytes(length);
            byte[] associated = RandomNumberGenerator.GetBytes(length % 67);
            byte[] first = [.. message], second = [.. message];
            cipher.Encrypt(nonce, first, tag, associated);
            software.Encrypt(nonce, second, softwareTag, associated);
            Assert.Equal(second, first);
            Assert.Equal(softwareTag, tag);
            Assert.True(cipher.TryDecrypt(nonce, second, tag, associated));
            Assert.True(software.TryDecrypt(nonce, first, tag, associated));
            Assert.Equal(message, first);
            Assert.Equal(message, second);
        }
    }

    [Theory]
    [InlineData(EncryptionAlgorithm.Aes128Gcm)]
    [InlineData(EncryptionAlgorithm.Aes256Gcm)]
    public void Gcm_is_the_same_whoever_does_it(EncryptionAlgorithm algorithm)
    {
        byte[] key = new byte[algorithm.KeySize];
        new FixedRandom(3).Source(key);
        using var own = MessageCipher.Create(algorithm, key, libraryFrom: int.MaxValue);
        using var both = MessageCipher.Create(algorithm, key, libraryFrom: 150);
        using var library = MessageCipher.Create(algorithm, key, forceSoftware: true);
        MessageCipher[] ciphers = [own, both, library];
        byte[] nonce = Hex.Bytes("0102030405060708090A0B0C");
        for (int length = 0; length < 300; length++)
        {
            byte[] message = RandomNumberGenerator.GetBytes(length);
            byte[] associated = RandomNumberGenerator.GetBytes(length % 67);
            byte[][] data = [[.. message], [.. message], [.. message]], tags = [new byte[16], new byte[16], new byte[16]];
            for (int i = 0; i < ciphers.Length; i++)
                ciphers[i].Encrypt(nonce, data[i], tags[i], associated);
            Assert.Equal(data[2], data[0]);
            Assert.Equal(data[2], data[1]);
            Assert.Equal(tags[2], tags[0]);
            Assert.Equal(tags[2], tags[1]);
            for (int i = 0; i < ciphers.Length; i++)
            {
                Assert.True(ciphers[i].TryDecrypt(nonce, data[i], tags[i], associated));
                Assert.Equal(message, data[i]);
                tags[i][length % 16] ^= 1;
                Assert.False(ciphers[i].TryDecrypt(nonce, data[i], tags[i], associated));
                Assert.True(data[i].AsSpan().IndexOfAnyExcept((byte)0) < 0);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Nonces_never_repeat_and_carry_nothing_past_their_length(EncryptionAlgorithm algorithm)
    {
        using var encryptor = new MessageEncryptor(algorithm, new byte[algorithm.KeySize], RandomNumbers.Secure);
        var seen = new System.Collections.Concurrent.ConcurrentDictionary<string, bool>();
        Parallel.For(0, 4000, _ =>
        {
            byte[] frame = new byte[MessageEncryptor.HeaderSize + 1];
            encryptor.Encrypt(frame, 1);
            seen[Convert.ToHexString(frame, 20, algorithm.NonceSize)] =
                frame.AsSpan(20 + algorithm.NonceSize, 16 - algorithm.NonceSize).IndexOfAnyExcept((byte)0) < 0;
        });
        Assert.Equal(4000, seen.Count);
        Assert.All(seen.Values, Assert.True);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Two_encryptors_start_apart(EncryptionAlgorithm algorithm)
    {
        byte[] first = new byte[60], second = new byte[60];
        using var one = new MessageEncryptor(algorithm, new byte[algorithm.KeySize], new FixedRandom(1).Source);
        using var two = new MessageEncryptor(algorithm, new byte[algorithm.KeySize], new FixedRandom(2).Source);
        one.Encrypt(first, 1);
        two.Encrypt(second, 1);
        Assert.NotEqual(first[20..36], second[20..36]);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void Encrypting_and_decrypting_allocate_nothing(EncryptionAlgorithm algorithm)
    {
        Assert.SkipUnless(System.Runtime.Intrinsics.X86.Aes.IsSupported, "CCM needs AES instructions for this.");
        using var encryptor = new MessageEncryptor(algorithm, new byte[algorithm.KeySize], RandomNumbers.Secure);
        using var decryptor = new MessageDecryptor(algorithm, new byte[algorithm.KeySize]);
        byte[] frame = new byte[65536];
        bool decrypted = true;
        for (int i = 0; i < 50; i++)
        {
            encryptor.Encrypt(frame, 1);
            decrypted &= decryptor.TryDecrypt(frame);
        }
        long before = GC.GetAllocatedBytesForCurrentThread();
        for (int i = 0; i < 100; i++)
        {
            encryptor.Encrypt(frame, 1);
            decrypted &= decryptor.TryDecrypt(frame);
        }
        Assert.Equal(0, GC.GetAllocatedBytesForCurrentThread() - before);
        Assert.True(decrypted);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public void A_key_that_nobody_uses_yet_is_not_expanded(EncryptionAlgorithm algorithm)
    {
        byte[] key = new byte[algorithm.KeySize];
        new MessageDecryptor(algorithm, key).Dispose();
        long before = GC.GetAllocatedBytesForCurrentThread();

        using var decryptor = new MessageDecryptor(algorithm, key);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 1, 256);
    }

    [Fact]
    public void Nothing_is_encrypted_after_the_end()
    {
        var encryptor = new MessageEncryptor(EncryptionAlgorithm.Aes128Gcm, new byte[16], RandomNumbers.Secure);
        encryptor.Dispose();

        Assert.Throws<ObjectDisposedException>(() => encryptor.Encrypt(new byte[100], 1));
    }

    [Fact]
    public void Refuses_a_key_of_another_length_and_an_empty_message()
    {
        Assert.Throws<ArgumentException>(
            () => new MessageEncryptor(EncryptionAlgorithm.Aes256Gcm, new byte[16], RandomNumbers.Secure));
        Assert.Throws<ArgumentException>(() => new MessageDecryptor(EncryptionAlgorithm.Aes128Ccm, new byte[32]));
        using var encryptor =
            new MessageEncryptor(EncryptionAlgorithm.Aes128Gcm, new byte[16], RandomNumbers.Secure);
        Assert.Throws<ArgumentException>(() => encryptor.Encrypt(new byte[52], 1));
    }

    [Fact]
    public void The_ids_are_those_of_the_wire()
    {
        Assert.Equal(1, (ushort)EncryptionAlgorithm.Aes128Ccm);
        Assert.Equal(2, (ushort)EncryptionAlgorithm.Aes128Gcm);
        Assert.Equal(3, (ushort)EncryptionAlgorithm.Aes256Ccm);
        Assert.Equal(4, (ushort)EncryptionAlgorithm.Aes256Gcm);
    }
}
