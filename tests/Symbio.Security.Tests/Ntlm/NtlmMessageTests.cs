using Symbio.Security.Ntlm;

namespace Symbio.Security.Tests.Ntlm;

public sealed class NtlmMessageTests
{
    // [MS-NLMP] 4.2.4.3
    internal static readonly byte[] SpecChallenge = Hex.Bytes(
        "4e544c4d53535000020000000c000c003800000033828ae20123456789abcdef00000000000000002400240044000000"
        + "060070170000000f53006500720076006500720002000c0044006f006d00610069006e0001000c005300650072007600"
        + "6500720000000000");

    internal static readonly byte[] SpecAuthenticate = Hex.Bytes(
        "4e544c4d5353500003000000180018006c00000054005400840000000c000c0048000000080008005400000010001000"
        + "5c00000010001000d8000000358288e20501280a0000000f44006f006d00610069006e00550073006500720043004f00"
        + "4d005000550054004500520086c35097ac9cec102554764a57cccc19aaaaaaaaaaaaaaaa68cd0ab851e51c96aabc927b"
        + "ebef6a1c01010000000000000000000000000000aaaaaaaaaaaaaaaa0000000002000c0044006f006d00610069006e00"
        + "01000c005300650072007600650072000000000000000000c5dad2544fc9799094ce1ce90bc9d03e");

    private static NtlmLogon SpecLogon(AuthenticateMessage message) => new(
        message.UserName, message.DomainName, message.Workstation, Hex.Bytes("0123456789abcdef"),
        message.NtResponse, message.LmResponse, default);

    [Fact]
    public void Reads_the_challenge_of_the_specification_and_writes_it_again()
    {
        Assert.True(ChallengeMessage.TryRead(SpecChallenge, out var challenge));
        Assert.Equal("Server", challenge.TargetName);
        Assert.Equal((NegotiateFlags)0xE28A8233, challenge.Flags);
        var pairs = new AvPairs(challenge.TargetInfo);
        Assert.True(pairs.IsWellFormed);
        Assert.Equal("Domain", pairs.GetName(AvId.NbDomainName));
        Assert.Equal("Server", pairs.GetName(AvId.NbComputerName));
        Assert.Null(pairs.GetName(AvId.DnsComputerName));
        byte[] written = challenge.ToArray();
        Hex.Bytes("060070170000000f").CopyTo(written, 48); // Its Version is that of another product.
        Assert.Equal(SpecChallenge, written);
        Assert.Equal(challenge.TargetInfo.ToArray(), AvPairs.ToArray(pairs.ToList()));
    }

    [Fact]
    public void Reads_the_authenticate_message_of_the_specification_and_verifies_its_response()
    {
        Assert.True(AuthenticateMessage.TryRead(SpecAuthenticate, out var message));
        Assert.Equal(("Domain", "User", "COMPUTER"), (message.DomainName, message.UserName, message.Workstation));
        using var hash = NtlmHash.FromPassword("Password");
        using var key = NtlmV2.TryVerify(hash, SpecLogon(message));
        Assert.Equal("8DE40CCADBC14A82F15CB0AD0DE95CA3", Convert.ToHexString(key!.Span));
        using var wrong = NtlmHash.FromPassword("password");
        Assert.Null(NtlmV2.TryVerify(wrong, SpecLogon(message)));
    }

    [Fact]
    public void Any_changed_byte_of_the_response_fails()
    {
        Assert.True(AuthenticateMessage.TryRead(SpecAuthenticate, out var message));
        using var hash = NtlmHash.FromPassword("Password");
        byte[] response = message.NtResponse.ToArray();
        for (int i = 0; i < response.Length; i++)
        {
            response[i] ^= 0x40;
            Assert.Null(NtlmV2.TryVerify(hash, SpecLogon(message) with { NtResponse = response }));
            response[i] ^= 0x40;
        }
        for (int length = 0; length < response.Length; length++)
            Assert.Null(NtlmV2.TryVerify(hash, SpecLogon(message) with { NtResponse = response.AsMemory(0, length) }));
        Assert.Null(NtlmV2.TryVerify(hash, SpecLogon(message) with { ServerChallenge = new byte[8] }));
        Assert.Null(NtlmV2.TryVerify(hash, SpecLogon(message) with { UserName = "Usr" }));
        using var other = NtlmV2.TryVerify(hash, SpecLogon(message) with { UserName = "uSER" });
        Assert.NotNull(other);
    }

    [Fact] // [MS-NLMP] 4.2.4.2: with the specification's client challenge and time, and no MsvAvTimestamp
    public async Task The_client_computes_the_responses_of_the_specification()
    {
        using var hash = NtlmHash.FromPassword("Password");
        byte calls = 0;
        RandomNumberSource random = destination => destination.Fill(calls++ == 0 ? (byte)0xAA : (byte)0x55);
        using var client = new NtlmInitiator(
            new NtlmCredential("User", "Domain", hash),
            new NtlmClientOptions { Workstation = "COMPUTER" },
            new FixedTime(DateTime.FromFileTimeUtc(0)), random);
        await client.StepAsync(default, default);
        var step = await client.StepAsync(SpecChallenge, default);
        Assert.True(AuthenticateMessage.TryRead(step.Token, out var actual));
        Assert.True(AuthenticateMessage.TryRead(SpecAuthenticate, out var expected));
        Assert.Equal(expected.NtResponse.ToArray(), actual.NtResponse.ToArray());
        Assert.Equal(expected.LmResponse.ToArray(), actual.LmResponse.ToArray());
        Assert.Equal(expected.EncryptedRandomSessionKey.ToArray(), actual.EncryptedRandomSessionKey.ToArray());
        Assert.Equal(Enumerable.Repeat((byte)0x55, 16), client.SessionKey.ToArray());
    }

    [Fact]
    public void Reads_what_windows_sent_and_writes_the_same_fields()
    {
        byte[] token = KeyDerivation.MicrosoftExample311.Token3;
        byte[] windows = token[token.AsSpan().IndexOf("NTLMSSP"u8)..]; // Behind the SPNEGO headers.
        Assert.True(AuthenticateMessage.TryRead(windows, out var message));
        Assert.Equal(("SUT311", "administrator", "DRIVER311"),
            (message.DomainName, message.UserName, message.Workstation));
        Assert.True(AuthenticateMessage.TryRead(message.ToArray(), out var again));
        Assert.Equal(message.NtResponse.ToArray(), again.NtResponse.ToArray());
        Assert.Equal(message.EncryptedRandomSessionKey.ToArray(), again.EncryptedRandomSessionKey.ToArray());
        Assert.Equal((message.UserName, message.Flags), (again.UserName, again.Flags));
        var pairs = new AvPairs(message.NtResponse[44..]);
        Assert.Equal(AvPairs.MicPresent, pairs.Flags);
        Assert.Equal("cifs/SUT311", pairs.GetName(AvId.TargetName));
    }

    [Fact]
    public void Every_truncation_and_every_changed_byte_is_read_without_an_exception()
    {
        byte[] negotiate = new NegotiateMessage(new NtlmClientOptions().Flags).ToArray();
        for (int length = 0; length < 16; length++)
            Assert.False(NegotiateMessage.TryRead(negotiate.AsSpan(0, length), out _));
        Assert.True(NegotiateMessage.TryRead(negotiate, out var read));
        Assert.Equal(new NtlmClientOptions().Flags, read.Flags);

        for (int length = 0; length < SpecChallenge.Length; length++)
            Assert.False(ChallengeMessage.TryRead(SpecChallenge.AsMemory(0, length), out _), $"{length}");
        for (int length = 0; length < SpecAuthenticate.Length; length++)
            Assert.False(AuthenticateMessage.TryRead(SpecAuthenticate.AsMemory(0, length), out _), $"{length}");
        Assert.True(ChallengeMessage.TryRead(SpecChallenge, out var challenge));
        for (int length = 0; length < challenge.TargetInfo.Length; length++)
            Assert.False(new AvPairs(challenge.TargetInfo[..length]).IsWellFormed);

        foreach (byte value in (byte[])[0x00, 0x01, 0x7F, 0x80, 0xFF])
        {
            for (int i = 0; i < SpecAuthenticate.Length; i++)
            {
                byte[] changed = [.. SpecAuthenticate];
                changed[i] = value;
                if (AuthenticateMessage.TryRead(changed, out var message) && message.NtResponse.Length > 44)
                    _ = new AvPairs(message.NtResponse[44..]).ToList();
                if (i >= SpecChallenge.Length)
                    continue;
                changed = [.. SpecChallenge];
                changed[i] = value;
                if (ChallengeMessage.TryRead(changed, out var other))
                    _ = new AvPairs(other.TargetInfo).ToList();
            }
        }
    }
}
