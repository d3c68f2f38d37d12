using System.Runtime.CompilerServices;
using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>Receiving an SMB2 SESSION_SETUP Request, [MS-SMB2] 3.3.5.5, and LOGOFF, 3.3.5.6.</summary>
public sealed class SessionSetupTests
{
    private const string Other = "other";

    [Theory]
    [InlineData(TestServer.User, "wrong")]
    [InlineData("nobody", "secret")]
    [InlineData("", "")]
    public async Task Who_does_not_prove_who_he_is_gets_no_session(string user, string password)
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        Reply reply = await peer.LogOnAsync(user, password);

        Assert.Contains(reply.Status, (NtStatus[])[NtStatus.LogonFailure, NtStatus.AccessDenied]);
        Assert.Equal(NtStatus.UserSessionDeleted, (await peer.TreeConnectAsync(TestServer.Share)).Status);
        Assert.Equal(0, server.Server.Sessions.Count);
        Assert.Empty(server.Log.Errors);
    }

    [Theory]
    [InlineData("nobody", "nobody")]
    [InlineData("a\r\nb\u202Ec\u001B[2J", @"a\u000D\u000Ab\u202Ec\u001B[2J")]
    public async Task A_failed_logon_is_logged_with_the_name_that_was_tried(string user, string logged)
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);
        await peer.LogOnAsync(user, "wrong");

        string line = Assert.Single(server.Log.Lines, l => l.Text.StartsWith("logon of", StringComparison.Ordinal)).Text;
        Assert.Contains(logged + " from", line, StringComparison.Ordinal);
        Assert.DoesNotContain(line, char.IsControl);
    }

    [Fact] // Not as the service, which would be root.
    public async Task Guests_without_their_Unix_account_are_refused_and_the_log_says_why()
    {
        var accounts = new LocalAccounts(new LocalAuthorityOptions { AllowGuest = true, UnixAccounts = new OwnAccount() });
        await using TestServer server = await StartAsync(o => o with { Accounts = accounts });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        Assert.Equal(NtStatus.AccountRestriction, (await peer.LogOnAsync("stranger", "x")).Status);

        string line = Assert.Single(server.Log.Lines, l => l.Text.StartsWith("logon of", StringComparison.Ordinal)).Text;
        Assert.EndsWith("there is no Unix account 'nobody'", line, StringComparison.Ordinal);
        Assert.Equal(0, server.Server.Sessions.Count);
    }

    [Fact]
    public async Task A_failed_logon_does_not_keep_the_peer_from_a_right_one()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);
        await peer.LogOnAsync(TestServer.User, "wrong");
        peer.SessionId = 0;

        Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(TestServer.User, TestServer.Password)).Status);
    }

    [Fact]
    public async Task Anonymous_reaches_ipc_alone_where_allowed()
    {
        await using TestServer server = await StartAsync(o => o with { AllowAnonymous = true });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        Reply reply = await peer.LogOnAsync("", "");

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(SessionFlags.IsNull, reply.As<SessionSetupResponse>().SessionFlags);
        Assert.Equal(NtStatus.Success, (await peer.TreeConnectAsync("IPC$")).Status);
        Assert.Equal(NtStatus.AccessDenied, (await peer.TreeConnectAsync(TestServer.Share)).Status);
    }

    [Fact] // [MS-SMB2] 3.3.5.5.3: such a session has no keys.
    public async Task Anonymous_is_refused_where_encryption_is_required()
    {
        await using TestServer server = await StartAsync(
            o => o with { AllowAnonymous = true, Encryption = EncryptionMode.Required });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        Assert.Equal(NtStatus.AccessDenied, (await peer.LogOnAsync("", "")).Status);
    }

    [Fact]
    public async Task An_unsigned_anonymous_session_does_not_become_a_users()
    {
        await using TestServer server = await StartAsync(o => o with { AllowAnonymous = true });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);
        await peer.LogOnAsync("", "");

        Reply reply = await peer.LogOnAsync(TestServer.User, TestServer.Password);

        Assert.Equal(NtStatus.AccessDenied, reply.Status);
    }

    [Theory] // 3.3.5.5.3: the keys of the first authentication stay.
    [InlineData(Dialect.Smb202, false)]
    [InlineData(Dialect.Smb300, false)]
    [InlineData(Dialect.Smb311, false)]
    [InlineData(Dialect.Smb311, true)]
    public async Task A_session_that_authenticates_again_goes_on(Dialect dialect, bool encrypt)
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect, options: new PeerOptions { Encrypt = encrypt });
        FileId file = await peer.OpenAsync("a.txt");

        Reply again = await peer.LogOnAsync(TestServer.User, TestServer.Password);

        Assert.Equal(NtStatus.Success, again.Status);
        Assert.True(again.SignatureValid);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, new byte[1])).Status);
        Assert.Equal(1, server.Server.Sessions.Count);
    }

    [Fact] // smb2.session.reauth6
    public async Task A_session_that_fails_to_authenticate_again_ends()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("a.txt");

        Assert.Equal(NtStatus.LogonFailure, (await peer.LogOnAsync(TestServer.User, "wrong")).Status);
        Assert.Equal(NtStatus.UserSessionDeleted, (await peer.CreateAsync("b.txt")).Status);
        Assert.Equal(0, server.Server.Opens.Count);
    }

    [Fact]
    public async Task A_session_is_not_handed_to_another_user()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(NtStatus.AccessDenied, (await peer.LogOnAsync(Other, TestServer.Password)).Status);
    }

    [Fact] // Re-authentication is signed like any other request.
    public async Task An_unsigned_reauthentication_is_refused()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        peer.Options = peer.Options with { Sign = false };

        Assert.Equal(NtStatus.AccessDenied, (await peer.LogOnAsync(TestServer.User, TestServer.Password)).Status);
    }

    [Fact] // 3.3.5.5.3, PreviousSessionId
    public async Task A_client_that_comes_back_takes_its_old_session_down()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer before = await server.ConnectAuthenticatedAsync();
        await before.OpenAsync("a.txt", share: ShareAccess.None);
        await using ScriptedPeer after = server.Connect();
        await after.NegotiateAsync(Dialect.Smb311);

        await after.LogOnAsync(TestServer.User, TestServer.Password, before.SessionId);
        await after.TreeConnectAsync(TestServer.Share);

        await after.OpenAsync("a.txt");
        Assert.Equal(NtStatus.UserSessionDeleted, (await before.CreateAsync("b.txt")).Status);
        Assert.Equal(1, server.Server.Sessions.Count);
    }

    [Fact]
    public async Task Another_users_session_stays()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer victim = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(Other, TestServer.Password, victim.SessionId)).Status);

        Assert.Equal(NtStatus.Success, (await victim.CreateAsync("a.txt")).Status);
    }

    [Theory] // All who are anonymous are one user, but not one client.
    [InlineData(true, NtStatus.UserSessionDeleted)]
    [InlineData(false, NtStatus.Success)]
    public async Task Nobody_ends_the_anonymous_session_of_another_client(bool sameClient, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { AllowAnonymous = true });
        await using ScriptedPeer before = server.Connect();
        await before.NegotiateAsync(Dialect.Smb311);
        await before.LogOnAsync("", "");
        await using ScriptedPeer after = server.Connect();
        await after.NegotiateAsync(Dialect.Smb311, sameClient ? before.Options : null);

        await after.LogOnAsync("", "", before.SessionId);

        Assert.Equal(expected, (await before.SendAsync(new EchoRequest())).Status);
    }

    [Fact]
    public async Task Logoff_closes_what_is_open()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        Reply reply = await peer.SendAsync(new LogoffRequest());

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.True(reply.SignatureValid);
        Assert.Equal(NtStatus.UserSessionDeleted, (await peer.ReadAsync(file, 0, 1)).Status);
        await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact] // The keys of the ended session are given up while the connection lives on.
    public async Task One_connection_logs_on_and_off_many_times()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);
        for (int i = 0; i < 20; i++)
        {
            peer.Session = default;
            Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(TestServer.User, TestServer.Password)).Status);
            Assert.Equal(NtStatus.Success, (await peer.TreeConnectAsync(TestServer.Share)).Status);
            await peer.OpenAsync("a.txt", share: ShareAccess.None);
            Assert.Equal(NtStatus.Success, (await peer.SendAsync(new LogoffRequest())).Status);
        }

        await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact] // 3.3.5.2.9
    public async Task An_expired_session_may_close_unlock_and_authenticate_again()
    {
        var time = new ManualTime();
        await using TestServer server = await StartAsync(o => o with
        {
            TimeProvider = time,
            Accounts = new ExpiringAccounts(o.Accounts, () => time.GetUtcNow().AddHours(1)),
        });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        FileId other = await peer.OpenAsync("b.txt");
        await peer.LockAsync(file, new LockElement(0, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately));
        time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(NtStatus.NetworkSessionExpired, (await peer.ReadAsync(file, 0, 1)).Status);
        Assert.Equal(NtStatus.NetworkSessionExpired, (await peer.WriteAsync(file, 0, new byte[1])).Status);
        Assert.Equal(NtStatus.NetworkSessionExpired, (await peer.CreateAsync("c.txt")).Status);
        Assert.Equal(NtStatus.NetworkSessionExpired, (await peer.SendAsync(new FlushRequest(file))).Status);
        Assert.Equal(NtStatus.NetworkSessionExpired, (await peer.TreeConnectAsync(TestServer.Share)).Status);
        Assert.Equal(NtStatus.NetworkSessionExpired, (await peer.LockAsync(
            file, new LockElement(5, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately))).Status);
        Assert.Equal(NtStatus.Success, (await peer.LockAsync(file, new LockElement(0, 1, LockFlags.Unlock))).Status);
        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(other)).Status);
        Assert.Equal(NtStatus.Success, (await peer.SendAsync(new EchoRequest())).Status); // As Windows and Samba have it.
        Assert.Equal(NtStatus.AccessDenied, (await peer.ExchangeAsync(peer.Build(new FlushRequest(file), signs: false))).Status);
        Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(TestServer.User, TestServer.Password)).Status);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, new byte[1])).Status);
        Assert.Equal(NtStatus.Success, (await peer.SendAsync(new LogoffRequest())).Status);
    }

    [Fact] // 3.3.5.2.9: found in Connection.SessionTable, not in the server's.
    public async Task A_session_of_another_connection_is_none_here()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer owner = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer thief = server.Connect();
        await thief.NegotiateAsync(Dialect.Smb311);
        thief.Session = owner.Session;

        Assert.Equal(NtStatus.UserSessionDeleted, (await thief.CreateAsync("a.txt")).Status);
    }

    [Fact] // 3.3.5.4, 3.3.5.5: what was tampered with on the way gives both sides other keys.
    public async Task A_negotiate_that_was_tampered_with_is_found_out()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);
        TamperWithPreauth(peer);

        Reply reply = await peer.LogOnAsync(TestServer.User, TestServer.Password);

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.False(reply.SignatureValid);
        Assert.Equal(NtStatus.AccessDenied, (await peer.TreeConnectAsync(TestServer.Share)).Status);
    }

    [Fact]
    public async Task Sessions_that_nobody_finishes_are_bounded()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);
        for (int begun = 0; begun < 200; begun++)
        {
            peer.Session = default;
            Reply reply = await peer.SendAsync(new SessionSetupRequest(
                SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, Negotiate));
            Assert.Equal(NtStatus.MoreProcessingRequired, reply.Status);
        }

        // One more, and the oldest gives way: a client that goes on always finds room.
        Assert.InRange(server.Server.Sessions.Count, 1, new ServerLimits().MaxUnfinishedLogons + 1);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_token_that_is_none_fails()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        Reply reply = await peer.SendAsync(new SessionSetupRequest(
            SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, new byte[] { 1, 2, 3 }));

        Assert.True(reply.Status.IsError);
        Assert.Equal(0, server.Server.Sessions.Count);
        Assert.Empty(server.Log.Errors);
    }

    // A raw NTLM NEGOTIATE_MESSAGE.
    private static readonly byte[] Negotiate =
        [.. "NTLMSSP\0"u8, 1, 0, 0, 0, 0x97, 0x82, 0x08, 0xE2, .. new byte[16], 10, 0, 0, 0, 0, 0, 0, 15];

    [UnsafeAccessor(UnsafeAccessorKind.Field, Name = "_preauth")]
    private static extern ref Symbio.Security.KeyDerivation.PreauthIntegrityHash Preauth(ScriptedPeer peer);

    private static void TamperWithPreauth(ScriptedPeer peer) => Preauth(peer).Update([1]);

    private static ValueTask<TestServer> StartAsync(Func<SmbServerOptions, SmbServerOptions>? configure = null) =>
        TestServer.StartAsync(o =>
        {
            ((LocalAccounts)o.Accounts).Add(Other, TestServer.Password);
            return configure?.Invoke(o) ?? o;
        });
}
