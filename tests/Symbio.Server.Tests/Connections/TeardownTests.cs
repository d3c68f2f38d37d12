using System.Net;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Durability;
using Symbio.Server.Tests.Ioctls;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

/// <summary>The ends of opens, trees, sessions, connections and the server while requests are at work, [MS-SMB2] 3.3.7.1.</summary>
public sealed class TeardownTests : IAsyncDisposable
{
    private readonly GatedStore _store = new(new MemoryFileStore(new MemoryStoreOptions()));

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData("close")]
    [InlineData("tree disconnect")]
    [InlineData("logoff")]
    public async Task A_file_is_closed_while_it_is_read(string how)
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(file, 0, "hello"u8.ToArray());
        _store.Close();
        ulong read = await peer.PostAsync(new ReadRequest(0, ReadFlags.None, 5, 0, file, 0, Channel.None, 0, default));
        await _store.WaitForAsync(1);

        NtStatus status = how switch
        {
            "close" => (await peer.CloseAsync(file)).Status,
            "logoff" => (await peer.SendAsync(new LogoffRequest())).Status,
            _ => (await peer.SendAsync(new TreeDisconnectRequest())).Status,
        };
        Assert.Equal((NtStatus.Success, 0, 1), (status, server.Server.Opens.Count, _store.OpenHandles));
        _store.Open();

        Reply reply = await peer.WaitAsync(read);
        Assert.Equal("hello"u8.ToArray(), reply.As<ReadResponse>().Data.ToArray());
        Assert.True(reply.SignatureValid); // The keys outlive the session as long as they are needed.
        await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
        Assert.Equal(0, _store.OpenHandles);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_file_that_is_being_opened_when_its_session_or_tree_ends_is_closed(bool logoff)
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        _store.Close();
        ulong create = await peer.PostAsync(ScriptedPeer.Create("a.txt", share: ShareAccess.None));
        await _store.WaitForAsync(1);

        Reply ended = logoff ? await peer.SendAsync(new LogoffRequest()) : await peer.SendAsync(new TreeDisconnectRequest());
        _store.Open();
        Reply created = await peer.WaitAsync(create);

        Assert.Equal(NtStatus.Success, ended.Status);
        Assert.Equal(logoff ? NtStatus.UserSessionDeleted : NtStatus.NetworkNameDeleted, created.Status);
        await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
        Assert.Equal(0, _store.OpenHandles);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_peer_goes_while_its_requests_are_at_work(bool encrypt)
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Encrypt = encrypt });
        FileId file = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(file, 0, new byte[100]);
        _store.Close();
        for (int i = 0; i < 10; i++)
        {
            await peer.PostAsync(new ReadRequest(0, ReadFlags.None, 50, 0, file, 0, Channel.None, 0, default));
            await peer.PostAsync(ScriptedPeer.Create($"f{i}", options: CreateOptions.DeleteOnClose));
        }

        await _store.WaitForAsync(20);
        await peer.DisposeAsync();
        _store.Open();

        Assert.Empty(await server.LeftoversAsync());
        Assert.Equal(0, _store.OpenHandles);
    }

    [Fact]
    public async Task What_is_written_after_the_close_has_begun_is_reported()
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenDirectoryAsync("");
        FileId file = await peer.OpenAsync("a.txt");
        await peer.BeginAsync(root, CompletionFilter.LastWrite);
        _store.Close();
        ulong write = await peer.PostAsync(new WriteRequest(
            Smb2Header.Size + WriteRequest.FixedSize, 3, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[3]));
        await _store.WaitForAsync(1);
        ulong close = await peer.PostAsync(new CloseRequest(CloseFlags.None, file));
        while (server.Server.Opens.Count > 1)
            await Task.Yield();
        _store.Open();

        await peer.WaitAsync(write);
        await peer.WaitAsync(close);
        string changes = await peer.ChangesAsync(root).WaitAsync(TimeSpan.FromSeconds(30));
        Assert.Contains("Modified a.txt", changes, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gone")]
    [InlineData("logoff")]
    [InlineData("tree disconnect")]
    public async Task A_store_that_throws_at_one_close_does_not_keep_the_other_opens(string how)
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("a.txt", options: CreateOptions.DeleteOnClose);
        await peer.OpenAsync("b.txt", options: CreateOptions.DeleteOnClose);
        _store.ThrowOnDelete();

        if (how == "logoff")
            Assert.Equal(NtStatus.Success, (await peer.SendAsync(new LogoffRequest())).Status);
        else if (how == "tree disconnect")
            Assert.Equal(NtStatus.Success, (await peer.SendAsync(new TreeDisconnectRequest())).Status);
        await peer.DisposeAsync();

        string error = Assert.Single(await server.LeftoversAsync());
        Assert.Contains("a.txt could not be closed", error, StringComparison.Ordinal);
        Assert.Equal(0, _store.OpenHandles);
    }

    [Theory]
    [InlineData("stop")]
    [InlineData("share")]
    [InlineData("time")]
    public async Task A_store_that_throws_at_one_close_does_not_keep_opens_whose_clients_are_away(string how)
    {
        var clock = new ManualClock();
        await using TestServer server = await TestServer.StartAsync(o => o with { TimeProvider = clock }, store: _store);
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        foreach (string name in (string[])["a.txt", "b.txt"])
        {
            FileId file = await peer.OpenAsync(name, options: CreateOptions.DeleteOnClose);
            Reply reply = await peer.IoctlAsync(FsctlCode.LmrRequestResiliency, file, new NetworkResiliencyRequest(60_000));
            Assert.Equal(NtStatus.Success, reply.Status);
        }

        await DurableTests.DepartAsync(server, peer, expected: 2);
        _store.ThrowOnDelete();
        if (how == "share")
            await server.Server.UpdateShares([]);
        else if (how == "time")
            clock.Advance(TimeSpan.FromMinutes(2));

        string error = Assert.Single(await server.LeftoversAsync());
        Assert.Contains("could not be closed", error, StringComparison.Ordinal);
        Assert.Equal(0, _store.OpenHandles);
        Assert.True(_store.IsDisposed);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_store_that_throws_at_its_end_does_not_keep_the_others(bool goesFirst)
    {
        await using var other = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0], new ShareOptions { Name = "other", Store = other }] }, store: _store);
        _store.ThrowOnDispose();

        if (goesFirst)
            await server.Server.UpdateShares([]);

        string error = Assert.Single(await server.LeftoversAsync());
        Assert.Contains("the store of a share could not be closed", error, StringComparison.Ordinal);
        Assert.True(other.IsDisposed);
    }

    [Fact]
    public async Task A_store_that_throws_while_a_file_is_overwritten_does_not_keep_it_claimed()
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using (ScriptedPeer peer = await server.ConnectAuthenticatedAsync())
        {
            await peer.CloseAsync(await peer.OpenAsync("a.txt"));
            _store.ThrowOnTruncate();
            await peer.PostAsync(ScriptedPeer.Create("a.txt", disposition: CreateDisposition.Overwrite, share: ShareAccess.None));
            Assert.True(await peer.IsClosedAsync());
        }

        await using (ScriptedPeer peer = await server.ConnectAuthenticatedAsync())
            await peer.OpenAsync("a.txt", share: ShareAccess.None);
    }

    [Fact]
    public async Task Stopping_lets_requests_under_way_finish()
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        _store.Close();
        ulong write = await peer.PostAsync(new WriteRequest(
            Smb2Header.Size + WriteRequest.FixedSize, 3, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[3]));
        await _store.WaitForAsync(1);

        Task stopping = server.Server.StopAsync().AsTask();
        Assert.False(stopping.IsCompleted);
        _store.Open();

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(write)).Status);
        await stopping.WaitAsync(TimeSpan.FromSeconds(30));
        await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
        Assert.Equal(0, _store.OpenHandles);
    }

    [Fact]
    public async Task Stopping_cancels_what_waits_for_an_event()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.OpenAsync("a.txt");
        FileId second = await peer.OpenAsync("a.txt");
        await peer.LockAsync(first, new LockElement(0, 1, LockFlags.ExclusiveLock));
        ulong id = await peer.PostAsync(new LockRequest(0, 0, second, new LockElement(0, 1, LockFlags.ExclusiveLock)));
        await peer.WaitAsync(id, acceptInterim: true);

        await server.Server.StopAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30));

        Assert.Equal(NtStatus.Cancelled, (await peer.WaitAsync(id)).Status);
        Assert.True(await peer.IsClosedAsync());
    }

    [Fact]
    public async Task A_share_that_goes_takes_its_trees_along()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        await server.Server.UpdateShares([]);

        Assert.Equal(NtStatus.NetworkNameDeleted, (await peer.ReadAsync(file, 0, 1)).Status);
        Assert.Equal(0, server.Server.Opens.Count);
        Assert.Equal(NtStatus.BadNetworkName, (await peer.TreeConnectAsync(TestServer.Share)).Status);
    }

    [Fact]
    public async Task The_store_of_a_share_that_goes_stays_for_the_requests_under_way()
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(file, 0, "hello"u8.ToArray());
        _store.Close();
        ulong read = await peer.PostAsync(new ReadRequest(0, ReadFlags.None, 5, 0, file, 0, Channel.None, 0, default));
        ulong create = await peer.PostAsync(ScriptedPeer.Create("b.txt"));
        await _store.WaitForAsync(2);

        await server.Server.UpdateShares([]);
        Assert.False(_store.IsDisposed);
        _store.Open();

        Assert.Equal("hello"u8.ToArray(), (await peer.WaitAsync(read)).As<ReadResponse>().Data.ToArray());
        Assert.Equal(NtStatus.NetworkNameDeleted, (await peer.WaitAsync(create)).Status);
        await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync()); // The server's end waits for the store's.
        Assert.True(_store.IsDisposed);
        Assert.Equal(0, _store.OpenHandles);
    }

    [Fact]
    public async Task Many_peers_come_work_and_go_at_once()
    {
        await using TestServer server = await TestServer.StartAsync();
        await Parallel.ForAsync(0, 60, new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (i, _) =>
        {
            var random = new Random(i);
            ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Encrypt = i % 2 == 0 });
            for (int n = 0; n < 30; n++)
            {
                string name = $"f{random.Next(4)}";
                switch (random.Next(3))
                {
                    case 0:
                        await peer.PostAsync(ScriptedPeer.Create(name, options: CreateOptions.DeleteOnClose));
                        break;
                    case 1:
                        Reply reply = await peer.CreateAsync(name);
                        if (reply.Status != NtStatus.Success)
                            break;
                        FileId file = reply.As<CreateResponse>().FileId;
                        await peer.PostAsync(new LockRequest(0, 0, file, new LockElement(0, 1, LockFlags.ExclusiveLock)));
                        await peer.PostAsync(new WriteRequest(
                            Smb2Header.Size + WriteRequest.FixedSize, 9, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[9]));
                        if (random.Next(2) == 0)
                            await peer.PostAsync(new CloseRequest(CloseFlags.None, file));
                        break;
                    default:
                        await peer.PostAsync(new EchoRequest());
                        break;
                }
            }

            await peer.DisposeAsync(); // With answers unread and locks waiting.
        });

        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact] // A lost delete would show as a file that is open and gone at once.
    public async Task An_open_never_returns_a_file_that_is_gone()
    {
        await using TestServer server = await TestServer.StartAsync();
        await Parallel.ForAsync(0, 4, async (i, _) =>
        {
            await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
            for (int n = 0; n < 300; n++)
            {
                Reply reply = await peer.CreateAsync("a.txt", options: CreateOptions.DeleteOnClose);
                if (reply.Status == NtStatus.DeletePending)
                    continue;
                Assert.Equal(NtStatus.Success, reply.Status);
                FileId file = reply.As<CreateResponse>().FileId;
                (NtStatus status, Symbio.Storage.IStoreFile? there) = await server.Store.OpenAsync(
                    "a.txt", new Symbio.Storage.StoreOpenOptions(Symbio.Storage.StoreAccess.None),
                    Symbio.Storage.StoreCaller.Service, default);
                Assert.Equal(NtStatus.Success, status);
                await there!.DisposeAsync();
                await peer.CloseAsync(file);
            }
        });

        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact]
    public async Task Who_does_not_log_on_in_time_is_sent_away()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { AuthenticationTimeout = TimeSpan.FromMilliseconds(50) } });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        Assert.True(await peer.IsClosedAsync());
        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact]
    public async Task Connections_without_a_logon_are_bounded()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxUnauthenticatedConnections = 2 } });
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync(); // Counts no more.
        await using ScriptedPeer second = server.Connect();
        await using ScriptedPeer third = server.Connect();
        await using ScriptedPeer fourth = server.Connect();

        Assert.True(await fourth.IsClosedAsync());
        Assert.Equal(NtStatus.Success, (await third.NegotiateAsync(Dialect.Smb311)).Status);
    }

    [Fact]
    public async Task No_host_keeps_the_others_out()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxUnauthenticatedConnections = 4 } });
        var host = new IPEndPoint(IPAddress.Parse("2001:db8::1"), 1);
        var sameHost = new IPEndPoint(IPAddress.Parse("2001:db8::2"), 1); // It chooses its last 64 bits.
        await using ScriptedPeer first = server.Connect(host);
        await using ScriptedPeer second = server.Connect(sameHost);
        await using ScriptedPeer refused = server.Connect(host);
        await using ScriptedPeer other = server.Connect(new IPEndPoint(IPAddress.Parse("192.0.2.1"), 1));

        Assert.True(await refused.IsClosedAsync());
        Assert.Equal(NtStatus.Success, (await other.NegotiateAsync(Dialect.Smb311)).Status);

        // Who has logged on or gone counts no more.
        await other.LogOnAsync(TestServer.User, TestServer.Password);
        await first.DisposeAsync();
        while (server.Server.Connections.Count() > 2)
            await Task.Yield();
        await using ScriptedPeer again = server.Connect(host);
        Assert.Equal(NtStatus.Success, (await again.NegotiateAsync(Dialect.Smb311)).Status);
    }
}
