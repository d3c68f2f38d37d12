using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Sessions;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;

namespace Symbio.Server.Tests.Sessions;

/// <summary>How long the keys of a session stay: no longer than it and the responses that need them.</summary>
public sealed class SessionKeysTests
{
    [Fact] // Users of a terminal server share one connection, and somebody always waits for a change.
    public async Task They_go_with_the_session_whatever_waits_on_its_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        ulong watch = await peer.WatchAsync(await peer.OpenDirectoryAsync(""), NotifyPeer.Names);
        PeerSession stays = peer.Session;
        Session first = server.Server.Sessions.All.Single();

        var ended = new List<Session>();
        for (int i = 0; i < 5; i++)
        {
            peer.Session = default;
            await peer.LogOnAsync(TestServer.User, TestServer.Password);
            ended.Add(server.Server.Sessions.All.Single(s => s != first));
            Assert.True((await peer.SendAsync(new LogoffRequest())).SignatureValid);
        }

        peer.Session = stays;
        await peer.SendAsync(new EchoRequest()); // What came before has been dealt with to its end.

        Assert.All(ended, session => Assert.False(session.TryHoldKeys()));
        await peer.CancelAsync(watch);
        Assert.True((await peer.WaitAsync(watch)).SignatureValid);
        await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
        Assert.False(first.TryHoldKeys());
    }

    [Fact]
    public async Task Binding_requests_that_were_refused_do_not_keep_them()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer victim = await server.ConnectAuthenticatedAsync();
        Session session = server.Server.Sessions.All.Single();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await other.WatchAsync(await other.OpenDirectoryAsync(""), NotifyPeer.Names);
        var request = new SessionSetupRequest(
            SessionSetupFlags.Binding, SecurityMode.SigningEnabled, Capabilities.None, 0, 0, new byte[8]);

        for (int i = 0; i < 5; i++)
        {
            byte[] bind = other.Build(request, signs: true, change: h => h with { SessionId = victim.SessionId });
            Assert.Equal(NtStatus.AccessDenied, (await other.ExchangeAsync(bind)).Status);
        }

        await victim.SendAsync(new LogoffRequest());
        await victim.ExchangeAsync(victim.Build(new EchoRequest(), signs: false, change: h => h with { SessionId = 0 }));

        Assert.False(session.TryHoldKeys());
    }
}
