using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Apple;
using Symbio.Server.Tests.Leases;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>FILE_DELETE_ON_CLOSE, [MS-FSA] 2.1.5.1 and 2.1.5.5.</summary>
public sealed class DeleteOnCloseTests
{
    [Fact]
    public async Task The_file_goes_with_its_last_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.OpenAsync("a.txt", options: CreateOptions.DeleteOnClose);
        FileId second = await peer.OpenAsync("a.txt"); // As long as the first is open nothing is pending.

        await peer.CloseAsync(first);
        Assert.Equal(NtStatus.DeletePending, (await peer.CreateAsync("a.txt")).Status);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(second, 0, new byte[1])).Status);
        await peer.CloseAsync(second);

        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusAsync(peer, "a.txt"));
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // [MS-FSA] 2.1.1.4 Link: it is one and the same for all opens of the name, also for one that was under way.
    [InlineData("a.txt", "b.txt", false)]
    [InlineData(@"d\a.txt", @"e\a.txt", true)] // With a directory above it, which macOS renames whatever is open there.
    public async Task A_file_that_is_renamed_while_it_is_being_opened_goes_by_its_new_name(string old, string now, bool isBelow)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        Assert.NotNull(await peer.QueryAppleAsync());
        FileId directory = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        FileId holder = await peer.OplockAsync(old, OplockLevel.Batch);
        ulong open = await other.PostWaitingAsync(ScriptedPeer.Create(old));
        await peer.OplockBreakAsync();
        Reply moved = isBelow ? await peer.RenameAsync(directory, "e") : await peer.RenameAsync(holder, now);
        Assert.Equal(NtStatus.Success, moved.Status);
        await peer.AcknowledgeAsync(holder, OplockLevel.LevelII);
        FileId file = (await other.WaitAsync(open)).As<CreateResponse>().FileId;

        Assert.Equal(NtStatus.Success, (await other.DeleteAsync(file)).Status);

        Assert.Equal(NtStatus.DeletePending, (await other.CreateAsync(now)).Status);
        await other.CloseAsync(file);
        await peer.CloseAsync(holder);
        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusAsync(other, now));
        Assert.Empty(server.Log.Errors);
    }

    [Fact] // [MS-FSA] 2.1.5.1: of what a name leads to, its deletion is looked at first.
    public async Task A_name_that_is_about_to_go_is_no_collision()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile | CreateOptions.DeleteOnClose);
        FileId second = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        Assert.Equal(NtStatus.ObjectNameCollision, await MakeAsync());

        await peer.CloseAsync(first);
        Assert.Equal(NtStatus.DeletePending, await MakeAsync());

        await peer.CloseAsync(second);
        Assert.Equal(NtStatus.Success, await MakeAsync());

        async Task<NtStatus> MakeAsync() => (await peer.CreateAsync(
            "d", disposition: CreateDisposition.Create, options: CreateOptions.DirectoryFile)).Status;
    }

    [Theory] // [MS-FSA] 2.1.5.5: the right to delete was looked at when somebody asked for it.
    [InlineData(true)]
    [InlineData(false)]
    public async Task It_is_done_in_the_name_of_who_asked_for_it(bool stream)
    {
        StoreCaller asks = new(5, 5, []), closes = new(6, 6, []);
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(
            options => options with
            {
                Shares =
                [
                    options.Shares[0] with { ForcedCaller = asks },
                    options.Shares[0] with { Name = "other", ForcedCaller = closes },
                ],
            },
            store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await other.TreeConnectAsync("other");
        FileId file = await peer.OpenAsync("a.txt");
        FileId last = await other.OpenAsync(stream ? "a.txt:s" : "a.txt");

        Assert.Equal(NtStatus.Success, (await peer.SetInfoAsync(file, new FileDispositionInformation(true))).Status);
        await peer.CloseAsync(file);
        await other.CloseAsync(last);

        Assert.Equal(asks.Uid, store.LastDeleter?.Uid);
        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusAsync(peer, "a.txt"));
    }

    [Fact]
    public async Task Who_denies_deletion_keeps_the_file()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("a.txt", share: ShareAccess.Read | ShareAccess.Write);

        Reply reply = await peer.CreateAsync("a.txt", options: CreateOptions.DeleteOnClose);

        Assert.Equal(NtStatus.SharingViolation, reply.Status);
    }

    [Fact]
    public async Task The_right_to_delete_must_be_asked_for()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Reply reply = await peer.CreateAsync("a.txt", AccessMask.ReadData, options: CreateOptions.DeleteOnClose);

        Assert.Equal(NtStatus.InvalidParameter, reply.Status);
    }

    [Fact]
    public async Task A_stream_goes_alone_and_a_file_with_its_streams()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync("a.txt:keep"));
        await peer.CloseAsync(await peer.OpenAsync("a.txt:drop", options: CreateOptions.DeleteOnClose));

        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusAsync(peer, "a.txt:drop"));
        Assert.Equal(NtStatus.Success, await StatusAsync(peer, "a.txt:keep"));
        await peer.CloseAsync(await peer.OpenAsync("a.txt", options: CreateOptions.DeleteOnClose));
        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusAsync(peer, "a.txt:keep"));
        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusAsync(peer, "a.txt"));
    }

    [Fact]
    public async Task An_empty_directory_goes_and_a_full_one_stays()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        const CreateOptions Options = CreateOptions.DirectoryFile | CreateOptions.DeleteOnClose;
        FileId empty = await peer.OpenAsync("empty", options: Options);
        FileId full = await peer.OpenAsync("full", options: Options);
        await peer.CloseAsync(await peer.OpenAsync(@"full\a.txt"));

        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(empty)).Status);
        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(full)).Status);

        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusAsync(peer, "empty"));
        Assert.Equal(NtStatus.Success, await StatusAsync(peer, "full"));
        Assert.Empty(server.Log.Errors);
    }

    [Fact] // The open of the stream is the last one of the name.
    public async Task A_stream_that_is_open_keeps_a_deleted_file_until_it_is_closed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId stream = await peer.OpenAsync("a.txt:s");
        await peer.CloseAsync(await peer.OpenAsync("a.txt", options: CreateOptions.DeleteOnClose));

        Assert.Equal(NtStatus.DeletePending, await StatusAsync(peer, "a.txt"));
        Assert.Equal(NtStatus.DeletePending, await StatusAsync(peer, "a.txt:s"));
        await peer.CloseAsync(stream);

        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusAsync(peer, "a.txt"));
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // [MS-FSA] 2.1.5.1.1
    [InlineData(CreateOptions.None)]
    [InlineData(CreateOptions.DirectoryFile)]
    public async Task Nothing_is_created_in_a_directory_that_is_to_be_deleted(CreateOptions options)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId other = await peer.OpenAsync("Folder", options: CreateOptions.DirectoryFile);
        await peer.CloseAsync(await peer.OpenAsync("folder", options: CreateOptions.DirectoryFile | CreateOptions.DeleteOnClose));

        Assert.Equal(NtStatus.DeletePending, (await peer.CreateAsync(@"folder\a", options: options)).Status);
        await peer.CloseAsync(other);

        Assert.Equal(NtStatus.ObjectPathNotFound, (await peer.CreateAsync(@"folder\a", options: options)).Status);
    }

    [Fact]
    public async Task The_root_stays()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(NtStatus.AccessDenied, (await peer.CreateAsync(
            "", options: CreateOptions.DirectoryFile | CreateOptions.DeleteOnClose)).Status);
    }

    [Fact]
    public async Task A_name_that_was_deleted_is_free_again()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        for (int i = 0; i < 3; i++)
        {
            var response = (await peer.CreateAsync("a.txt", options: CreateOptions.DeleteOnClose)).As<CreateResponse>();
            Assert.Equal(CreateAction.Created, response.CreateAction);
            await peer.CloseAsync(response.FileId);
        }
    }

    [Fact]
    public async Task A_lost_connection_deletes_too()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        ScriptedPeer lost = await server.ConnectAuthenticatedAsync();
        await lost.OpenAsync("a.txt", options: CreateOptions.DeleteOnClose);

        await lost.DisposeAsync();
        for (int i = 0; server.Server.Connections.Count() > 1 && i < 1000; i++)
            await Task.Delay(10); // It ends with the last of its opens.

        Assert.Equal(NtStatus.ObjectNameNotFound, await StatusAsync(peer, "a.txt"));
    }

    private static async Task<NtStatus> StatusAsync(ScriptedPeer peer, string name)
    {
        Reply reply = await peer.CreateAsync(name, AccessMask.ReadAttributes, CreateDisposition.Open);
        if (reply.Status == NtStatus.Success)
            await peer.CloseAsync(reply.As<CreateResponse>().FileId);
        return reply.Status;
    }
}
