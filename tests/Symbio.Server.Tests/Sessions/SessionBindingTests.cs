using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Testing;

namespace Symbio.Server.Tests.Sessions;

/// <summary>Binding a session to another connection, [MS-SMB2] 3.3.5.5 steps 4 and 5, and 3.3.5.5.3.</summary>
public sealed class SessionBindingTests
{
    private const string Other = "other";

    [Theory]
    [InlineData(Dialect.Smb300, false)]
    [InlineData(Dialect.Smb302, true)]
    [InlineData(Dialect.Smb311, false)]
    [InlineData(Dialect.Smb311, true)]
    public async Task A_session_is_used_over_every_channel(Dialect dialect, bool encrypt)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync(dialect, options: new PeerOptions { Encrypt = encrypt });
        FileId file = await first.OpenAsync("a.txt");
        await using ScriptedPeer second = server.Connect();
        await second.NegotiateAsync(dialect, first.Options);

        Reply bound = await second.BindAsync(first);
        Assert.Equal((NtStatus.Success, true), (bound.Status, bound.SignatureValid));
        Assert.Equal(first.SessionId, bound.Header.SessionId);

        Reply written = await second.WriteAsync(file, 0, "hello"u8.ToArray());
        Assert.Equal((NtStatus.Success, !encrypt, encrypt), (written.Status, written.SignatureValid, written.WasEncrypted));
        Assert.Equal("hello"u8.ToArray(), (await first.ReadAsync(file, 0, 5)).As<ReadResponse>().Data.ToArray());
        FileId other = await second.OpenAsync("b.txt");
        Assert.Equal(NtStatus.Success, (await first.CloseAsync(other)).Status);
        Assert.Equal(1, server.Server.Sessions.Count);
        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact] // Every channel has a key of its own.
    public async Task A_channel_is_not_signed_with_the_sessions_key()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        second.Session = first.Session;

        Assert.Equal(NtStatus.AccessDenied, (await second.CreateAsync("a.txt")).Status);
        Assert.Equal(NtStatus.Success, (await first.CreateAsync("a.txt")).Status);
    }

    [Theory] // 3.3.5.5 step 5
    [InlineData(Dialect.Smb202, true)]
    [InlineData(Dialect.Smb210, true)]
    [InlineData(Dialect.Smb311, false)]
    public async Task Binding_is_not_accepted_without_multichannel(Dialect dialect, bool multiChannel)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { MultiChannel = multiChannel });
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync(dialect);

        Assert.Equal(NtStatus.RequestNotAccepted, await BindAsync(server, first, dialect, first.Options));
    }

    [Fact]
    public async Task A_session_that_does_not_exist_is_not_bound()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await first.SendAsync(new LogoffRequest());

        Assert.Equal(NtStatus.UserSessionDeleted, await BindAsync(server, first, Dialect.Smb311, first.Options));
    }

    [Theory]
    [InlineData(Dialect.Smb311, Dialect.Smb302, NtStatus.InvalidParameter)]
    [InlineData(Dialect.Smb302, Dialect.Smb300, NtStatus.InvalidParameter)]
    [InlineData(Dialect.Smb210, Dialect.Smb300, NtStatus.InvalidParameter)]
    [InlineData(Dialect.Smb300, Dialect.Smb210, NtStatus.RequestNotAccepted)]
    public async Task The_dialects_must_be_the_same(Dialect session, Dialect connection, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        var options = new PeerOptions { SigningAlgorithms = [SigningAlgorithm.AesCmac] };
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync(session, options: options);

        Assert.Equal(expected, await BindAsync(server, first, connection, options));
    }

    [Theory]
    [InlineData(SigningAlgorithm.AesGmac, SigningAlgorithm.AesCmac, NtStatus.RequestOutOfSequence)]
    [InlineData(SigningAlgorithm.AesCmac, SigningAlgorithm.AesGmac, NtStatus.NotSupported)]
    [InlineData(SigningAlgorithm.AesCmac, SigningAlgorithm.HmacSha256, NtStatus.Success)]
    public async Task Gmac_signs_on_all_channels_or_none(SigningAlgorithm session, SigningAlgorithm connection, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync(
            options: new PeerOptions { SigningAlgorithms = [session] });

        NtStatus status = await BindAsync(server, first, Dialect.Smb311, new PeerOptions { SigningAlgorithms = [connection] });

        Assert.Equal(expected, status);
    }

    [Fact] // There is one cipher key for all channels.
    public async Task The_ciphers_must_be_the_same()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync(
            options: new PeerOptions { Ciphers = [EncryptionAlgorithm.Aes128Gcm] });

        NtStatus status = await BindAsync(
            server, first, Dialect.Smb311, new PeerOptions { Ciphers = [EncryptionAlgorithm.Aes128Ccm] });

        Assert.Equal(NtStatus.InvalidParameter, status);
    }

    [Fact]
    public async Task An_unsigned_request_does_not_bind()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();

        NtStatus status = await BindAsync(server, first, Dialect.Smb311, new PeerOptions { Sign = false });

        Assert.Equal(NtStatus.InvalidParameter, status);
    }

    [Fact] // Nor is it told what signs the session.
    public async Task An_unsigned_request_is_an_invalid_parameter_whatever_was_negotiated()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync(
            options: new PeerOptions { SigningAlgorithms = [SigningAlgorithm.AesGmac] });

        NtStatus status = await BindAsync(
            server, first, Dialect.Smb311, new PeerOptions { Sign = false, SigningAlgorithms = [SigningAlgorithm.AesCmac] });

        Assert.Equal(NtStatus.InvalidParameter, status);
    }

    [Fact] // 3.3.5.2.4: with Session.SigningKey.
    public async Task Who_does_not_know_the_sessions_key_does_not_bind_it()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer victim = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer own = await server.ConnectAuthenticatedAsync();
        own.SessionId = victim.SessionId; // Its own key, the other's session.

        Assert.Equal(NtStatus.AccessDenied, await BindAsync(server, own, Dialect.Smb311, own.Options));
        Assert.Equal(NtStatus.Success, (await victim.CreateAsync("a.txt")).Status);
    }

    [Fact]
    public async Task A_session_that_is_being_authenticated_is_not_bound()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer known = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer begun = server.Connect();
        await begun.NegotiateAsync(Dialect.Smb311);
        Reply reply = await begun.SendAsync(new SessionSetupRequest(
            SessionSetupFlags.None, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, Negotiate));
        Assert.Equal(NtStatus.MoreProcessingRequired, reply.Status);
        known.SessionId = reply.Header.SessionId;

        Assert.Equal(NtStatus.RequestNotAccepted, await BindAsync(server, known, Dialect.Smb311, known.Options));
    }

    [Fact]
    public async Task An_expired_session_is_not_bound()
    {
        var time = new ManualTime();
        await using TestServer server = await TestServer.StartAsync(o => o with
        {
            TimeProvider = time,
            Accounts = new ExpiringAccounts(o.Accounts, () => time.GetUtcNow().AddHours(1)),
        });
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        time.Advance(TimeSpan.FromHours(2));

        Assert.Equal(NtStatus.NetworkSessionExpired, await BindAsync(server, first, Dialect.Smb311, first.Options));
    }

    [Fact]
    public async Task An_anonymous_session_is_not_bound()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { AllowAnonymous = true });
        await using ScriptedPeer known = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer anonymous = server.Connect();
        await anonymous.NegotiateAsync(Dialect.Smb311);
        await anonymous.LogOnAsync("", "");
        known.SessionId = anonymous.SessionId;

        Assert.Equal(NtStatus.NotSupported, await BindAsync(server, known, Dialect.Smb311, known.Options));
    }

    [Fact]
    public async Task A_session_is_not_bound_to_a_connection_twice()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);

        Assert.Equal(NtStatus.RequestNotAccepted, (await first.BindAsync(first)).Status);
        PeerSession bound = second.Session;
        Assert.Equal(NtStatus.AccessDenied, (await second.BindAsync(first)).Status); // The channel's key would do.
        second.Session = bound;
        Assert.Equal(NtStatus.Success, (await second.CreateAsync("a.txt")).Status);
    }

    [Theory]
    [InlineData(Other, TestServer.Password, NtStatus.AccessDenied)]
    [InlineData(TestServer.User, "wrong", NtStatus.LogonFailure)]
    public async Task Who_is_not_the_sessions_user_does_not_bind_it_and_does_it_no_harm(string user, string password, NtStatus expected)
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = server.Connect();
        await second.NegotiateAsync(Dialect.Smb311, first.Options);

        Assert.Equal(expected, (await second.BindAsync(first, user, password)).Status);
        Assert.Equal(NtStatus.UserSessionDeleted, (await second.CreateAsync("a.txt")).Status);
        Assert.Equal(NtStatus.Success, (await first.CreateAsync("a.txt")).Status);
        Assert.Equal(NtStatus.Success, (await second.BindAsync(first)).Status);
        Assert.Equal(NtStatus.Success, (await second.CreateAsync("a.txt")).Status);
    }

    [Fact]
    public async Task Channels_are_bounded()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxChannelsPerSession = 2 } });
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);

        Assert.Equal(NtStatus.InsufficientResources, await BindAsync(server, first, Dialect.Smb311, first.Options));
    }

    [Theory] // 3.3.5.4: only to who asks for it, and in 3.x.
    [InlineData(Dialect.Smb210, true, true, false)]
    [InlineData(Dialect.Smb300, true, true, true)]
    [InlineData(Dialect.Smb311, true, true, true)]
    [InlineData(Dialect.Smb311, false, true, false)]
    [InlineData(Dialect.Smb311, true, false, false)]
    public async Task Multichannel_is_offered(Dialect dialect, bool asks, bool has, bool offered)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { MultiChannel = has });
        await using ScriptedPeer peer = server.Connect();
        Reply reply = await peer.NegotiateAsync(dialect, new PeerOptions
        {
            Capabilities = asks ? Capabilities.GlobalCapMultiChannel : Capabilities.None,
        });

        Assert.Equal(offered, (reply.As<NegotiateResponse>().Capabilities & Capabilities.GlobalCapMultiChannel) != 0);
    }

    private static async ValueTask<NtStatus> BindAsync(
        TestServer server, ScriptedPeer owner, Dialect dialect, PeerOptions options)
    {
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(dialect, options);
        Reply reply = await peer.BindAsync(owner);
        if (reply.Status == NtStatus.Success)
            Assert.Equal(NtStatus.Success, (await peer.CreateAsync("bound.txt")).Status);
        Assert.Empty(server.Log.Errors);
        return reply.Status;
    }

    private static ValueTask<TestServer> StartAsync() => TestServer.StartAsync(o =>
    {
        ((LocalAccounts)o.Accounts).Add(Other, TestServer.Password);
        return o;
    });

    // A raw NTLM NEGOTIATE_MESSAGE.
    private static readonly byte[] Negotiate =
        [.. "NTLMSSP\0"u8, 1, 0, 0, 0, 0x97, 0x82, 0x08, 0xE2, .. new byte[16], 10, 0, 0, 0, 0, 0, 0, 15];
}
