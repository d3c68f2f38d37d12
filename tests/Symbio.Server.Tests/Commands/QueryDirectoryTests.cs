using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

public sealed class QueryDirectoryTests
{
    private const int Files = 200;

    [Theory] // A directory may have a million names, and none of them match.
    [InlineData("cancel")]
    [InlineData("close")]
    [InlineData("tree disconnect")]
    [InlineData("logoff")]
    public async Task A_search_ends_when_nobody_wants_it_any_more(string how)
    {
        await using var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await OpenRootAsync(peer);
        store.CloseForListings();
        ulong search = await peer.PostAsync(Query(root), 4096);
        await store.WaitForAsync(1);

        switch (how)
        {
            case "cancel":
                await peer.CancelAsync(search);
                break;
            case "close":
                await peer.CloseAsync(root);
                break;
            case "logoff":
                await peer.SendAsync(new LogoffRequest());
                break;
            default:
                await peer.SendAsync(new TreeDisconnectRequest());
                break;
        }

        NtStatus status = (await peer.WaitAsync(search)).Status;

        Assert.Equal(how == "cancel" ? NtStatus.Cancelled : NtStatus.FileClosed, status);
        if (how == "cancel")
        {
            store.Open();
            Assert.Equal(NtStatus.Success, (await peer.SendAsync(Query(root), 4096)).Status); // The next one goes on.
        }

        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_search_ends_with_its_connection()
    {
        await using var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(store: store);
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await OpenRootAsync(peer);
        store.CloseForListings();
        await peer.PostAsync(Query(root), 4096);
        await store.WaitForAsync(1);
        await peer.PostAsync(Query(root), 4096); // Waits for its turn.

        await peer.DisposeAsync();

        Assert.Empty(await server.LeftoversAsync().AsTask().WaitAsync(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, store.Waiting);
    }

    private static QueryDirectoryRequest Query(FileId directory) => new(
        (byte)FileInformationClass.IdBothDirectory, QueryDirectoryFlags.None, 0, directory, 4096, Encoding.Unicode.GetBytes("*"));

    [Theory] // [MS-SMB2] 3.3.5.18: whatever the steps, each name once.
    [InlineData(4096, QueryDirectoryFlags.None)]
    [InlineData(65536, QueryDirectoryFlags.None)]
    [InlineData(256, QueryDirectoryFlags.None)]
    [InlineData(4096, QueryDirectoryFlags.ReturnSingleEntry)]
    [InlineData(4096, QueryDirectoryFlags.IndexSpecified)]
    public async Task Each_name_is_told_once(uint length, QueryDirectoryFlags flags)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        for (int i = 0; i < Files; i++)
            await peer.CloseAsync(await peer.OpenAsync($"file{i}.txt"));
        FileId root = await OpenRootAsync(peer);

        var names = new List<string>();
        Reply reply = await ListAsync(peer, root, "*.txt", length, QueryDirectoryFlags.RestartScans);
        while (reply.Status == NtStatus.Success)
        {
            var reader = new DirectoryEntryReader(
                reply.As<QueryDirectoryResponse>().Buffer, FileInformationClass.IdBothDirectory);
            while (reader.MoveNext())
                names.Add(reader.Name.ToString());
            reply = await ListAsync(peer, root, "*", length, flags);
        }

        Assert.Equal(NtStatus.NoMoreFiles, reply.Status);
        Assert.Equal(Files, names.Distinct().Count());
        Assert.Equal(Files, names.Count);
    }

    [Fact]
    public async Task Listings_that_are_left_unfinished_keep_little_beyond_a_number()
    {
        await using var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxListingsPerSession = 2 } }, store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        for (int i = 0; i < Files; i++)
            await peer.CloseAsync(await peer.OpenAsync($"file{i}.txt"));
        var listings = new List<FileId>();
        for (int i = 0; i < 3; i++)
        {
            listings.Add(await OpenRootAsync(peer));
            Assert.Equal(i < 2 ? 32 : 8, await BatchAsync(listings[i]));
        }

        // The third goes on, and is told the rest; those that come to their end, or to an end, make room.
        store.MostListed = 0;
        int count = Count(await ListAsync(peer, listings[2], "*.txt", 4096, QueryDirectoryFlags.RestartScans));
        while (await ListAsync(peer, listings[2], "*.txt", 4096) is { Status: NtStatus.Success } more)
            count += Count(more);
        Assert.Equal(Files, count);
        Assert.Equal(8, store.MostListed);
        while ((await ListAsync(peer, listings[0], "*.txt", 65536)).Status == NtStatus.Success)
        {
        }

        await peer.CloseAsync(listings[1]);
        Assert.Equal(32, await BatchAsync(await OpenRootAsync(peer)));
        Assert.Equal(32, await BatchAsync(listings[2]));
        Assert.Equal(8, await BatchAsync(listings[0]));

        async Task<int> BatchAsync(FileId directory)
        {
            store.MostListed = 0;
            await ListAsync(peer, directory, "*.txt", 4096, QueryDirectoryFlags.RestartScans);
            return store.MostListed;
        }

        static int Count(Reply reply)
        {
            var reader = new DirectoryEntryReader(
                reply.As<QueryDirectoryResponse>().Buffer, FileInformationClass.IdBothDirectory);
            int count = 0;
            while (reader.MoveNext())
                count++;
            return count;
        }
    }

    [Fact] // [MS-FSA] 2.1.5.6.3: a pattern is a name's length at most.
    public async Task A_pattern_longer_than_any_name_is_no_name()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await OpenRootAsync(peer);

        Assert.Equal(NtStatus.ObjectNameInvalid, (await ListAsync(peer, root, new string('*', 255) + "x")).Status);
        Assert.Equal(NtStatus.NoSuchFile, (await ListAsync(peer, root, new string('*', 254) + "x")).Status);
    }

    [Fact] // [MS-FSA] 2.1.5.6.3
    public async Task The_first_empty_answer_is_no_such_file()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await OpenRootAsync(peer);

        Assert.Equal(NtStatus.NoSuchFile, (await ListAsync(peer, root, "none")).Status);
        Assert.Equal(NtStatus.NoMoreFiles, (await ListAsync(peer, root, "none")).Status);
        Assert.Equal(NtStatus.NoSuchFile, (await ListAsync(peer, root, "none", flags: QueryDirectoryFlags.Reopen)).Status);
        Assert.Equal(NtStatus.InfoLengthMismatch, (await ListAsync(peer, root, "*", 103)).Status);
        Assert.Equal(
            NtStatus.BufferOverflow, (await ListAsync(peer, root, "*", 104, QueryDirectoryFlags.RestartScans)).Status);
        Assert.Equal(NtStatus.Success, (await ListAsync(peer, root, "*")).Status);
    }

    [Theory] // [MS-SMB2] 3.3.5.18, Share.DoAccessBasedDirectoryEnumeration.
    [InlineData(true)]
    [InlineData(false)]
    public async Task Access_based_enumeration_leaves_out_what_may_not_be_read(bool accessBased)
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { AccessBasedEnumeration = accessBased }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        for (int i = 0; i < Files; i++)
        {
            await peer.CloseAsync(await peer.OpenAsync($"file{i}.txt"));
            if (i % 100 != 0)
                await SetSecurityAsync(server, $"file{i}.txt", "O:BAG:BAD:(A;;0x120088;;;WD)"); // All of reading but the data.
        }

        FileId root = await OpenRootAsync(peer);
        var names = new List<string>();
        while (await ListAsync(peer, root, "*", 65536) is { Status: NtStatus.Success } reply)
        {
            var reader = new DirectoryEntryReader(
                reply.As<QueryDirectoryResponse>().Buffer, FileInformationClass.IdBothDirectory);
            while (reader.MoveNext())
                names.Add(reader.Name.ToString());
        }

        Assert.Equal(accessBased ? 4 : Files + 2, names.Count);
        Assert.Contains("file100.txt", names);
        Assert.Equal(
            accessBased ? NtStatus.NoSuchFile : NtStatus.Success,
            (await ListAsync(peer, root, "file1.txt", flags: QueryDirectoryFlags.Reopen)).Status);
    }

    [Fact] // [MS-SMB2] 3.3.5.2.7.2: a TREE_CONNECT generates no FileId, and another share knows nothing of this one's rules.
    public async Task A_chain_does_not_take_a_directory_into_another_tree()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with
        {
            Shares =
            [
                o.Shares[0] with { AccessBasedEnumeration = true },
                new ShareOptions { Name = "other", Store = new MemoryFileStore(new MemoryStoreOptions()) },
            ],
        });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        var last = new FileId(ulong.MaxValue, ulong.MaxValue);

        ulong id = await peer.PostCompoundAsync(
            related: true,
            () => peer.Build(
                ScriptedPeer.Create("", AccessMask.FileGenericRead, CreateDisposition.Open, CreateOptions.DirectoryFile), true),
            () => peer.Build(new TreeConnectRequest(TreeConnectFlags.None, Encoding.Unicode.GetBytes(@"\\test\other")), true),
            () => peer.Build(List(last, "*"), true),
            () => peer.Build(List(last, "*"), true));

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id)).Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id + 1)).Status);
        Assert.Equal(NtStatus.InvalidHandle, (await peer.WaitAsync(id + 2)).Status);
        Assert.Equal(NtStatus.InvalidHandle, (await peer.WaitAsync(id + 3)).Status);
        Assert.Empty(server.Log.Errors);
    }

    private static async ValueTask SetSecurityAsync(TestServer server, string path, string sddl)
    {
        (_, IStoreFile? file) = await server.Store.OpenAsync(
            path, new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, CancellationToken.None);
        await file!.SetSecurityDescriptorAsync(
            Sddl.Parse(sddl).ToArray(), StoreCaller.Service, CancellationToken.None);
        await file.DisposeAsync();
    }

    private static ValueTask<FileId> OpenRootAsync(ScriptedPeer peer) => peer.OpenAsync(
        "", AccessMask.FileGenericRead, CreateDisposition.Open, CreateOptions.DirectoryFile);

    private static ValueTask<Reply> ListAsync(
        ScriptedPeer peer, FileId directory, string pattern, uint length = 4096,
        QueryDirectoryFlags flags = QueryDirectoryFlags.None) => peer.SendAsync(List(directory, pattern, length, flags));

    private static QueryDirectoryRequest List(
        FileId directory, string pattern, uint length = 4096, QueryDirectoryFlags flags = QueryDirectoryFlags.None) =>
        new((byte)FileInformationClass.IdBothDirectory, flags, 0, directory, length, Encoding.Unicode.GetBytes(pattern));
}
