using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests;

public sealed class StatusReportTests
{
    [Fact]
    public async Task Tells_sessions_trees_opens_and_locks()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.SendAsync(new LockRequest(0, 0, file, new LockElement(5, 10, LockFlags.ExclusiveLock | LockFlags.FailImmediately)));

        ServerStatus status = server.Server.GetStatus();

        ConnectionStatus connection = Assert.Single(status.Connections);
        Assert.Equal("3.1.1", connection.Dialect);
        SessionStatus session = Assert.Single(status.Sessions);
        Assert.Equal((TestServer.User, peer.SessionId, 1, 1), (session.UserName, session.SessionId, session.Trees, session.Opens));
        Assert.InRange(session.Idle, TimeSpan.Zero, TimeSpan.FromMinutes(1));
        Assert.Equal((TestServer.Share, 1), (Assert.Single(status.Trees).Share, status.Trees[0].Opens));
        OpenStatus open = Assert.Single(status.Opens);
        Assert.Equal(("a.txt", 1), (open.Path, open.Locks));
        LockStatus held = Assert.Single(status.Locks);
        Assert.Equal((5ul, 10ul, true), (held.Offset, held.Length, held.Exclusive));
        Assert.True(status.BytesReceived > 0 && status.BytesSent > 0 && status.Requests > 0);
    }
}
