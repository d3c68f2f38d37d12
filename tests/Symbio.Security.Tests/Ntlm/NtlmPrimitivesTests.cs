using System.Text;
using Symbio.Security.Ntlm;
using Symbio.Security.Primitives;

namespace Symbio.Security.Tests.Ntlm;

public sealed class NtlmPrimitivesTests
{
    [Theory] // RFC 1320 A.5
    [InlineData("", "31d6cfe0d16ae931b73c59d7e0c089c0")]
    [InlineData("a", "bde52cb31de33e46245e05fbdbd6fb24")]
    [InlineData("abc", "a448017aaf21d8525fc10ae87aa6729d")]
    [InlineData("message digest", "d9130a8164549fe818874806e1c7014b")]
    [InlineData("abcdefghijklmnopqrstuvwxyz", "d79e1c308aa5bbcdeea8ed63df412da9")]
    [InlineData("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789", "043f8582f241db351ce627e153e7f0e4")]
    [InlineData(
        "12345678901234567890123456789012345678901234567890123456789012345678901234567890",
        "e33b4ddc9c38f2199c3e7b164fcc0536")]
    public void Md4_gives_the_vectors_of_rfc_1320(string text, string expected)
    {
        byte[] hash = new byte[16];
        Md4.HashData(Encoding.ASCII.GetBytes(text), hash);
        Assert.Equal(expected, Convert.ToHexStringLower(hash));
    }

    [Theory] // RFC 6229 section 2, key stream from offset 0
    [InlineData("0102030405", "b2396305f03dc027ccc3524a0a1118a86982944f18fc82d589c403a47a0d0919")]
    [InlineData("01020304050607", "293f02d47f37c9b633f2af5285feb46be620f1390d19bd84e2e0fd752031afc1")]
    [InlineData(
        "0102030405060708090a0b0c0d0e0f10", "9ac7cc9a609d1ef7b2932899cde41b975248c4959014126a6e8a84f11d1a9e1c")]
    public void Rc4_gives_the_vectors_of_rfc_6229(string key, string expected)
    {
        using var cipher = new Rc4(Hex.Bytes(key));
        byte[] stream = new byte[32];
        cipher.Transform(stream.AsSpan(0, 7), stream);
        using var copy = cipher.Copy();
        cipher.Transform(stream.AsSpan(7), stream.AsSpan(7));
        Assert.Equal(expected, Convert.ToHexStringLower(stream));
        byte[] again = new byte[25];
        copy.Transform(again, again);
        Assert.Equal(stream[7..], again);
    }

    [Fact] // [MS-NLMP] 4.2.2.1.2 NTOWFv1
    public void The_nt_hash_is_that_of_the_specification()
    {
        using var hash = NtlmHash.FromPassword("Password");
        Assert.Equal("A4F49C406510BDCAB6824EE7C30FD852", Convert.ToHexString(hash.Value));
        Assert.Throws<ArgumentException>(() => new NtlmHash(new byte[15]));
    }

    [Fact] // [MS-NLMP] 4.2.4.1.1 NTOWFv2
    public void The_response_key_is_that_of_the_specification()
    {
        using var hash = NtlmHash.FromPassword("Password");
        byte[] key = new byte[16];
        NtlmV2.ComputeResponseKey(hash, "User", "Domain", key);
        Assert.Equal("0C868A403BFD7A93A3001EF22EF02E3F", Convert.ToHexString(key));
    }

    [Fact] // [MS-NLMP] 4.2.4.4 GSS_WrapEx
    public void Sealing_gives_the_bytes_of_the_specification_and_unseals()
    {
        byte[] sessionKey = Enumerable.Repeat((byte)0x55, 16).ToArray();
        const NegotiateFlags flags = (NegotiateFlags)0xE28A8233;
        using var client = new NtlmSession(sessionKey, flags, isServer: false);
        using var server = new NtlmSession(sessionKey, flags, isServer: true);
        byte[] message = Encoding.Unicode.GetBytes("Plaintext");
        byte[] signature = new byte[16];
        client.Seal(message, .., signature);
        Assert.Equal("54E50165BF1936DC996020C1811B0F06FB5F", Convert.ToHexString(message));
        Assert.Equal("010000007FB38EC5C55D497600000000", Convert.ToHexString(signature));
        Assert.True(server.Unseal(message, .., signature));
        Assert.Equal("Plaintext", Encoding.Unicode.GetString(message));

        // The second message has another key stream and number; a repeated first one fails.
        byte[] second = Encoding.Unicode.GetBytes("Plaintext");
        client.Seal(second, .., signature);
        Assert.NotEqual("54E50165BF1936DC996020C1811B0F06FB5F", Convert.ToHexString(second));
        signature[5] ^= 1;
        Assert.False(server.Unseal(second, .., signature));
    }

    [Fact] // Microsoft's SMB 3.1.1 example: both mechListMICs under the real session key
    public void The_mic_of_a_mechanism_list_is_that_of_windows()
    {
        byte[] mechTypes = Hex.Bytes("300C060A2B06010401823702020A");
        const NegotiateFlags flags = (NegotiateFlags)0xE2888215;
        using var client = new NtlmSession(KeyDerivation.MicrosoftExample311.SessionKey, flags, isServer: false);
        using var server = new NtlmSession(KeyDerivation.MicrosoftExample311.SessionKey, flags, isServer: true);
        Assert.Equal("0100000063775A9A5FD97F0600000000", Convert.ToHexString(client.GetMechListMic(mechTypes)));
        Assert.Equal("010000003B453CDC3524164200000000", Convert.ToHexString(server.GetMechListMic(mechTypes)));
        Assert.True(server.VerifyMechListMic(mechTypes, Hex.Bytes("0100000063775A9A5FD97F0600000000")));
        Assert.False(client.VerifyMechListMic(mechTypes, Hex.Bytes("0100000063775A9A5FD97F0600000000")));
    }
}
