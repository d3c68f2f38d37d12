using System.Text;
using Symbio.Protocol;
using Symbio.Security.Ntlm;
using Symbio.Security.Spnego;

namespace Symbio.Security.Tests.Ntlm;

public sealed class NtlmExchangeTests
{
    private static async Task<(NtStatus Status, ISecurityContext Server, byte[] Authenticate)> RunAsync(
        ISecurityContext client, NtlmMechanism mechanism, Action<byte[]>? change = null)
    {
        var server = mechanism.CreateAcceptor();
        var negotiate = await client.StepAsync(default, default);
        var challenge = await server.StepAsync(negotiate.Token, default);
        Assert.Equal(NtStatus.MoreProcessingRequired, challenge.Status);
        var authenticate = await client.StepAsync(challenge.Token, default);
        Assert.Equal(NtStatus.Success, authenticate.Status);
        byte[] message = authenticate.Token.ToArray();
        change?.Invoke(message);
        var last = await server.StepAsync(message, default);
        return (last.Status, server, message);
    }

    [Fact]
    public async Task A_right_password_gives_both_sides_one_key_and_working_signatures()
    {
        var verifier = new TestVerifier();
        using var client = TestServer.Client();
        var (status, server, _) = await RunAsync(client, TestServer.Mechanism(verifier: verifier));
        Assert.Equal(NtStatus.Success, status);
        Assert.True(server.IsEstablished);
        Assert.Equal(client.SessionKey.ToArray(), server.SessionKey.ToArray());
        Assert.NotEqual(new byte[16], server.SessionKey.ToArray());
        Assert.Equal(new SecurityLogon("User", "WORKGROUP", "PC", false, false, "identity"), server.Logon);
        Assert.Equal("cifs/nas", verifier.Last!.TargetInfo.GetName(AvId.TargetName));
        Assert.Equal("nas.example.org", verifier.Last.TargetInfo.GetName(AvId.DnsComputerName));

        byte[] mic = client.GetMic("list"u8);
        Assert.True(server.VerifyMic("list"u8, mic));
        Assert.True(client.VerifyMic("list"u8, server.GetMic("list"u8)));

        // After the list's MIC the key stream starts afresh while the numbers go on.
        var session = ((NtlmContext)client).Session!;
        byte[] message = Encoding.UTF8.GetBytes("header+body");
        byte[] signature = new byte[16];
        session.Seal(message, 7.., signature);
        Assert.Equal(1, signature[12]);
        Assert.StartsWith("header+", Encoding.UTF8.GetString(message), StringComparison.Ordinal);
        Assert.True(((NtlmContext)server).Session!.Unseal(message, 7.., signature));
        Assert.Equal("header+body", Encoding.UTF8.GetString(message));
    }

    [Theory]
    [InlineData("User", "Passwort")]
    [InlineData("Somebody", "Password")]
    public async Task A_wrong_password_or_user_fails(string user, string password)
    {
        using var client = TestServer.Client(user, password);
        var (status, server, _) = await RunAsync(client, TestServer.Mechanism());
        Assert.Equal(NtStatus.LogonFailure, status);
        Assert.False(server.IsEstablished);
        Assert.Null(server.Logon);
        Assert.Throws<InvalidOperationException>(() => server.SessionKey.Length);
        Assert.Equal(NtStatus.InvalidParameter, (await server.StepAsync(default, default)).Status);
    }

    [Fact]
    public async Task Any_changed_byte_of_the_last_message_is_noticed()
    {
        using var first = TestServer.Client();
        var (_, _, untouched) = await RunAsync(first, TestServer.Mechanism());
        for (int i = 0; i < untouched.Length; i++)
        {
            using var client = TestServer.Client();
            int at = i;
            var (status, server, _) = await RunAsync(client, TestServer.Mechanism(), message => message[at] ^= 0x20);
            Assert.True(status != NtStatus.Success, $"byte {i}");
            Assert.False(server.IsEstablished);
        }
        for (int length = 0; length < untouched.Length; length++)
        {
            var server = TestServer.Mechanism().CreateAcceptor();
            using var client = TestServer.Client();
            await server.StepAsync((await client.StepAsync(default, default)).Token, default);
            Assert.NotEqual(
                NtStatus.Success, (await server.StepAsync(untouched.AsMemory(0, length), default)).Status);
        }
    }

    [Fact]
    public async Task A_changed_negotiate_message_is_noticed_by_the_mic()
    {
        using var client = TestServer.Client();
        var server = TestServer.Mechanism().CreateAcceptor();
        byte[] negotiate = (await client.StepAsync(default, default)).Token.ToArray();
        negotiate[39] ^= 1; // In Version, which nobody looks at.
        var challenge = await server.StepAsync(negotiate, default);
        var authenticate = await client.StepAsync(challenge.Token, default);
        Assert.Equal(NtStatus.InvalidParameter, (await server.StepAsync(authenticate.Token, default)).Status);
    }

    [Fact]
    public async Task Anonymous_is_let_in_only_when_allowed()
    {
        using var client = TestServer.Client(user: "");
        var (status, _, _) = await RunAsync(client, TestServer.Mechanism());
        Assert.Equal(NtStatus.AccessDenied, status);

        using var second = TestServer.Client(user: "");
        var (allowed, server, _) = await RunAsync(
            second, TestServer.Mechanism(TestServer.Options with { AllowAnonymous = true }));
        Assert.Equal(NtStatus.Success, allowed);
        Assert.True(server.Logon!.IsAnonymous);
        Assert.Equal(second.SessionKey.ToArray(), server.SessionKey.ToArray());
    }

    [Fact]
    public async Task Anonymous_may_leave_out_the_key_whatever_its_flags_say()
    {
        var server = TestServer.Mechanism(TestServer.Options with { AllowAnonymous = true }).CreateAcceptor();
        await server.StepAsync(new NegotiateMessage(new NtlmClientOptions().Flags).ToArray(), default);
        byte[] message = new AuthenticateMessage(
            new NtlmClientOptions().Flags, default, default, "", "", "PC", default).ToArray();
        Assert.Equal(NtStatus.Success, (await server.StepAsync(message, default)).Status);
        Assert.Equal(new byte[16], server.SessionKey.ToArray());
        Assert.True(server.Logon!.IsAnonymous);
    }

    [Fact]
    public async Task A_guest_has_a_logon_and_no_integrity()
    {
        using var client = TestServer.Client("Nobody", "whatever");
        var (status, server, _) = await RunAsync(client, TestServer.Mechanism());
        Assert.Equal(NtStatus.Success, status);
        Assert.True(server.Logon!.IsGuest);
        Assert.False(server.SupportsIntegrity);
    }

    [Theory]
    [InlineData(24, 24)] // NTLMv1
    [InlineData(0, 24)] // LM alone
    [InlineData(43, 0)]
    [InlineData(0, 0)]
    public async Task Old_responses_are_refused_before_the_verifier_sees_them(int ntLength, int lmLength)
    {
        var verifier = new TestVerifier();
        var server = TestServer.Mechanism(verifier: verifier).CreateAcceptor();
        await server.StepAsync(new NegotiateMessage(new NtlmClientOptions().Flags).ToArray(), default);
        byte[] message = new AuthenticateMessage(
            new NtlmClientOptions().Flags, new byte[lmLength], new byte[ntLength], "D", "User", "PC",
            new byte[16]).ToArray();
        Assert.Equal(NtStatus.LogonFailure, (await server.StepAsync(message, default)).Status);
        Assert.Null(verifier.Last);
    }

    [Fact]
    public async Task A_missing_mic_is_refused_only_when_required()
    {
        // impacket 0.10 (python3-impacket) as client: getNTLMSSPType1 and getNTLMSSPType3 against our challenge.
        foreach (bool required in (bool[])[false, true])
        {
            var server = TestServer.Mechanism(TestServer.Options with { RequireMic = required }).CreateAcceptor();
            var challenge = await server.StepAsync(ImpacketVectors.Negotiate, default);
            Assert.Equal(Convert.ToHexString(ImpacketVectors.Challenge), Convert.ToHexString(challenge.Token.Span));
            var last = await server.StepAsync(ImpacketVectors.Authenticate, default);
            Assert.Equal(required ? NtStatus.LogonFailure : NtStatus.Success, last.Status);
            if (!required)
                Assert.Equal(ImpacketVectors.ExportedSessionKey, server.SessionKey.ToArray());
        }
    }

    [Fact]
    public async Task A_client_without_unicode_or_with_garbage_is_refused()
    {
        var server = TestServer.Mechanism().CreateAcceptor();
        var step = await server.StepAsync(new NegotiateMessage(NegotiateFlags.Oem).ToArray(), default);
        Assert.Equal(NtStatus.InvalidParameter, step.Status);
        server = TestServer.Mechanism().CreateAcceptor();
        Assert.Equal(NtStatus.InvalidParameter, (await server.StepAsync(new byte[20000], default)).Status);
    }

    [Fact]
    public async Task Without_key_exchange_the_session_key_is_the_session_base_key()
    {
        var flags = new NtlmClientOptions().Flags & ~NegotiateFlags.KeyExchange;
        using var client = TestServer.Client(flags: flags);
        var (status, server, _) = await RunAsync(client, TestServer.Mechanism());
        Assert.Equal(NtStatus.Success, status);
        Assert.Equal(client.SessionKey.ToArray(), server.SessionKey.ToArray());
        Assert.True(server.VerifyMic("x"u8, client.GetMic("x"u8)));
    }
}
