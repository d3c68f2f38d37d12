using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Leases;

/// <summary>Oplocks over the wire: [MS-SMB2] 3.3.5.9, 3.3.4.6, 3.3.5.22.1 and 3.3.6.1.</summary>
public sealed class OplockTests
{
    [Theory]
    [InlineData(OplockLevel.Batch, OplockLevel.LevelII, Dialect.Smb202)]
    [InlineData(OplockLevel.Exclusive, OplockLevel.LevelII, Dialect.Smb210)]
    [InlineData(OplockLevel.Batch, OplockLevel.None, Dialect.Smb302)]
    [InlineData(OplockLevel.Exclusive, OplockLevel.None, Dialect.Smb311)]
    public async Task The_second_open_waits_for_the_acknowledgment(OplockLevel granted, OplockLevel kept, Dialect dialect)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync(dialect);
        FileId file = await peer.OplockAsync("a.txt", granted);

        ulong id = await other.PostWaitingAsync(Create("a.txt", OplockLevel.Batch));
        Assert.Equal(new OplockBreakNotification(OplockLevel.LevelII, file), await peer.OplockBreakAsync());
        Reply acknowledged = await peer.AcknowledgeAsync(file, kept);

        Assert.Equal(NtStatus.Success, acknowledged.Status);
        Assert.Equal(new OplockBreakResponse(kept, file), acknowledged.As<OplockBreakResponse>());
        Reply opened = await other.WaitAsync(id);
        Assert.Equal((NtStatus.Success, OplockLevel.LevelII), (opened.Status, opened.As<CreateResponse>().OplockLevel));
        await AssertNothingLeftAsync(server, peer, other);
    }

    [Fact]
    public async Task The_second_open_waits_for_the_close()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OplockAsync("a.txt", OplockLevel.Batch);
        ulong id = await other.PostWaitingAsync(Create("a.txt", OplockLevel.Batch));

        await peer.CloseAsync(file);

        Assert.Equal(OplockLevel.Batch, (await other.WaitAsync(id)).As<CreateResponse>().OplockLevel);
        await AssertNothingLeftAsync(server, peer, other);
    }

    [Fact] // A durable open too: what is being broken is not kept.
    public async Task The_second_open_waits_for_the_end_of_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, Durable(Guid.NewGuid())));
        ulong id = await other.PostWaitingAsync(Create("a.txt", OplockLevel.Batch));

        await peer.DisposeAsync();

        Assert.Equal(OplockLevel.Batch, (await other.WaitAsync(id)).As<CreateResponse>().OplockLevel);
        await AssertNothingLeftAsync(server, other);
    }

    [Fact]
    public async Task The_second_open_waits_for_so_long_and_no_longer()
    {
        var clock = new ManualClock();
        await using TestServer server = await TestServer.StartAsync(o => o with { TimeProvider = clock });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OplockAsync("a.txt", OplockLevel.Batch);
        ulong id = await other.PostWaitingAsync(Create("a.txt", OplockLevel.Batch));

        clock.Advance(server.Server.Options.OplockBreakTimeout);

        Assert.Equal(OplockLevel.LevelII, (await other.WaitAsync(id)).As<CreateResponse>().OplockLevel);
        await peer.OplockBreakAsync();
        Assert.Equal(NtStatus.InvalidOplockProtocol, (await peer.AcknowledgeAsync(file, OplockLevel.LevelII)).Status);
        await AssertNothingLeftAsync(server, peer, other);
    }

    [Theory] // 3.3.5.16
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_create_that_waits_can_be_given_up(bool byDisconnecting)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OplockAsync("a.txt", OplockLevel.Batch);
        ulong id = await other.PostWaitingAsync(Create("a.txt", 1, RWH, Durable(Guid.NewGuid())));
        if (byDisconnecting)
        {
            await other.DisposeAsync();
        }
        else
        {
            await other.CancelAsync(id);
            Assert.Equal(NtStatus.Cancelled, (await other.WaitAsync(id)).Status);
            Assert.Equal((0, 0), (server.Server.Leases.Count, server.Server.Replays.Count));
        }

        await peer.OplockBreakAsync();
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(file, OplockLevel.LevelII)).Status);
        await AssertNothingLeftAsync(server, peer, other);
    }

    [Fact]
    public async Task A_create_that_waits_ends_with_its_session()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OplockAsync("a.txt", OplockLevel.Batch);
        ulong id = await other.PostWaitingAsync(Create("a.txt", 1, RWH));

        Assert.Equal(NtStatus.Success, (await other.SendAsync(new LogoffRequest())).Status);

        Assert.NotEqual(NtStatus.Success, (await other.WaitAsync(id)).Status);
        await peer.OplockBreakAsync();
        await peer.AcknowledgeAsync(file, OplockLevel.None);
        await AssertNothingLeftAsync(server, peer, other);
    }

    [Fact] // 3.3.5.2.7: the answers that were ready go out, the rest follows.
    public async Task A_create_may_wait_in_the_middle_of_a_compound()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OplockAsync("a.txt", OplockLevel.Batch);
        var any = new FileId(ulong.MaxValue, ulong.MaxValue);

        ulong first = await other.PostCompoundAsync(
            related: true,
            () => other.Build(new EchoRequest(), signs: false),
            () => other.Build(ScriptedPeer.Create("a.txt"), signs: false),
            () => other.Build(new CloseRequest(CloseFlags.None, any), signs: false));
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(first)).Status);
        await other.AssertWaitsAsync(first + 1);
        await peer.AcknowledgeAsync(file, OplockLevel.LevelII);

        Assert.Equal(NtStatus.Success, (await other.WaitAsync(first + 1)).Status);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(first + 2)).Status);
        await AssertNothingLeftAsync(server, peer, other);
    }

    [Theory] // 3.3.5.22.1
    [InlineData(OplockLevel.Batch, NtStatus.InvalidOplockProtocol)]
    [InlineData(OplockLevel.Exclusive, NtStatus.InvalidOplockProtocol)]
    [InlineData(OplockLevel.Lease, NtStatus.InvalidParameter)]
    public async Task Who_does_not_agree_loses_everything(OplockLevel level, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OplockAsync("a.txt", OplockLevel.Batch);
        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));

        Assert.Equal(expected, (await peer.AcknowledgeAsync(file, level)).Status);

        Reply opened = await other.WaitAsync(id);
        Assert.Equal(NtStatus.Success, opened.Status);
        await peer.OplockBreakAsync();
        await other.WriteAsync(opened.As<CreateResponse>().FileId, 0, new byte[1]);
        await peer.AssertQuietAsync();
    }

    [Fact]
    public async Task An_acknowledgment_that_nobody_asked_for_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId none = await peer.OpenAsync("a.txt");
        FileId batch = await peer.OplockAsync("b.txt", OplockLevel.Batch);
        FileId leased = await peer.LeaseAsync("c.txt", 1, RWH);

        foreach (FileId file in new[] { none, batch, leased })
            Assert.Equal(NtStatus.InvalidOplockProtocol, (await peer.AcknowledgeAsync(file, OplockLevel.LevelII)).Status);
        Assert.Equal(NtStatus.FileClosed, (await peer.AcknowledgeAsync(new FileId(1, 2), OplockLevel.LevelII)).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Level_II_goes_without_being_asked()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.OplockAsync("a.txt", OplockLevel.LevelII);
        FileId second = await peer.OplockAsync("a.txt", OplockLevel.LevelII);

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(second, 0, new byte[1])).Status);

        FileId[] told = [(await peer.OplockBreakAsync()).FileId, (await peer.OplockBreakAsync()).FileId];
        Assert.Equal([first, second], told.Order(Comparer<FileId>.Create((a, b) => a.Persistent.CompareTo(b.Persistent))));
        Assert.Equal(NtStatus.InvalidOplockProtocol, (await peer.AcknowledgeAsync(first, OplockLevel.None)).Status);
    }

    internal static async Task AssertNothingLeftAsync(TestServer server, params ScriptedPeer[] peers)
    {
        foreach (ScriptedPeer peer in peers)
            await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
    }
}
