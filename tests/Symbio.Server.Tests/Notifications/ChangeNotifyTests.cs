using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Notifications;

/// <summary>CHANGE_NOTIFY requests: [MS-SMB2] 3.3.5.19 and 3.3.4.4, [MS-FSA] 2.1.5.11.</summary>
public sealed class ChangeNotifyTests
{
    [Fact] // 3.3.5.16. smbtorture (smb2.session.expire2s) counts on the order.
    public async Task What_is_cancelled_is_answered_before_what_came_after()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId directory = await peer.OpenDirectoryAsync("");
        using var limit = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        for (int round = 0; round < 50; round++)
        {
            ulong watch = await peer.WatchAsync(directory, NotifyPeer.Names);
            await peer.CancelAsync(watch);
            ulong after = await peer.PostAsync(new EchoRequest());

            var answers = new List<ulong>();
            while (answers.Count < 2)
                answers.AddRange((await peer.ReceiveRepliesAsync(limit.Token))!.Select(reply => reply.Header.MessageId));
            Assert.Equal([watch, after], answers);
        }
    }

    [Fact]
    public async Task A_request_waits_for_a_change_and_tells_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenDirectoryAsync("");
        ulong id = await peer.WatchAsync(root, NotifyPeer.Names);

        await peer.OpenAsync("Ä.txt");

        Assert.Equal("Added Ä.txt", NotifyPeer.Changes(await peer.WaitAsync(id)));
        Assert.Empty(server.Log.Errors);
    }

    [Fact] // The store has renamed the directory, and whoever watches it has not been moved yet.
    public async Task What_happens_in_a_directory_that_is_being_renamed_is_told()
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer mover = await server.ConnectAuthenticatedAsync();
        FileId directory = await peer.OpenDirectoryAsync("d");
        await peer.BeginAsync(directory, NotifyPeer.Names, NotifyFlags.WatchTree);
        FileId moved = await mover.OpenAsync("d", AccessMask.Delete, options: CreateOptions.DirectoryFile);

        store.CloseAfterRenames();
        ValueTask<Reply> rename = mover.RenameAsync(moved, "longer");
        await store.WaitForAsync(1);
        await peer.CloseAsync(await peer.OpenDirectoryAsync(@"longer\s"));
        await peer.CloseAsync(await peer.OpenAsync(@"longer\s\x"));
        store.Open();
        Assert.Equal(NtStatus.Success, (await rename).Status);
        await peer.CloseAsync(await peer.OpenAsync(@"longer\end"));

        Assert.Equal(@"Added s, Added s\x, Added end", await peer.ChangesAsync(directory));
    }

    [Fact] // 3.3.4.4: FIFO, one change each.
    public async Task Requests_on_one_open_are_answered_in_their_order()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenDirectoryAsync("");
        ulong first = await peer.WatchAsync(root, NotifyPeer.Names);
        ulong second = await peer.WatchAsync(root, NotifyPeer.Names);

        await peer.OpenAsync("a");
        Assert.Equal("Added a", NotifyPeer.Changes(await peer.WaitAsync(first)));
        await peer.OpenAsync("b");

        Assert.Equal("Added b", NotifyPeer.Changes(await peer.WaitAsync(second)));
    }

    [Fact]
    public async Task What_happens_between_two_requests_is_kept_for_the_next()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenDirectoryAsync("");
        await peer.BeginAsync(root, NotifyPeer.Names);

        await peer.OpenAsync("a");
        await peer.OpenDirectoryAsync("d");
        await peer.OpenAsync(@"d\not-in-this-directory");

        Assert.Equal("Added a, Added d", await peer.ChangesAsync(root));
        await peer.WatchAsync(root, NotifyPeer.Names); // Nothing is told twice.
    }

    [Fact] // 3.3.4.4: filter and WATCH_TREE of later requests are ignored.
    public async Task The_first_request_on_an_open_says_what_is_watched()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenDirectoryAsync("d");
        FileId root = await peer.OpenDirectoryAsync("");
        await peer.BeginAsync(root, CompletionFilter.DirName);
        ulong id = await peer.WatchAsync(root, CompletionFilter.All, NotifyFlags.WatchTree);

        await peer.OpenAsync("a");
        await peer.OpenDirectoryAsync(@"d\e");
        await peer.OpenDirectoryAsync("f");

        Assert.Equal("Added f", NotifyPeer.Changes(await peer.WaitAsync(id)));
    }

    [Fact]
    public async Task A_tree_is_watched_to_the_bottom_whatever_the_case()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenDirectoryAsync("Top");
        await peer.OpenDirectoryAsync(@"Top\Middle");
        await peer.OpenDirectoryAsync("Topping");
        FileId top = await peer.OpenDirectoryAsync("TOP");
        FileId root = await peer.OpenDirectoryAsync("");
        await peer.BeginAsync(top, NotifyPeer.Names, NotifyFlags.WatchTree);
        await peer.BeginAsync(root, NotifyPeer.Names, NotifyFlags.WatchTree);

        await peer.OpenAsync(@"top\middle\a");
        await peer.OpenAsync(@"topping\b");

        Assert.Equal(@"Added Middle\a", await peer.ChangesAsync(top));
        Assert.Equal(@"Added Top\Middle\a, Added Topping\b", await peer.ChangesAsync(root));
    }

    [Theory]
    [InlineData(4096u, 100)] // More names than the buffer holds.
    [InlineData(16u, 1)] // Not one fits.
    [InlineData(0u, 1)]
    public async Task An_overflow_makes_the_client_look_for_itself(uint length, int files)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenDirectoryAsync("");
        await peer.BeginAsync(root, NotifyPeer.Names, length: length);

        for (int i = 0; i < files; i++)
            await peer.OpenAsync($"{i} {new string('x', 40)}");

        Assert.Equal(NtStatus.NotifyEnumDir, (await peer.NotifyAsync(root, 65536)).Status);
        ulong id = await peer.WatchAsync(root, NotifyPeer.Names, length: 4096);
        await peer.OpenAsync("zzzz");
        Reply reply = await peer.WaitAsync(id);
        Assert.Equal(length < 4096 ? NtStatus.NotifyEnumDir : NtStatus.Success, reply.Status);
    }

    [Fact]
    public async Task A_later_request_with_a_smaller_buffer_must_look_for_itself()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenDirectoryAsync("");
        await peer.BeginAsync(root, NotifyPeer.Names);
        await peer.OpenAsync("a.txt");

        Assert.Equal(NtStatus.NotifyEnumDir, (await peer.NotifyAsync(root, 16)).Status);
        await peer.OpenAsync("b.txt");
        Assert.Equal("Added b.txt", await peer.ChangesAsync(root));
    }

    [Fact]
    public async Task Cancel_ends_one_request_and_the_watch_goes_on()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenDirectoryAsync("");
        ulong first = await peer.WatchAsync(root, NotifyPeer.Names);
        ulong second = await peer.WatchAsync(root, NotifyPeer.Names);

        await peer.CancelAsync(first);
        Assert.Equal(NtStatus.Cancelled, (await peer.WaitAsync(first)).Status);
        await peer.OpenAsync("a");

        Assert.Equal("Added a", NotifyPeer.Changes(await peer.WaitAsync(second)));
    }

    [Theory] // Answered before the request that ends the watch.
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(2)]
    public async Task The_end_of_its_open_ends_a_request(int how)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenDirectoryAsync("");
        ulong id = await peer.WatchAsync(root, NotifyPeer.Names);

        ulong end = how switch
        {
            0 => await peer.PostAsync(new CloseRequest(CloseFlags.None, root)),
            1 => await peer.PostAsync(new TreeDisconnectRequest()),
            _ => await peer.PostAsync(new LogoffRequest()),
        };
        var replies = await peer.ReceiveRepliesAsync(CancellationToken.None);

        Assert.Equal((id, NtStatus.NotifyCleanup), (replies![0].Header.MessageId, replies[0].Status));
        Assert.True(replies[0].SignatureValid);
        Assert.Equal(NtStatus.Success, (replies.Count > 1 ? replies[1] : await peer.WaitAsync(end)).Status);
        Assert.Equal(0, server.Server.Shares.All.Single(s => !s.IsIpc).Changes.WatchedDirectories);
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // smb2.notify.rmdir1 to 4
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_deletion_of_its_directory_ends_a_request(bool onClose)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId watched = await peer.OpenDirectoryAsync("d");
        ulong id = await peer.WatchAsync(watched, NotifyPeer.Names);
        FileId other = await peer.OpenAsync(
            "D", AccessMask.Delete, CreateDisposition.Open, onClose ? CreateOptions.DeleteOnClose : CreateOptions.None);

        if (!onClose)
            await peer.DeleteAsync(other);
        await peer.CloseAsync(other);

        Assert.Equal(NtStatus.DeletePending, (await peer.WaitAsync(id)).Status);
        Assert.Equal(NtStatus.DeletePending, (await peer.NotifyAsync(watched)).Status);
    }

    [Fact]
    public async Task A_request_is_checked()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        FileId blind = await peer.OpenAsync("", AccessMask.FileAll & ~AccessMask.ListDirectory);
        FileId root = await peer.OpenDirectoryAsync("");

        Assert.Equal(NtStatus.InvalidParameter, (await peer.NotifyAsync(file)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await peer.NotifyAsync(blind)).Status);
        Assert.Equal(NtStatus.FileClosed, (await peer.NotifyAsync(new FileId(1, 2))).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.NotifyAsync(root, (8 << 20) + 1)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.SendAsync(
            new ChangeNotifyRequest(NotifyFlags.WatchTree, uint.MaxValue, root, CompletionFilter.All))).Status);
    }

    [Fact] // smb2.change_notify_disabled
    public async Task A_share_need_not_notify()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [.. o.Shares.Select(s => s with { NotifyOfChanges = false })] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(NtStatus.NotImplemented, (await peer.NotifyAsync(await peer.OpenDirectoryAsync(""))).Status);
    }

    [Fact] // 3.3.5.2.7: a server may fail what would have to wait in front of others; smb2.compound.interim2.
    public async Task In_front_of_others_in_a_compound_it_does_not_wait()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenDirectoryAsync("");

        ulong id = await peer.PostCompoundAsync(related: false,
            () => peer.Build(new ChangeNotifyRequest(NotifyFlags.None, 1000, root, NotifyPeer.Names), signs: false),
            () => peer.Build(new EchoRequest(), signs: false));

        Assert.Equal(NtStatus.InternalError, (await peer.WaitAsync(id)).Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id + 1)).Status);
        await peer.OpenAsync("a"); // The watch has begun, and nobody waits in vain for what the failed request would take.
        Assert.Equal("Added a", await peer.ChangesAsync(root));
    }

    [Fact]
    public async Task Watches_of_a_session_are_bounded()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxWatchesPerSession = 2 } });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.OpenDirectoryAsync("");
        await peer.WatchAsync(first, NotifyPeer.Names);
        await peer.WatchAsync(await peer.OpenDirectoryAsync(""), NotifyPeer.Names);
        FileId third = await peer.OpenDirectoryAsync("");

        Assert.Equal(NtStatus.InsufficientResources, (await peer.NotifyAsync(third)).Status);
        await peer.CloseAsync(first);
        await peer.WatchAsync(third, NotifyPeer.Names);
    }

    [Fact]
    public async Task A_lost_connection_leaves_nothing()
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer lost = await server.ConnectAuthenticatedAsync();
        for (int i = 0; i < 20; i++)
            await lost.WatchAsync(await lost.OpenDirectoryAsync(""), CompletionFilter.All, NotifyFlags.WatchTree);

        await lost.DisposeAsync();

        Assert.Empty(await server.LeftoversAsync());
        Assert.False(server.Server.Shares.All.Single(s => !s.IsIpc).Changes.Wants(CompletionFilter.All));
    }

    [Fact]
    public async Task Many_watch_and_all_are_told()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        var ids = new List<ulong>();
        for (int i = 0; i < 200; i++)
            ids.Add(await peer.WatchAsync(await peer.OpenDirectoryAsync(""), NotifyPeer.Names));

        await peer.OpenAsync("a");

        foreach (ulong id in ids)
            Assert.Equal("Added a", NotifyPeer.Changes(await peer.WaitAsync(id)));
    }

    [Fact] // Whoever wins, every request has one answer and nothing is left behind.
    public async Task Changes_cancels_and_closes_may_race()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using (ScriptedPeer watcher = await server.ConnectAuthenticatedAsync())
        await using (ScriptedPeer writer = await server.ConnectAuthenticatedAsync())
        {
            for (int round = 0; round < 60; round++)
            {
                FileId root = await watcher.OpenDirectoryAsync("");
                ulong id = await watcher.WatchAsync(root, NotifyPeer.Names);
                ulong created = await writer.PostAsync(ScriptedPeer.Create($"{round}"));
                await watcher.CancelAsync(round % 2 == 0 ? id : ulong.MaxValue);
                ulong close = await watcher.PostAsync(new CloseRequest(CloseFlags.None, root));

                NtStatus status = (await watcher.WaitAsync(id)).Status;
                Assert.True(
                    status is NtStatus.Success or NtStatus.Cancelled or NtStatus.NotifyCleanup, status.ToString());
                Assert.Equal(NtStatus.Success, (await watcher.WaitAsync(close)).Status);
                Assert.Equal(NtStatus.Success, (await writer.WaitAsync(created)).Status);
            }
        }

        Assert.Empty(await server.LeftoversAsync());
    }
}
