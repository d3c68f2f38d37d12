using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

/// <summary>Verifying the signature, [MS-SMB2] 3.3.5.2.4, and signing, 3.3.4.1.1.</summary>
public sealed class SigningTests
{
    public static TheoryData<Dialect, SigningAlgorithm> Algorithms => new()
    {
        { Dialect.Smb202, SigningAlgorithm.HmacSha256 }, { Dialect.Smb210, SigningAlgorithm.HmacSha256 },
        { Dialect.Smb300, SigningAlgorithm.AesCmac }, { Dialect.Smb302, SigningAlgorithm.AesCmac },
        { Dialect.Smb311, SigningAlgorithm.AesCmac }, { Dialect.Smb311, SigningAlgorithm.AesGmac },
        { Dialect.Smb311, SigningAlgorithm.HmacSha256 },
    };

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task A_signed_request_has_a_signed_response(Dialect dialect, SigningAlgorithm algorithm)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server, dialect, algorithm);

        Reply create = await peer.CreateAsync("a.txt");
        Reply failure = await peer.CreateAsync("none", disposition: CreateDisposition.Open);

        Assert.True(create.SignatureValid);
        Assert.True(failure.SignatureValid);
        Assert.Empty(server.Log.Errors);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task A_request_that_was_changed_is_denied(Dialect dialect, SigningAlgorithm algorithm)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server, dialect, algorithm);
        byte[] bytes = peer.Build(ScriptedPeer.Create("a.txt"), signs: true);
        bytes[^2] ^= 1;

        Reply reply = await peer.ExchangeAsync(bytes);

        Assert.Equal(NtStatus.AccessDenied, reply.Status);
        Assert.Equal(0, server.Server.Opens.Count);
    }

    [Theory]
    [MemberData(nameof(Algorithms))]
    public async Task An_unsigned_request_is_denied_where_signing_is_required(Dialect dialect, SigningAlgorithm algorithm)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server, dialect, algorithm);

        Reply reply = await peer.ExchangeAsync(peer.Build(ScriptedPeer.Create("a.txt"), signs: false));
        Reply logoff = await peer.ExchangeAsync(peer.Build(new LogoffRequest(), signs: false));

        Assert.Equal(NtStatus.AccessDenied, reply.Status);
        Assert.False(reply.SignatureValid);
        Assert.Equal(NtStatus.AccessDenied, logoff.Status);
    }

    [Fact]
    public async Task Where_signing_is_not_required_the_client_decides_request_by_request()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { RequireSigning = false });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(Dialect.Smb302);

        Reply plain = await peer.ExchangeAsync(peer.Build(ScriptedPeer.Create("a.txt"), signs: false));
        Reply signed = await peer.CreateAsync("a.txt");

        Assert.Equal((NtStatus.Success, false), (plain.Status, (plain.Header.Flags & Smb2HeaderFlags.Signed) != 0));
        Assert.Equal((NtStatus.Success, true), (signed.Status, signed.SignatureValid));
    }

    [Fact] // 3.3.5.5.3: the client's wish makes the session's signing required.
    public async Task A_client_that_requires_signing_is_held_to_it()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { RequireSigning = false });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(
            options: new PeerOptions { SecurityMode = SecurityMode.SigningRequired });

        Reply plain = await peer.ExchangeAsync(peer.Build(ScriptedPeer.Create("a.txt"), signs: false));

        Assert.Equal(NtStatus.AccessDenied, plain.Status);
    }

    [Fact] // 3.3.5.2.9; there is no key, but clients that require signing want the flag (smb2.session.bind2).
    public async Task A_signed_request_of_no_session_is_answered_as_if_signed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Reply reply = await peer.ExchangeAsync(
            peer.Build(ScriptedPeer.Create("a.txt"), signs: true, change: h => h with { SessionId = 77 }));

        Assert.Equal(NtStatus.UserSessionDeleted, reply.Status);
        Assert.Equal(Smb2HeaderFlags.Signed, reply.Header.Flags & Smb2HeaderFlags.Signed);
    }

    [Fact]
    public async Task A_signed_echo_is_verified_and_its_answer_signed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] changed = peer.Build(new EchoRequest(), signs: true);
        changed[50] ^= 1;

        Assert.Equal(NtStatus.AccessDenied, (await peer.ExchangeAsync(changed)).Status);
        Assert.True((await peer.SendAsync(new EchoRequest())).SignatureValid);
    }

    [Fact] // Each message of a compound bears its own signature, over its padding too.
    public async Task Compound_members_are_signed_one_by_one()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        var last = new FileId(ulong.MaxValue, ulong.MaxValue);

        ulong id = await peer.PostCompoundAsync(
            true,
            () => peer.Build(ScriptedPeer.Create("abc.txt"), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, last), false),
            () => peer.Build(new EchoRequest(), false));

        for (ulong i = 0; i < 3; i++)
            Assert.True((await peer.WaitAsync(id + i)).SignatureValid);
    }

    [Fact]
    public async Task One_bad_member_is_denied_and_the_others_go_on()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        byte[] first = peer.Build(new FlushRequest(file), signs: false);
        byte[] second = peer.Build(new FlushRequest(file), signs: false);
        byte[] frame = new byte[first.Length * 2];
        first.CopyTo(frame, 0);
        second.CopyTo(frame, first.Length);
        BitConverter.TryWriteBytes(frame.AsSpan(20), first.Length);
        peer.Session.Signer!.Sign(frame.AsSpan(0, first.Length));
        peer.Session.Signer!.Sign(frame.AsSpan(first.Length));
        frame[48] ^= 1; // In the first one's signature.

        await peer.SendFrameAsync(frame);

        Assert.Equal(NtStatus.AccessDenied, (await peer.WaitAsync(peer.NextMessageId - 2)).Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(peer.NextMessageId - 1)).Status);
    }

    private static ValueTask<ScriptedPeer> ConnectAsync(TestServer server, Dialect dialect, SigningAlgorithm algorithm) =>
        server.ConnectAuthenticatedAsync(dialect, options: new PeerOptions { SigningAlgorithms = [algorithm] });
}
