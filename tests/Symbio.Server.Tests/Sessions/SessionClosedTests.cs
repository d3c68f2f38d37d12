using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Sessions;
using Symbio.Testing;

namespace Symbio.Server.Tests.Sessions;

/// <summary>An administrator ends a session, [MS-SMB2] 3.3.4.12: who asked for it is told, 2.2.44.</summary>
public sealed class SessionClosedTests
{
    private const Capabilities Notified = Capabilities.GlobalCapEncryption | Capabilities.GlobalCapNotifications;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_client_is_told(bool encrypt)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(
            options: new PeerOptions { Capabilities = Notified, Encrypt = encrypt });
        Session session = server.Server.Sessions.All.Single();

        await server.Server.EndSessionAsync(session);
        Reply reply = await peer.WaitAsync(ulong.MaxValue);

        Assert.Equal(Smb2Command.ServerToClientNotification, reply.Header.Command);
        Assert.Equal((session.SessionId, encrypt), (reply.Header.SessionId, reply.WasEncrypted));
        Assert.Equal(NotificationType.NotifySessionClosed, reply.As<ServerToClientNotification>().NotificationType);
        Assert.Empty(server.Server.Sessions.All);
    }

    [Theory]
    [InlineData(Dialect.Smb311, Capabilities.GlobalCapEncryption)]
    [InlineData(Dialect.Smb302, Notified)]
    public async Task Who_does_not_know_notifications_gets_none(Dialect dialect, Capabilities capabilities)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(
            dialect, options: new PeerOptions { Capabilities = capabilities });

        await server.Server.EndSessionAsync(server.Server.Sessions.All.Single());

        // The first thing that comes is the answer to what it asks next.
        await peer.PostAsync(ScriptedPeer.Create("a.txt", AccessMask.FileAll));
        Reply next = Assert.Single((await peer.ReceiveRepliesAsync(TestContext.Current.CancellationToken))!);
        Assert.Equal((Smb2Command.Create, NtStatus.UserSessionDeleted), (next.Header.Command, next.Status));
    }

    [Theory]
    [InlineData(Dialect.Smb311, Notified, true)]
    [InlineData(Dialect.Smb311, Capabilities.GlobalCapEncryption, false)]
    [InlineData(Dialect.Smb302, Notified, false)]
    public async Task The_capability_is_that_of_both(Dialect dialect, Capabilities capabilities, bool expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();

        Reply reply = await peer.NegotiateAsync(dialect, new PeerOptions { Capabilities = capabilities });

        Assert.Equal(
            expected, (reply.As<NegotiateResponse>().Capabilities & Capabilities.GlobalCapNotifications) != 0);
    }
}
