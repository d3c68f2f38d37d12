using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Testing;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>FSCTL_SET_SPARSE, FSCTL_SET_ZERO_DATA and FSCTL_QUERY_ALLOCATED_RANGES.</summary>
public sealed class SparseTests
{
    private const int Block = 64 << 10;

    [Fact] // [MS-FSA] 2.1.5.10.38
    public async Task The_sparse_attribute_comes_and_goes()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        await peer.WriteAsync(file, 0, new byte[10]);

        Assert.Equal(NtStatus.Success, (await peer.IoctlAsync(FsctlCode.SetSparse, file)).Status);
        Assert.Equal(FileAttributes.SparseFile, await AttributesAsync() & FileAttributes.SparseFile);

        Assert.Equal(NtStatus.Success, (await peer.IoctlAsync(FsctlCode.SetSparse, file, new SetSparseBuffer(false))).Status);
        Assert.Equal(FileAttributes.None, await AttributesAsync() & FileAttributes.SparseFile);

        async Task<FileAttributes> AttributesAsync()
        {
            FileId again = await peer.OpenAsync("a", AccessMask.ReadAttributes, CreateDisposition.Open);
            return (await peer.CloseAsync(again, CloseFlags.PostqueryAttrib)).As<CloseResponse>().FileAttributes;
        }
    }

    [Theory]
    [InlineData(AccessMask.ReadData, NtStatus.AccessDenied, NtStatus.AccessDenied, NtStatus.Success)]
    [InlineData(AccessMask.WriteData, NtStatus.Success, NtStatus.Success, NtStatus.AccessDenied)]
    [InlineData(AccessMask.AppendData, NtStatus.Success, NtStatus.AccessDenied, NtStatus.AccessDenied)]
    [InlineData(AccessMask.WriteAttributes, NtStatus.Success, NtStatus.AccessDenied, NtStatus.AccessDenied)]
    public async Task Each_needs_its_access(AccessMask access, NtStatus sparse, NtStatus zero, NtStatus query)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a", access);

        Assert.Equal(sparse, (await peer.IoctlAsync(FsctlCode.SetSparse, file)).Status);
        Assert.Equal(zero, (await peer.IoctlAsync(FsctlCode.SetZeroData, file, new FileZeroDataInformation(0, 1))).Status);
        Assert.Equal(query, (await QueryAsync(peer, file, 0, 1)).Status);
    }

    [Fact]
    public async Task Directories_have_none_of_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId directory = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);

        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.SetSparse, directory)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.SetZeroData, directory, new FileZeroDataInformation(0, 1))).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await QueryAsync(peer, directory, 0, 1)).Status);
    }

    [Fact] // [MS-FSA] 2.1.5.10.22, 2.1.5.10.39
    public async Task A_zeroed_range_of_a_sparse_file_is_a_hole_and_of_another_file_is_not()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        byte[] ones = new byte[3 * Block];
        ones.AsSpan().Fill(1);
        await peer.WriteAsync(file, 0, ones);

        Reply zeroed = await peer.IoctlAsync(FsctlCode.SetZeroData, file, new FileZeroDataInformation(Block, 2 * Block));
        Reply dense = await QueryAsync(peer, file, 0, long.MaxValue);
        await peer.IoctlAsync(FsctlCode.SetSparse, file);
        await peer.IoctlAsync(FsctlCode.SetZeroData, file, new FileZeroDataInformation(Block, 2 * Block));
        Reply sparse = await QueryAsync(peer, file, 0, long.MaxValue);
        Reply one = await QueryAsync(peer, file, 0, long.MaxValue, maxOutput: 31);
        Reply none = await QueryAsync(peer, file, 0, long.MaxValue, maxOutput: 15);
        Reply read = await peer.ReadAsync(file, 0, 3 * Block);

        Assert.Equal(NtStatus.Success, zeroed.Status);
        Assert.Equal([new FileAllocatedRange(0, 3 * Block)], Ranges(dense));
        Assert.Equal([new FileAllocatedRange(0, Block), new FileAllocatedRange(2 * Block, Block)], Ranges(sparse));
        Assert.Equal(NtStatus.BufferOverflow, one.Status);
        Assert.Equal([new FileAllocatedRange(0, Block)], Ranges(one));
        Assert.Equal(NtStatus.BufferTooSmall, none.Status);
        ones.AsSpan(Block, Block).Clear();
        Assert.Equal(ones, read.As<ReadResponse>().Data.ToArray());
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Zeroing_never_grows_the_file_and_its_range_must_be_sane()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        await peer.WriteAsync(file, 0, new byte[10]);

        Assert.Equal(NtStatus.Success, await ZeroAsync(5, 100));
        Assert.Equal(NtStatus.Success, await ZeroAsync(100, 200));
        Assert.Equal(NtStatus.Success, await ZeroAsync(7, 7));
        Assert.Equal(NtStatus.InvalidParameter, await ZeroAsync(8, 7));
        Assert.Equal(NtStatus.InvalidParameter, await ZeroAsync(-1, 7));
        Assert.Equal(NtStatus.InvalidParameter, await ZeroAsync(0, -1));
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.SetZeroData, file, new byte[15])).Status);
        Assert.Equal(10u, (await peer.CloseAsync(file, CloseFlags.PostqueryAttrib)).As<CloseResponse>().EndOfFile);

        async Task<NtStatus> ZeroAsync(long from, long to) =>
            (await peer.IoctlAsync(FsctlCode.SetZeroData, file, new FileZeroDataInformation(from, to))).Status;
    }

    [Fact]
    public async Task Queries_must_be_sane()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        await peer.WriteAsync(file, 0, new byte[10]);

        Assert.Equal(NtStatus.InvalidParameter, (await QueryAsync(peer, file, 1, long.MaxValue)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await QueryAsync(peer, file, -1, 1)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await QueryAsync(peer, file, 0, -1)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.QueryAllocatedRanges, file, new byte[15])).Status);
        Assert.Empty(Ranges(await QueryAsync(peer, file, 0, 0)));
        Assert.Empty(Ranges(await QueryAsync(peer, file, 10, 1, maxOutput: 0)));
        Assert.Equal([new FileAllocatedRange(4, 6)], Ranges(await QueryAsync(peer, file, 4, 100)));
    }

    [Fact]
    public async Task A_lock_keeps_others_from_zeroing()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId owner = await peer.OpenAsync("a");
        FileId other = await peer.OpenAsync("a");
        await peer.WriteAsync(owner, 0, new byte[100]);
        await peer.SendAsync(new LockRequest(0, 0, owner, new LockElement(50, 10, LockFlags.ExclusiveLock | LockFlags.FailImmediately)));

        Assert.Equal(NtStatus.FileLockConflict, await ZeroAsync(other, 0, 51));
        Assert.Equal(NtStatus.Success, await ZeroAsync(other, 0, 50));
        Assert.Equal(NtStatus.Success, await ZeroAsync(owner, 0, 100));
        Assert.Equal(NtStatus.Success, (await QueryAsync(peer, other, 0, 100)).Status);

        async Task<NtStatus> ZeroAsync(FileId file, long from, long to) =>
            (await peer.IoctlAsync(FsctlCode.SetZeroData, file, new FileZeroDataInformation(from, to))).Status;
    }

    [Fact]
    public async Task What_is_written_while_a_file_gets_room_for_its_holes_stays()
    {
        var memory = new MemoryFileStore(new MemoryStoreOptions());
        var store = new GatedStore(memory);
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        await peer.WriteAsync(file, 0, new byte[10]);
        await peer.IoctlAsync(FsctlCode.SetSparse, file);

        store.CloseFor(writes: true);
        ulong id = await peer.PostAsync(new IoctlRequest(FsctlCode.SetSparse, file, 0, 0, IoctlFlags.IsFsctl, new byte[1]));
        await store.WaitForAsync(1);
        var (_, local) = await memory.OpenAsync("a", new(StoreAccess.Write), StoreCaller.Service, CancellationToken.None);
        await using (local)
            await local!.AppendAsync("local"u8.ToArray(), CancellationToken.None);
        store.Open();

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id)).Status);
        Assert.Equal(15u, (await peer.CloseAsync(file, CloseFlags.PostqueryAttrib)).As<CloseResponse>().EndOfFile);
    }

    [Fact]
    public async Task A_file_that_is_hidden_for_its_name_is_not_once_it_has_another()
    {
        string folder = Directory.CreateTempSubdirectory("symbio-sparse-").FullName;
        try
        {
            await using TestServer server = await TestServer.StartAsync(
                store: Storage.Posix.PosixFileStore.Open(folder, new Storage.Posix.PosixStoreOptions()));
            await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
            FileId file = await peer.OpenAsync(".a.x7Y2z9");

            Assert.Equal(NtStatus.Success, (await peer.IoctlAsync(FsctlCode.SetSparse, file)).Status);
            Assert.Equal(NtStatus.Success, (await peer.RenameAsync(file, "a")).Status);

            FileAttributes shown = (await peer.CloseAsync(file, CloseFlags.PostqueryAttrib)).As<CloseResponse>().FileAttributes;
            Assert.Equal(FileAttributes.SparseFile, shown & (FileAttributes.SparseFile | FileAttributes.Hidden));
        }
        finally
        {
            Directory.Delete(folder, recursive: true);
        }
    }

    [Fact]
    public async Task Attributes_that_somebody_else_sets_meanwhile_stay()
    {
        var memory = new MemoryFileStore(new MemoryStoreOptions());
        var store = new GatedStore(memory);
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        var (_, other) = await memory.OpenAsync("a", default, StoreCaller.Service, CancellationToken.None);
        await using var _2 = other;

        store.AfterNextStat(() => SetAsync(FileAttributes.ReadOnly));
        Assert.Equal(NtStatus.Success, (await peer.IoctlAsync(FsctlCode.SetSparse, file)).Status);
        Assert.Equal(FileAttributes.ReadOnly | FileAttributes.SparseFile, await AttributesAsync());
        store.AfterNextStat(() => SetAsync(FileAttributes.ReadOnly));
        Assert.Equal(NtStatus.Success, (await peer.SetBasicAsync(file, attributes: FileAttributes.Hidden)).Status);
        Assert.Equal(FileAttributes.Hidden, await AttributesAsync());

        async Task SetAsync(FileAttributes attributes) => Assert.Equal(
            NtStatus.Success, await other!.SetBasicInfoAsync(new(Attributes: attributes), CancellationToken.None));

        async Task<FileAttributes> AttributesAsync() => (await other!.GetStatAsync(CancellationToken.None)).Stat.Attributes;
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Zeros_that_must_be_written_end_with_the_open(bool closes)
    {
        var memory = new MemoryFileStore(new MemoryStoreOptions());
        var store = new GatedStore(memory) { ZeroStep = Block, CannotPunch = true };
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        byte[] expected = [.. Enumerable.Repeat((byte)1, 4 * Block)];
        await peer.WriteAsync(file, 0, expected);
        if (!closes) // Holes are tried first.
            await peer.IoctlAsync(FsctlCode.SetSparse, file);

        store.CloseFor(writes: true);
        ulong id = await peer.PostAsync(PeerIoctls.Request(FsctlCode.SetZeroData, file, new FileZeroDataInformation(0, 4 * Block)));
        await store.WaitForAsync(1);
        ulong close = closes ? await peer.PostAsync(new CloseRequest(CloseFlags.None, file)) : 0;
        if (closes)
            await peer.SendAsync(new EchoRequest());
        store.Open();

        Assert.Equal(closes ? NtStatus.FileClosed : NtStatus.Success, (await peer.WaitAsync(id)).Status);
        if (closes)
            Assert.Equal(NtStatus.Success, (await peer.WaitAsync(close)).Status);
        expected.AsSpan(0, closes ? Block : 4 * Block).Clear();
        var (_, local) = await memory.OpenAsync("a", new(StoreAccess.Read), StoreCaller.Service, CancellationToken.None);
        await using var _2 = local;
        byte[] content = new byte[4 * Block];
        await local!.ReadAsync(0, content, CancellationToken.None);
        Assert.Equal(expected, content);
    }

    [Fact]
    public async Task A_share_that_is_read_only_stays_as_it_is()
    {
        await using TestServer server = await TestServer.StartAsync(
            options => options with { Shares = [options.Shares[0] with { ReadOnly = true }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId root = await peer.OpenAsync("", AccessMask.ReadAttributes, CreateDisposition.Open);

        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.SetSparse, root)).Status);
    }

    private static ValueTask<Reply> QueryAsync(ScriptedPeer peer, FileId file, long offset, long length, uint maxOutput = 4096) =>
        peer.IoctlAsync(FsctlCode.QueryAllocatedRanges, file, new FileAllocatedRange(offset, length), maxOutput);

    private static List<FileAllocatedRange> Ranges(Reply reply)
    {
        Assert.False(reply.Status.IsError);
        var reader = new WireReader(reply.As<IoctlResponse>().Output);
        List<FileAllocatedRange> ranges = [];
        while (reader.Remaining > 0 && FileAllocatedRange.TryRead(ref reader, out FileAllocatedRange range))
            ranges.Add(range);
        return ranges;
    }
}
