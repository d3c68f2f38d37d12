using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.KeyDerivation;

namespace Symbio.Security.Tests.KeyDerivation;

public sealed class SessionKeysTests
{
    private static string Text(SecretKey? key) => Convert.ToHexString(key!.Span);

    [Fact]
    public void The_preauth_hash_gives_every_step_of_microsofts_example()
    {
        var hash = new PreauthIntegrityHash();
        Assert.Equal(new byte[64], hash.Value.ToArray());
        (byte[] Message, string Expected)[] steps =
        [
            (MicrosoftExample311.NegotiateRequest,
                "DD94EFC5321BB618A2E208BA8920D2F422992526947A409B5037DE1E0FE8C7362B8C47122594CDE0"
                + "CE26AA9DFC8BCDBDE0621957672623351A7540F1E54A0426"),
            (MicrosoftExample311.NegotiateResponse,
                "324BFA92A4F3A190E466EBEA08D9C110DC88BFED758D9846ECC6F541CC1D02AE3C94A79F36011E99"
                + "7E13F841B91B50957AD07B19C8E2539C0B23FDAE09D2C513"),
            (MicrosoftExample311.SessionSetupRequest1,
                "AC0B0F2B9986257700365E416D142A6EDC96DF03594A19E52A15F6BD0D041CD5D432F8ED42C55E33"
                + "197A50C9EC00F1462B50C592211B1471A04B56088FDFD5F9"),
            (MicrosoftExample311.SessionSetupResponse1,
                "2729E3440DFDDD839E37193F6E8F20C20CEFB3469E453A70CD980EEC06B8835740A7376008563336"
                + "4C8989895ECE81BF102DEEB14D4B7D48AFA76901A7A38387"),
            (MicrosoftExample311.SessionSetupRequest2,
                "0DD13628CC3ED218EF9DF9772D436D0887AB9814BFAE63A80AA845F36909DB7928622DDDAD522D97"
                + "51640A459762C5A9D6BB084CBB3CE6BDADEF5D5BCE3C6C01"),
        ];
        foreach (var (message, expected) in steps)
        {
            hash.Update(message);
            Assert.Equal(expected, Convert.ToHexString(hash.Value));
        }

        using var keys = SessionKeys.ForSmb311(
            MicrosoftExample311.SessionKey, hash, EncryptionAlgorithm.Aes128Gcm);
        Assert.Equal("270E1BA896585EEB7AF3472D3B4C75A7", Text(keys.SessionKey));
        Assert.Equal("73FE7A9A77BEF0BDE49C650D8CCB5F76", Text(keys.SigningKey));
        Assert.Equal("629BCBC54422A0F572B97F45989B6073", Text(keys.ClientToServerKey));
        Assert.Equal("E2AF0DCEFAC68DA71A0DFBD0D1350D74", Text(keys.ServerToClientKey));
        Assert.Equal("6D7AD7954E9EC61E907B4D473DC178FF", Text(keys.ApplicationKey));
        using var channel = SessionKeys.DeriveChannelSigningKey311(MicrosoftExample311.SessionKey, hash);
        Assert.Equal("73FE7A9A77BEF0BDE49C650D8CCB5F76", Text(channel));
    }

    [Fact]
    public void A_copied_hash_goes_its_own_way()
    {
        var connection = new PreauthIntegrityHash();
        connection.Update([1]);
        var session = connection;
        session.Update([2]);
        Assert.NotEqual(connection.Value.ToArray(), session.Value.ToArray());
    }

    [Fact] // Microsoft, "the anatomy of signing and cryptographic keys", SMB 3.0 multichannel
    public void Smb_30_keys_are_those_of_microsofts_examples()
    {
        using var keys = SessionKeys.ForSmb30(Hex.Bytes("7CD451825D0450D235424E44BA6E78CC"));
        Assert.Equal("0B7E9C5CAC36C0F6EA9AB275298CEDCE", Text(keys.SigningKey));
        Assert.Equal("FAD27796665B313EBB578F388632B4F7", Text(keys.ClientToServerKey));
        Assert.Equal("B0F0427F7CEB416D1D9DCC0CD4F99447", Text(keys.ServerToClientKey));
        Assert.Equal("BB23A4575AA26C721AF525AF15A87B4F", Text(keys.ApplicationKey));

        using var second = SessionKeys.DeriveChannelSigningKey30(Hex.Bytes("4E01A2B313BCF660CC250BEF021AEDE6"));
        Assert.Equal("BA1A17DBBFEC349BCA105563D598952F", Text(second));
    }

    [Fact]
    public void Only_the_first_16_bytes_make_the_session_key_and_shorter_keys_are_padded()
    {
        byte[] shortKey = Hex.Bytes("0102030405060708");
        using var fromShort = SessionKeys.ForSmb30(shortKey);
        using var fromLong = SessionKeys.ForSmb30([.. shortKey, .. new byte[8], 9, 9, 9, 9]);
        Assert.Equal("01020304050607080000000000000000", Text(fromShort.SessionKey));
        Assert.Equal(Text(fromShort.SigningKey), Text(fromLong.SigningKey));
    }

    [Fact]
    public void Aes_256_takes_the_full_key_and_gives_32_bytes()
    {
        byte[] full = new byte[32];
        new FixedRandom(1).Source(full);
        var hash = new PreauthIntegrityHash();
        using var keys = SessionKeys.ForSmb311(full, hash, EncryptionAlgorithm.Aes256Gcm);
        using var cut = SessionKeys.ForSmb311(full.AsSpan(0, 16), hash, EncryptionAlgorithm.Aes256Gcm);
        using var aes128 = SessionKeys.ForSmb311(full, hash, EncryptionAlgorithm.Aes128Gcm);
        Assert.Equal(32, keys.ClientToServerKey!.Length);
        Assert.Equal(32, keys.ServerToClientKey!.Length);
        Assert.NotEqual(Text(cut.ClientToServerKey), Text(keys.ClientToServerKey));
        Assert.NotEqual(Text(keys.ServerToClientKey), Text(keys.ClientToServerKey));
        Assert.Equal(Text(cut.SigningKey), Text(keys.SigningKey));
        Assert.Equal(Text(aes128.SigningKey), Text(keys.SigningKey));
        Assert.Equal(16, aes128.ClientToServerKey!.Length);
    }

    [Fact]
    public void Smb_2_has_one_key_and_no_encryption()
    {
        using var keys = SessionKeys.ForSmb2(MicrosoftExample311.SessionKey);
        Assert.Equal(MicrosoftExample311.SessionKey, keys.SigningKey.Span.ToArray());
        Assert.Equal(MicrosoftExample311.SessionKey, keys.ApplicationKey.Span.ToArray());
        Assert.Null(keys.ClientToServerKey);
        Assert.Null(keys.ServerToClientKey);
        using var none = SessionKeys.ForSmb311(MicrosoftExample311.SessionKey, default, cipher: null);
        Assert.Null(none.ClientToServerKey);
    }

    [Fact]
    public void A_disposed_key_is_zero_and_refuses_use()
    {
        var key = new SecretKey([1, 2, 3]);
        var view = key.Writable;
        key.Dispose();
        Assert.Equal(new byte[3], view.ToArray());
        Assert.Throws<ObjectDisposedException>(() => key.Span.Length);
    }
}
