using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Spnego;
using Symbio.Testing;

namespace Symbio.Server.Tests.Sessions;

/// <summary>Logging on with a mechanism that ends: what is asked of the server when it is Kerberos.</summary>
public sealed class TicketLogonTests
{
    private readonly ManualTime _time = new();

    [Fact] // [MS-SPNG] 3.2.5.1: the best first.
    public async Task Kerberos_is_offered_before_ntlm_and_only_where_there_is_some()
    {
        await using TestServer with = await StartAsync();
        await using TestServer without = await TestServer.StartAsync();

        byte[] offered = await HintAsync(with);
        byte[] plain = await HintAsync(without);

        Assert.True(SpnegoInitiator.IsOffered(offered, MechanismOids.Kerberos));
        Assert.True(SpnegoInitiator.IsOffered(offered, MechanismOids.Ntlm));
        Assert.False(SpnegoInitiator.IsOffered(plain, MechanismOids.Kerberos));
        // Contents of the OIDs of MS-KRB5, KRB5 and NTLM in a row, each with tag and length.
        Assert.Contains(
            "06092A864882F71201020206092A864886F712010202060A2B06010401823702020A", Convert.ToHexString(offered), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(MechanismOids.Kerberos)]
    [InlineData(MechanismOids.MicrosoftKerberos)]
    public async Task One_leg_logs_on(string oid)
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        Reply reply = await peer.LogOnAsync(TicketMechanism.Client("alice", oid));

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.True(reply.SignatureValid);
        Assert.Equal(1u, reply.Header.MessageId); // The second message: NEGOTIATE and one SESSION_SETUP.
        Assert.Equal(NtStatus.Success, (await peer.TreeConnectAsync(TestServer.Share)).Status);
        SessionStatus session = Assert.Single(server.Server.GetStatus().Sessions);
        Assert.Equal(("DOMAIN", "alice"), (session.DomainName, session.UserName));
        Assert.Equal(@"DOMAIN\alice", Assert.Single(server.Server.GetStatus().Trees).UserName);
        Assert.Contains(server.Log.Lines, l => l.Text == @"DOMAIN\alice connected to share files");
    }

    [Fact] // 3.3.5.5.3: Session.FullSessionKey, all 32 bytes of it.
    public async Task The_full_key_encrypts_with_aes_256()
    {
        await using TestServer server = await StartAsync(o => o with { Encryption = EncryptionMode.Required });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(
            Dialect.Smb311, new PeerOptions { Ciphers = [EncryptionAlgorithm.Aes256Gcm], Encrypt = true });

        Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(TicketMechanism.Client("alice"))).Status);

        Assert.Equal(NtStatus.Success, (await peer.TreeConnectAsync(TestServer.Share)).Status);
        Assert.Equal(NtStatus.Success, (await peer.CreateAsync("a.txt")).Status);
    }

    [Fact]
    public async Task Ntlm_still_logs_on_where_it_is_what_the_client_wants()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(NtStatus.Success, (await peer.CreateAsync("a.txt")).Status);
    }

    [Fact] // 3.3.5.2.9, 3.3.5.5.2: and with a new ticket it goes on, until that one ends.
    public async Task A_new_ticket_renews_a_session_that_the_old_one_has_ended()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server, "alice");
        FileId file = await peer.OpenAsync("a.txt");
        for (int ticket = 0; ticket < 3; ticket++)
        {
            Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, new byte[1])).Status);
            _time.Advance(TimeSpan.FromHours(2));
            Assert.Equal(NtStatus.NetworkSessionExpired, (await peer.WriteAsync(file, 0, new byte[1])).Status);
            Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(TicketMechanism.Client("alice"))).Status);
        }

        Assert.Equal(NtStatus.Success, (await peer.ReadAsync(file, 0, 1)).Status);
    }

    [Fact]
    public async Task Another_users_ticket_does_not_renew_it()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server, "alice");
        _time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(NtStatus.AccessDenied, (await peer.LogOnAsync(TicketMechanism.Client("bob"))).Status);
    }

    [Fact] // Or whoever once had a ticket would keep what was opened with it for ever.
    public async Task Nobody_does_not_renew_it_either()
    {
        await using TestServer server = await StartAsync(o => o with { AllowAnonymous = true });
        await using ScriptedPeer peer = await ConnectAsync(server, "alice");
        FileId file = await peer.OpenAsync("a.txt");
        _time.Advance(TimeSpan.FromMinutes(30));
        Assert.Equal(NtStatus.Success, (await peer.LogOnAsync("", "")).Status);
        Assert.Equal(NtStatus.EndOfFile, (await peer.ReadAsync(file, 0, 1)).Status);

        _time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(NtStatus.NetworkSessionExpired, (await peer.ReadAsync(file, 0, 1)).Status);
        Assert.Equal(NtStatus.LogonFailure, (await peer.LogOnAsync("", "")).Status);
    }

    [Fact]
    public async Task Why_a_ticket_is_refused_is_logged_on_one_line()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        Reply reply = await peer.LogOnAsync(TicketMechanism.Client(TicketMechanism.Refused));

        Assert.Equal(NtStatus.TimeDifferenceAtDc, reply.Status);
        Assert.Contains(
            server.Log.Lines,
            l => l.Text.StartsWith("logon of mallory ", StringComparison.Ordinal)
                && l.Text.EndsWith(@"TimeDifferenceAtDc: not today\u000A", StringComparison.Ordinal));
    }

    private static async Task<byte[]> HintAsync(TestServer server)
    {
        await using ScriptedPeer peer = server.Connect();
        return (await peer.NegotiateAsync(Dialect.Smb311)).As<NegotiateResponse>().SecurityBuffer.ToArray();
    }

    private static async Task<ScriptedPeer> ConnectAsync(TestServer server, string user)
    {
        ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);
        Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(TicketMechanism.Client(user))).Status);
        Assert.Equal(NtStatus.Success, (await peer.TreeConnectAsync(TestServer.Share)).Status);
        return peer;
    }

    private ValueTask<TestServer> StartAsync(Func<SmbServerOptions, SmbServerOptions>? configure = null) =>
        TestServer.StartAsync(o =>
        {
            o = o with
            {
                TimeProvider = _time,
                Mechanisms = [new TicketMechanism(() => _time.GetUtcNow().AddHours(1))],
            };
            return configure?.Invoke(o) ?? o;
        });
}
