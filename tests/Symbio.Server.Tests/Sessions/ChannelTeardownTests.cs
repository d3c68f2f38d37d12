using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Sessions;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Sessions;

/// <summary>The ends of channels and of sessions that have several, [MS-SMB2] 3.3.7.1, 3.3.5.5.2 and 3.3.5.6.</summary>
public sealed class ChannelTeardownTests : IAsyncDisposable
{
    private readonly GatedStore _store = new(new MemoryFileStore(new MemoryStoreOptions()));

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_session_lives_as_long_as_one_of_its_channels(bool firstGoes)
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        FileId file = await first.OpenAsync("a.txt");
        (ScriptedPeer gone, ScriptedPeer left) = firstGoes ? (first, second) : (second, first);
        gone.Transport.Abort(); // It keeps the keys.
        await ConnectionsAsync(server, 1);

        Assert.Equal(NtStatus.Success, (await left.WriteAsync(file, 0, new byte[1])).Status);
        Session session = server.Server.Sessions.All.Single();
        Assert.Equal(server.Server.Connections.Single(), session.Connection);
        Assert.Equal([session.Connection], session.GetLiveConnections());

        // Another comes in its place, with the session's key, whose channel may be no more.
        await using ScriptedPeer third = await server.ConnectBoundAsync(first);
        Assert.Equal(NtStatus.Success, (await third.WriteAsync(file, 0, new byte[1])).Status);
        await left.DisposeAsync();
        await third.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
        Assert.Equal(0, _store.OpenHandles);
    }

    [Fact] // 3.3.7.1: what waits on the lost connection is cancelled, what waits on another is not.
    public async Task Only_what_waits_on_the_lost_channel_is_cancelled()
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        FileId holder = await first.OpenAsync("a.txt");
        FileId waiter = await first.OpenAsync("a.txt");
        await first.LockAsync(holder, new LockElement(0, 2, LockFlags.ExclusiveLock | LockFlags.FailImmediately));
        ulong lost = await first.PostAsync(new LockRequest(0, 0, waiter, new LockElement(0, 1, LockFlags.ExclusiveLock)));
        await first.WaitAsync(lost, acceptInterim: true);
        ulong kept = await second.PostAsync(new LockRequest(0, 0, waiter, new LockElement(1, 1, LockFlags.ExclusiveLock)));
        await second.WaitAsync(kept, acceptInterim: true);

        await first.DisposeAsync();
        await ConnectionsAsync(server, 1);
        await second.LockAsync(holder, new LockElement(0, 2, LockFlags.Unlock));

        Assert.Equal(NtStatus.Success, (await second.WaitAsync(kept)).Status);
        Reply free = await second.LockAsync(holder, new LockElement(0, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately));
        Assert.Equal(NtStatus.Success, free.Status);
    }

    [Fact] // What was sent over a channel is carried out, even if nobody hears of it.
    public async Task A_channel_goes_while_its_requests_are_at_work()
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        FileId file = await second.OpenAsync("a.txt");
        _store.Close();
        await first.PostAsync(new WriteRequest(
            Smb2Header.Size + WriteRequest.FixedSize, 3, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[3]));
        ulong read = await second.PostAsync(new ReadRequest(0, ReadFlags.None, 3, 0, file, 0, Channel.None, 0, default));
        await _store.WaitForAsync(2);
        await first.DisposeAsync();
        _store.Open();
        await ConnectionsAsync(server, 1);

        Assert.True((await second.WaitAsync(read)).SignatureValid);
        Assert.Equal(3u, (await second.ReadAsync(file, 0, 3)).As<ReadResponse>().DataLength);
        await second.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
    }

    [Theory] // 3.3.5.6
    [InlineData(true)]
    [InlineData(false)]
    public async Task Logoff_over_one_channel_ends_the_session_on_all(bool overFirst)
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        FileId file = await first.OpenAsync("a.txt");
        await first.WriteAsync(file, 0, new byte[5]);
        (ScriptedPeer leaver, ScriptedPeer other) = overFirst ? (first, second) : (second, first);
        _store.Close();
        ulong read = await other.PostAsync(new ReadRequest(0, ReadFlags.None, 5, 0, file, 0, Channel.None, 0, default));
        await _store.WaitForAsync(1);

        Reply reply = await leaver.SendAsync(new LogoffRequest());
        Assert.Equal((NtStatus.Success, true), (reply.Status, reply.SignatureValid));
        _store.Open();

        Assert.True((await other.WaitAsync(read)).SignatureValid); // It has its key as long as it needs it.
        Assert.Equal(NtStatus.UserSessionDeleted, (await other.CreateAsync("b.txt")).Status);
        Assert.Equal(NtStatus.UserSessionDeleted, (await leaver.CreateAsync("b.txt")).Status);
        Assert.Equal(0, server.Server.Sessions.Count);
        await first.DisposeAsync();
        await second.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact] // A bind that is under way when its session ends does not bring it back.
    public async Task A_session_ends_while_it_is_being_bound()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        for (int i = 0; i < 20; i++)
        {
            await using ScriptedPeer owner = await server.ConnectAuthenticatedAsync();
            await using ScriptedPeer second = server.Connect();
            await second.NegotiateAsync(Dialect.Smb311);
            Task<Reply> binding = second.BindAsync(owner).AsTask();
            Task<Reply> leaving = owner.SendAsync(new LogoffRequest()).AsTask();

            Assert.Equal(NtStatus.Success, (await leaving).Status);
            Assert.Contains((await binding).Status, (NtStatus[])[NtStatus.Success, NtStatus.UserSessionDeleted]);
            Assert.Equal(NtStatus.UserSessionDeleted, (await second.CreateAsync("a.txt")).Status);
            Assert.Equal(1, server.Server.Sessions.Count);
        }

        await first.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact] // 3.3.5.5.2
    public async Task A_session_authenticates_again_over_any_channel()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);

        Reply again = await second.LogOnAsync(TestServer.User, TestServer.Password);

        Assert.Equal((NtStatus.Success, true), (again.Status, again.SignatureValid));
        Assert.Equal(NtStatus.Success, (await first.CreateAsync("a.txt")).Status);
        Assert.Equal(NtStatus.Success, (await second.CreateAsync("a.txt")).Status);
        Assert.Equal(NtStatus.LogonFailure, (await second.LogOnAsync(TestServer.User, "wrong")).Status);
        Assert.Equal(NtStatus.UserSessionDeleted, (await first.CreateAsync("a.txt")).Status);
    }

    [Fact] // 3.3.5.5.3, PreviousSessionId
    public async Task A_client_that_comes_back_takes_its_old_session_down_on_all_channels()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        await using ScriptedPeer after = server.Connect();
        await after.NegotiateAsync(Dialect.Smb311);

        await after.LogOnAsync(TestServer.User, TestServer.Password, first.SessionId);

        Assert.Equal(NtStatus.UserSessionDeleted, (await first.CreateAsync("b.txt")).Status);
        Assert.Equal(NtStatus.UserSessionDeleted, (await second.CreateAsync("b.txt")).Status);
        Assert.Equal(1, server.Server.Sessions.Count);
    }

    [Fact]
    public async Task An_open_knows_where_it_was_used_last()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        Session session = server.Server.Sessions.All.Single();
        var byId = server.Server.Connections.OrderBy(c => c.Id).ToArray();
        Assert.Equal(byId, session.GetLiveConnections());

        FileId file = await first.OpenAsync("a.txt");
        Opens.Open open = session.Opens[file.Volatile];
        Assert.Equal(byId[0], open.Connection);
        await second.ReadAsync(file, 0, 1);
        Assert.Equal(byId[1], open.Connection);
    }

    private static async Task ConnectionsAsync(TestServer server, int count)
    {
        for (int i = 0; server.Server.Connections.Count() != count; i++)
        {
            if (i > 3000)
                throw new TimeoutException($"There are not {count} connections.");
            await Task.Delay(10);
        }
    }
}
