using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Leases;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Durability;

/// <summary>Opens that outlive their connection: [MS-SMB2] 3.3.5.9.6, 3.3.5.9.10, 3.3.6.2 and 3.3.7.1.</summary>
public sealed class DurableTests
{
    private static readonly Guid Id = Guid.NewGuid();

    [Theory] // What is granted follows from what may be cached.
    [InlineData(OplockLevel.Batch, RWH, true)]
    [InlineData(OplockLevel.Exclusive, RWH, false)]
    [InlineData(OplockLevel.LevelII, RWH, false)]
    [InlineData(OplockLevel.None, RWH, false)]
    [InlineData(OplockLevel.Lease, RWH, true)]
    [InlineData(OplockLevel.Lease, RH, true)]
    [InlineData(OplockLevel.Lease, RW, false)]
    [InlineData(OplockLevel.Lease, R, false)]
    public async Task Who_may_cache_the_handle_may_come_back(OplockLevel level, LeaseState state, bool granted)
    {
        await using TestServer server = await TestServer.StartAsync();
        foreach (bool second in new[] { false, true })
        {
            await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
            CreateResponse response = await peer.OpenAsync(
                Create($"{second}.txt", level, LeaseContext(1, state), second ? Durable(Id) : DurableV1));

            Assert.Equal(granted && !second, response.Has("DHnQ"));
            Assert.Equal(granted && second, response.Has("DH2Q"));
            await peer.CloseAsync(response.FileId);
        }

        Assert.Empty(await server.LeftoversAsync());
    }

    [Theory]
    [InlineData(0, 60_000)]
    [InlineData(1, 1)]
    [InlineData(299_999, 299_999)]
    [InlineData(uint.MaxValue, 300_000)]
    public async Task The_client_may_ask_for_some_time(uint asked, uint granted)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        CreateResponse response = await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, Durable(Id, asked)));

        Assert.True(response.CreateContexts.TryGet("DH2Q"u8, out ReadOnlyMemory<byte> data));
        Assert.True(DurableHandleResponseV2.TryRead(data, out DurableHandleResponseV2 durable));
        Assert.Equal((granted, DurableHandleFlags.None), (durable.Timeout, durable.Flags));
    }

    [Theory]
    [InlineData(OplockLevel.Batch, true)]
    [InlineData(OplockLevel.Batch, false)]
    [InlineData(OplockLevel.Lease, true)]
    [InlineData(OplockLevel.Lease, false)]
    public async Task A_client_comes_back_to_all_it_had(OplockLevel level, bool second)
    {
        var clock = new ManualClock();
        await using TestServer server = await TestServer.StartAsync(o => o with { TimeProvider = clock });
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        CreateResponse first = await peer.OpenAsync(
            Create("a.txt", level, LeaseContext(1, RWH), second ? Durable(Id) : DurableV1));
        await peer.WriteAsync(first.FileId, 0, new byte[10]);
        await LockAsync(peer, first.FileId, 3);
        peer = await ComeBackAsync(server, peer);

        Contexts reconnect = second ? Reconnect(first.FileId, Id) : ReconnectV1(first.FileId);
        CreateResponse again = await peer.OpenAsync(
            level == OplockLevel.Lease ? Create("a.txt", 1, RWH, reconnect) : Create("a.txt", level, reconnect));

        Assert.Equal((first.FileId, level, 10ul), (again.FileId, again.OplockLevel, again.EndOfFile));
        Assert.Equal(level == OplockLevel.Lease, again.Has("RqLs"));
        Assert.Equal((0, 1), (server.Server.Disconnected.Count, server.Server.Opens.Count));
        Assert.Equal(NtStatus.Success, (await peer.ReadAsync(again.FileId, 0, 10)).Status);
        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        await peer.WaitAsync(Unsolicited);
        _ = level == OplockLevel.Lease
            ? await peer.AcknowledgeAsync(1, RH)
            : await peer.AcknowledgeAsync(again.FileId, OplockLevel.LevelII);
        FileId beside = (await other.WaitAsync(id)).As<CreateResponse>().FileId;
        Assert.Equal(NtStatus.FileLockConflict, (await other.ReadAsync(beside, 0, 10)).Status);
        Assert.Equal(NtStatus.Success, (await UnlockAsync(peer, again.FileId, 3)).Status);
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Fact]
    public async Task Who_does_not_come_back_in_time_comes_too_late()
    {
        var clock = new ManualClock();
        await using TestServer server = await TestServer.StartAsync(o => o with { TimeProvider = clock });
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, Durable(Id, 1000)))).FileId;
        peer = await ComeBackAsync(server, peer);
        clock.Advance(TimeSpan.FromSeconds(0.9));
        Assert.Equal(NtStatus.Success, await ReconnectAsync(peer, file));
        peer = await ComeBackAsync(server, peer);
        clock.Advance(TimeSpan.FromSeconds(0.9)); // The time begins anew with each absence.
        Assert.Equal(1, server.Server.Disconnected.Count);

        clock.Advance(TimeSpan.FromSeconds(0.1));

        Assert.Equal((0, 0), (server.Server.Disconnected.Count, server.Server.Opens.Count));
        Assert.Equal(NtStatus.ObjectNameNotFound, await ReconnectAsync(peer, file));
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Fact]
    public async Task The_first_version_is_kept_for_16_minutes()
    {
        var clock = new ManualClock();
        await using TestServer server = await TestServer.StartAsync(o => o with { TimeProvider = clock });
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, DurableV1));
        peer = await ComeBackAsync(server, peer);

        clock.Advance(TimeSpan.FromMinutes(16) - TimeSpan.FromTicks(1));
        Assert.Equal(1, server.Server.Disconnected.Count);
        clock.Advance(TimeSpan.FromTicks(1));
        Assert.Equal(0, server.Server.Disconnected.Count);
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Theory] // Somebody else needs the file: who is away is not waited for.
    [InlineData(OplockLevel.Batch)]
    [InlineData(OplockLevel.Lease)]
    public async Task An_absent_client_loses_its_open_to_who_needs_the_file(OplockLevel level)
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", level, LeaseContext(1, RWH), Durable(Id)))).FileId;
        peer = await ComeBackAsync(server, peer);

        Assert.Equal(NtStatus.Success, (await other.CreateAsync("a.txt")).Status);

        Assert.Equal((0, 1, 0), (server.Server.Disconnected.Count, server.Server.Opens.Count, server.Server.Leases.Count));
        Assert.Equal(NtStatus.ObjectNameNotFound, await ReconnectAsync(peer, file, level));
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Fact]
    public async Task An_absent_client_keeps_its_open_from_who_does_not_need_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", 1, RH, Durable(Id)))).FileId;
        peer = await ComeBackAsync(server, peer);
        FileId beside = await other.OpenAsync("a.txt");
        Assert.Equal(NtStatus.Success, await ReconnectAsync(peer, file, OplockLevel.Lease, RH));
        await other.WriteAsync(beside, 0, new byte[1]);
        Assert.Equal(LeaseState.None, (await peer.LeaseBreakAsync()).NewLeaseState);

        // Nothing is durable without the lease.
        await peer.AcknowledgeAsync(1, LeaseState.None);
        peer = await ComeBackAsync(server, peer, expected: 0);
        Assert.Equal(NtStatus.ObjectNameNotFound, await ReconnectAsync(peer, file, OplockLevel.Lease, RH));
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Fact]
    public async Task Not_all_can_be_kept()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxDisconnectedOpens = 2 } });
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        for (int i = 0; i < 3; i++)
            await peer.OpenAsync(Create($"{i}.txt", OplockLevel.Batch, Durable(Guid.NewGuid())));

        peer = await ComeBackAsync(server, peer, expected: 2);

        Assert.Equal((2, 2), (server.Server.Disconnected.Count, server.Server.Opens.Count));
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Fact] // What waits for a client ends with the server, though its file is to be deleted then.
    public async Task The_server_stops_without_waiting_for_the_absent()
    {
        var clock = new ManualClock();
        await using TestServer server = await TestServer.StartAsync(o => o with { TimeProvider = clock });
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, Durable(Id)))).FileId;
        await LockAsync(peer, file, 2);
        await peer.OpenAsync(Create("b.txt", 1, RWH, Durable(Guid.NewGuid())));
        peer = await ComeBackAsync(server, peer, expected: 2);

        await OplockTests.AssertNothingLeftAsync(server, peer);
        Assert.Equal(0, clock.Timers);
    }

    [Fact]
    public async Task Closing_and_disconnecting_from_the_tree_is_for_good()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, Durable(Id)))).FileId;

        await peer.SendAsync(new TreeDisconnectRequest());

        Assert.Equal((0, 0), (server.Server.Opens.Count, server.Server.Disconnected.Count));
        await peer.TreeConnectAsync(TestServer.Share);
        Assert.Equal(NtStatus.ObjectNameNotFound, await ReconnectAsync(peer, file));
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Fact] // A client that logs on anew says by that that its old session is gone, 3.3.5.5.3.
    public async Task Logging_on_anew_keeps_what_is_durable()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer old = await server.ConnectAuthenticatedAsync();
        FileId file = (await old.OpenAsync(Create("a.txt", OplockLevel.Batch, Durable(Id)))).FileId;
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311, old.Options);
        await peer.LogOnAsync(TestServer.User, TestServer.Password, old.SessionId);
        await peer.TreeConnectAsync(TestServer.Share);

        Assert.Equal(NtStatus.Success, await ReconnectAsync(peer, file));
        await OplockTests.AssertNothingLeftAsync(server, peer, old);
    }

    /// <summary>The peer's connection is lost; it comes back with another session.</summary>
    internal static async Task<ScriptedPeer> ComeBackAsync(TestServer server, ScriptedPeer peer, int expected = 1)
    {
        PeerOptions options = peer.Options;
        await DepartAsync(server, peer, expected);
        return await server.ConnectAuthenticatedAsync(options: options);
    }

    /// <summary>The peer's connection is lost, and the server has noticed.</summary>
    internal static async Task DepartAsync(TestServer server, ScriptedPeer peer, int expected = 1)
    {
        int connections = server.Server.Connections.Count();
        await peer.DisposeAsync();
        for (int i = 0; server.Server.Connections.Count() == connections; i++)
        {
            Assert.True(i < 3000, "The server does not see that the peer is gone.");
            await Task.Delay(10, TestContext.Current.CancellationToken);
        }

        Assert.Equal(expected, server.Server.Disconnected.Count);
    }

    internal static async Task<NtStatus> ReconnectAsync(
        ScriptedPeer peer, FileId file, OplockLevel level = OplockLevel.Batch, LeaseState state = RWH)
    {
        Contexts reconnect = Reconnect(file, Id);
        CreateRequest request = level == OplockLevel.Lease
            ? Create("a.txt", 1, state, reconnect)
            : Create("a.txt", level, reconnect);
        return (await peer.SendAsync(request)).Status;
    }

    private static async Task LockAsync(ScriptedPeer peer, FileId file, int count)
    {
        for (int i = 0; i < count; i++)
        {
            var element = new LockElement((ulong)i, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately);
            Assert.Equal(NtStatus.Success, (await peer.LockAsync(file, element)).Status);
        }
    }

    private static async Task<Reply> UnlockAsync(ScriptedPeer peer, FileId file, int count)
    {
        var elements = new LockElement[count];
        for (int i = 0; i < count; i++)
            elements[i] = new LockElement((ulong)i, 1, LockFlags.Unlock);
        return await peer.LockAsync(file, elements);
    }
}
