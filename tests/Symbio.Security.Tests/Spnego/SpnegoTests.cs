using Symbio.Protocol;
using Symbio.Security.Spnego;
using Symbio.Security.Tests.KeyDerivation;
using Symbio.Security.Tests.Ntlm;

namespace Symbio.Security.Tests.Spnego;

public sealed class SpnegoTests
{
    private static readonly InitiatorMechanism Ntlm = new(MechanismOids.Ntlm, () => TestServer.Client());

    /// <summary>A mechanism that the server does not have; its first token means nothing.</summary>
    private static readonly InitiatorMechanism Foreign =
        new(MechanismOids.Kerberos, () => new FakeContext(NtStatus.MoreProcessingRequired));

    private static SpnegoAcceptor Server() => new([TestServer.Mechanism()]);

    private static async Task<(NtStatus Status, SpnegoAcceptor Server, List<byte[]> Tokens)> RunAsync(
        ISecurityContext client, SpnegoAcceptor server, Func<int, byte[], byte[]>? change = null)
    {
        var tokens = new List<byte[]>();
        var step = await client.StepAsync(default, default);
        for (int leg = 0; leg < 10; leg++)
        {
            byte[] token = step.Token.ToArray();
            token = change?.Invoke(tokens.Count, token) ?? token;
            tokens.Add(token);
            var answer = await server.StepAsync(token, default);
            if (answer.Status is not (NtStatus.Success or NtStatus.MoreProcessingRequired))
                return (answer.Status, server, tokens);
            token = answer.Token.ToArray();
            token = change?.Invoke(tokens.Count, token) ?? token;
            tokens.Add(token);
            step = await client.StepAsync(token, default);
            if (step.Status != NtStatus.MoreProcessingRequired)
                return (step.Status, server, tokens);
        }
        throw new InvalidOperationException("The exchange does not end.");
    }

    [Fact]
    public async Task Ntlm_alone_takes_four_tokens_with_a_mic_each_way()
    {
        using var client = new SpnegoInitiator([Ntlm]);
        var (status, server, tokens) = await RunAsync(client, Server());
        Assert.Equal(NtStatus.Success, status);
        Assert.Equal(4, tokens.Count);
        Assert.True(client.IsEstablished && server.IsEstablished);
        Assert.Equal(client.SessionKey.ToArray(), server.SessionKey.ToArray());
        Assert.Equal("User", server.Logon!.UserName);
        Assert.True(NegTokenResp.TryRead(tokens[1], out var first));
        Assert.Equal(NegState.AcceptIncomplete, first.State);
        Assert.Equal("2B06010401823702020A", Convert.ToHexString(first.SupportedMech));
        Assert.True(NegTokenResp.TryRead(tokens[2], out var third));
        Assert.Equal(16, third.MechListMic.Length);
        Assert.True(NegTokenResp.TryRead(tokens[3], out var fourth));
        Assert.Equal(NegState.AcceptCompleted, fourth.State);
        Assert.True(fourth.SupportedMech.IsEmpty);
        Assert.Equal(16, fourth.MechListMic.Length);
    }

    [Fact]
    public async Task An_unknown_favourite_leads_to_request_mic_and_another_round()
    {
        using var client = new SpnegoInitiator([Foreign, Ntlm]);
        var (status, server, tokens) = await RunAsync(client, Server());
        Assert.Equal(NtStatus.Success, status);
        Assert.Equal(6, tokens.Count);
        Assert.True(NegTokenResp.TryRead(tokens[1], out var first));
        Assert.Equal(NegState.RequestMic, first.State);
        Assert.True(first.ResponseToken.IsEmpty);
        Assert.Equal(client.SessionKey.ToArray(), server.SessionKey.ToArray());
    }

    [Fact]
    public async Task A_mechanism_taken_out_of_the_list_on_the_way_is_noticed_by_the_mic()
    {
        using var client = new SpnegoInitiator([Ntlm, Foreign]);
        byte[] shortList = NegTokenInit.EncodeMechTypes([MechanismOids.Ntlm]);
        var (status, server, _) = await RunAsync(client, Server(), (leg, token) =>
        {
            if (leg > 0)
                return token;
            Assert.True(NegTokenInit.TryRead(token, out var init));
            return NegTokenInit.Encode(shortList, init.MechToken, withHints: false);
        });
        Assert.Equal(NtStatus.AccessDenied, status);
        Assert.False(server.IsEstablished);
    }

    [Fact]
    public async Task The_required_mic_may_not_be_left_out()
    {
        using var client = new SpnegoInitiator([Foreign, Ntlm]);
        var (status, server, _) = await RunAsync(client, Server(), (leg, token) =>
        {
            if (leg != 4)
                return token;
            Assert.True(NegTokenResp.TryRead(token, out var last));
            return NegTokenResp.Encode(null, null, last.ResponseToken, []);
        });
        Assert.Equal(NtStatus.InvalidParameter, status);
        Assert.False(server.IsEstablished);
    }

    [Fact]
    public async Task A_mic_that_is_not_required_may_be_left_out()
    {
        using var client = new SpnegoInitiator([Ntlm]);
        var (status, server, tokens) = await RunAsync(client, Server(), (leg, token) =>
        {
            if (leg != 2)
                return token;
            Assert.True(NegTokenResp.TryRead(token, out var last));
            return NegTokenResp.Encode(null, null, last.ResponseToken, []);
        });
        Assert.Equal(NtStatus.Success, status);
        Assert.True(server.IsEstablished);
        Assert.True(NegTokenResp.TryRead(tokens[3], out var answer));
        Assert.True(answer.MechListMic.IsEmpty);
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public async Task A_changed_mic_fails_on_either_side(int changedLeg)
    {
        using var client = new SpnegoInitiator([Ntlm]);
        var (status, _, _) = await RunAsync(client, Server(), (leg, token) =>
        {
            if (leg == changedLeg)
                token[^6] ^= 1; // In the checksum: the MIC stands last.
            return token;
        });
        Assert.Equal(NtStatus.AccessDenied, status);
    }

    [Fact]
    public async Task Ntlm_without_spnego_is_answered_without_spnego()
    {
        using var client = TestServer.Client();
        using var server = Server();
        var challenge = await server.StepAsync((await client.StepAsync(default, default)).Token, default);
        Assert.True(challenge.Token.Span.StartsWith("NTLMSSP\0"u8));
        var last = await server.StepAsync((await client.StepAsync(challenge.Token, default)).Token, default);
        Assert.Equal(NtStatus.Success, last.Status);
        Assert.True(last.Token.IsEmpty);
        Assert.Equal(client.SessionKey.ToArray(), server.SessionKey.ToArray());
    }

    [Fact]
    public async Task A_wrong_password_is_rejected_with_its_status()
    {
        using var client = new SpnegoInitiator([new(MechanismOids.Ntlm, () => TestServer.Client(password: "no"))]);
        var (status, server, _) = await RunAsync(client, Server());
        Assert.Equal(NtStatus.LogonFailure, status);
        Assert.Equal(NtStatus.InvalidParameter, (await server.StepAsync(new byte[9], default)).Status);
    }

    [Fact]
    public async Task A_mechanism_of_one_leg_completes_at_once_or_exchanges_mics_when_it_was_second()
    {
        var kerberos = new FakeMechanism();
        using var client = new SpnegoInitiator(
            [new(MechanismOids.MicrosoftKerberos, () => new FakeContext(NtStatus.Success))]);
        var (status, _, tokens) = await RunAsync(client, new SpnegoAcceptor([kerberos]));
        Assert.Equal(NtStatus.Success, status);
        Assert.Equal(2, tokens.Count);

        using var second = new SpnegoInitiator(
            [Ntlm, new(MechanismOids.Kerberos, () => new FakeContext(NtStatus.Success))]);
        var (later, server, longer) = await RunAsync(second, new SpnegoAcceptor([kerberos]));
        Assert.Equal(NtStatus.Success, later);
        Assert.Equal(4, longer.Count);
        Assert.True(server.IsEstablished);
    }

    [Fact]
    public async Task No_mechanism_in_common_is_rejected()
    {
        using var client = new SpnegoInitiator([Foreign]);
        var (status, _, tokens) = await RunAsync(client, Server());
        Assert.Equal(NtStatus.LogonFailure, status);
        Assert.Single(tokens);
    }

    [Fact]
    public void The_hint_is_what_windows_servers_give_with_the_names_of_ms_spng()
    {
        byte[] hint = SpnegoAcceptor.CreateHint([TestServer.Mechanism()]);
        Assert.Equal(
            "604806062B0601050502A03E303CA00E300C060A2B06010401823702020AA32A3028A0261B24"
            + Convert.ToHexString("not_defined_in_RFC4178@please_ignore"u8),
            Convert.ToHexString(hint));
        Assert.True(SpnegoInitiator.IsOffered(hint, MechanismOids.Ntlm));
        Assert.False(SpnegoInitiator.IsOffered(hint, MechanismOids.Kerberos));
        Assert.True(SpnegoInitiator.IsOffered(MicrosoftExample311.NegotiateToken, MechanismOids.Ntlm));
        Assert.True(SpnegoInitiator.IsOffered(MicrosoftExample311.NegotiateToken, "1.3.6.1.4.1.311.2.2.30"));
    }

    [Fact]
    public void Writes_the_tokens_of_windows_as_windows_does()
    {
        Assert.True(NegTokenInit.TryRead(MicrosoftExample311.Token1, out var init));
        Assert.Equal("300C060A2B06010401823702020A", Convert.ToHexString(init.MechTypes));
        Assert.Equal(MicrosoftExample311.Token1, NegTokenInit.Encode(init.MechTypes, init.MechToken, false));

        Assert.True(NegTokenResp.TryRead(MicrosoftExample311.Token2, out var second));
        Assert.Equal(
            MicrosoftExample311.Token2,
            NegTokenResp.Encode(second.State, MechanismOids.Ntlm, second.ResponseToken, second.MechListMic));
        Assert.True(NegTokenResp.TryRead(MicrosoftExample311.Token3, out var third));
        Assert.Equal(16, third.MechListMic.Length);
        Assert.Equal(
            MicrosoftExample311.Token3,
            NegTokenResp.Encode(third.State, null, third.ResponseToken, third.MechListMic));
        Assert.True(NegTokenResp.TryRead(MicrosoftExample311.Token4, out var fourth));
        Assert.Equal(NegState.AcceptCompleted, fourth.State);
        Assert.Equal(MicrosoftExample311.Token4, NegTokenResp.Encode(fourth.State, null, [], fourth.MechListMic));
    }

    [Fact]
    public void Every_truncation_fails_and_no_changed_byte_throws()
    {
        byte[][] tokens = [MicrosoftExample311.Token1, MicrosoftExample311.NegotiateToken,
            MicrosoftExample311.Token2, MicrosoftExample311.Token3, MicrosoftExample311.Token4];
        foreach (byte[] token in tokens)
        {
            for (int length = 0; length < token.Length; length++)
            {
                Assert.False(NegTokenInit.TryRead(token.AsSpan(0, length), out _));
                Assert.False(NegTokenResp.TryRead(token.AsSpan(0, length), out _));
            }
            foreach (byte value in (byte[])[0x00, 0x30, 0x80, 0x84, 0xA0, 0xFF])
            {
                for (int i = 0; i < token.Length; i++)
                {
                    byte[] changed = [.. token];
                    changed[i] = value;
                    if (NegTokenInit.TryRead(changed, out var init))
                        _ = NegTokenInit.TryReadMechTypes(init.MechTypesContent, []);
                    _ = NegTokenResp.TryRead(changed, out _);
                }
            }
        }
    }

    [Fact]
    public async Task Every_truncated_leg_fails_the_exchange_without_an_exception()
    {
        using var whole = new SpnegoInitiator([Ntlm]);
        var (_, _, tokens) = await RunAsync(whole, Server());
        for (int cutLeg = 0; cutLeg < 4; cutLeg++)
        {
            for (int length = 0; length < tokens[cutLeg].Length; length++)
            {
                using var client = new SpnegoInitiator([Ntlm]);
                var (status, _, _) = await RunAsync(
                    client, Server(), (leg, token) => leg == cutLeg ? token[..length] : token);
                Assert.True(status != NtStatus.Success, $"leg {cutLeg}, length {length}");
            }
        }
    }

    [Fact]
    public async Task Too_long_a_token_and_too_many_mechanisms_are_refused()
    {
        using var server = Server();
        Assert.Equal(
            NtStatus.InvalidParameter,
            (await server.StepAsync(new byte[SpnegoAcceptor.MaxTokenSize + 1], default)).Status);
        using var second = Server();
        byte[] many = NegTokenInit.EncodeMechTypes(Enumerable.Repeat(MechanismOids.Ntlm, 33));
        Assert.Equal(
            NtStatus.InvalidParameter,
            (await second.StepAsync(NegTokenInit.Encode(many, [], false), default)).Status);
    }

    private sealed class FakeMechanism : ISecurityMechanism
    {
        public IReadOnlyList<string> Oids { get; } = [MechanismOids.MicrosoftKerberos, MechanismOids.Kerberos];
        public ISecurityContext CreateAcceptor() => new FakeContext(NtStatus.Success);
        public bool RecognizesToken(ReadOnlySpan<byte> token) => false;
    }

    /// <summary>Ends its one leg with a given status, and has a MIC that says over what it was made.</summary>
    private sealed class FakeContext(NtStatus status) : ISecurityContext
    {
        public bool IsEstablished { get; private set; }
        public ReadOnlySpan<byte> SessionKey => "0123456789abcdef"u8;
        public SecurityLogon? Logon => null;
        public bool SupportsIntegrity => true;

        public ValueTask<SecurityStep> StepAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
        {
            bool isFirstOfClient = token.IsEmpty;
            IsEstablished = status == NtStatus.Success;
            return new(new SecurityStep(status, isFirstOfClient ? new byte[] { 1, 2, 3 } : default));
        }

        public byte[] GetMic(ReadOnlySpan<byte> message) => message.ToArray();
        public bool VerifyMic(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mic) => message.SequenceEqual(mic);
        public void Dispose()
        {
        }
    }
}
