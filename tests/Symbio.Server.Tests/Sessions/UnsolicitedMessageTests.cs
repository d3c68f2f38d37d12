using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;
using Symbio.Transport;

namespace Symbio.Server.Tests.Sessions;

/// <summary>Breaks of sessions that have several channels, [MS-SMB2] 3.3.4.1.6 and 3.3.4.6.</summary>
public sealed class UnsolicitedMessageTests
{
    private const ulong Unsolicited = ulong.MaxValue;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_break_goes_where_the_open_was_used_last(bool encrypt)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Encrypt = encrypt });
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenBatchAsync(first);
        await second.ReadAsync(file, 0, 1);

        ulong open = await other.PostAsync(ScriptedPeer.Create("a.txt"));
        Reply broken = await second.WaitAsync(Unsolicited);

        Assert.Equal((Smb2Command.OplockBreak, encrypt), (broken.Header.Command, broken.WasEncrypted));
        await second.CloseAsync(file);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(open)).Status);
    }

    [Theory]
    [InlineData(TransportProgress.Stalled, TransportProgress.Stalled)] // The line is known to be cut.
    [InlineData(TransportProgress.UnderWay, TransportProgress.Stalled)] // It turns out to be.
    public async Task A_break_that_does_not_arrive_goes_over_the_next_channel(TransportProgress then, TransportProgress later)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = server.Connect(out CutTransport line);
        await first.NegotiateAsync(Dialect.Smb311);
        await first.LogOnAsync(TestServer.User, TestServer.Password);
        await first.TreeConnectAsync(TestServer.Share);
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenBatchAsync(first);

        line.Cut();
        line.Progress = then;
        ulong open = await other.PostAsync(ScriptedPeer.Create("a.txt"));
        await other.WaitAsync(open, acceptInterim: true);
        Assert.Equal(1, line.Lost);
        line.Progress = later;

        Assert.Equal(Smb2Command.OplockBreak, (await second.WaitAsync(Unsolicited)).Header.Command);
        await second.CloseAsync(file);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(open)).Status);
        await first.DisposeAsync();
        await second.DisposeAsync();
        await other.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact] // Nobody has noticed that the session's one connection is dead when the client binds another.
    public async Task A_break_that_is_lost_comes_over_a_channel_that_is_bound_later()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = server.Connect(out CutTransport line);
        await first.NegotiateAsync(Dialect.Smb311);
        await first.LogOnAsync(TestServer.User, TestServer.Password);
        await first.TreeConnectAsync(TestServer.Share);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenBatchAsync(first);
        line.Cut();
        line.Progress = TransportProgress.UnderWay;
        ulong open = await other.PostAsync(ScriptedPeer.Create("a.txt"));
        await other.WaitAsync(open, acceptInterim: true);

        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        line.Progress = TransportProgress.Stalled;

        Assert.Equal(Smb2Command.OplockBreak, (await second.WaitAsync(Unsolicited)).Header.Command);
        await second.CloseAsync(file);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(open)).Status);
    }

    [Fact] // 3.3.7.1: the channel it went over ends before it has arrived.
    public async Task A_break_outlives_the_channel_it_was_sent_over()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = server.Connect(out CutTransport line);
        await first.NegotiateAsync(Dialect.Smb311);
        await first.LogOnAsync(TestServer.User, TestServer.Password);
        await first.TreeConnectAsync(TestServer.Share);
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenBatchAsync(first);
        line.Cut();
        line.Progress = TransportProgress.UnderWay;
        ulong open = await other.PostAsync(ScriptedPeer.Create("a.txt"));
        await other.WaitAsync(open, acceptInterim: true);

        first.Transport.Abort();

        Assert.Equal(Smb2Command.OplockBreak, (await second.WaitAsync(Unsolicited)).Header.Command);
        await second.CloseAsync(file);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(open)).Status);
    }

    private static async ValueTask<FileId> OpenBatchAsync(ScriptedPeer peer)
    {
        Reply reply = await peer.SendAsync(ScriptedPeer.Create("a.txt") with { RequestedOplockLevel = OplockLevel.Batch });
        var created = reply.As<CreateResponse>();
        Assert.Equal(OplockLevel.Batch, created.OplockLevel);
        return created.FileId;
    }
}
