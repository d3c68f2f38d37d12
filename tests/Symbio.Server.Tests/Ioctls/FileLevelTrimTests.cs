using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>FSCTL_FILE_LEVEL_TRIM, [MS-FSA] 2.1.5.10.6.</summary>
public sealed class FileLevelTrimTests
{
    private const int Page = 4096;

    [Fact]
    public async Task Whole_pages_are_given_back()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await FileAsync(peer);

        Reply reply = await TrimAsync(peer, file, new(1, 3 * Page), new(0, 10), new(7 * Page, ulong.MaxValue - (7 * Page)));

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(3u, reply.Output<FileLevelTrimOutput>().NumRangesProcessed);
        byte[] content = (await peer.ReadAsync(file, 0, 64 << 10)).As<ReadResponse>().Data.ToArray();
        byte[] pages = [.. Enumerable.Range(0, 8).Select(page => content[page * Page])];
        Assert.Equal([1, 0, 0, 1, 1, 1, 1, 0], pages);
        Assert.Equal(8 * Page, content.Length);
    }

    [Fact]
    public async Task Where_no_space_can_be_given_back_nothing_is_written_instead()
    {
        await using var store = new GatedStore(new MemoryFileStore()) { CannotPunch = true };
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await FileAsync(peer);

        Assert.Equal(NtStatus.NoRangesProcessed, (await TrimAsync(peer, file, new FileLevelTrimRange(0, Page))).Status);

        Assert.Equal(1, (await peer.ReadAsync(file, 0, 1)).As<ReadResponse>().Data.Span[0]);
    }

    [Fact]
    public async Task What_holds_no_page_is_no_range()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await FileAsync(peer);

        Assert.Equal(NtStatus.NoRangesProcessed, (await TrimAsync(peer, file, new FileLevelTrimRange(1, Page))).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await TrimAsync(peer, file)).Status);
        Assert.Equal(
            NtStatus.IntegerOverflow, (await TrimAsync(peer, file, new FileLevelTrimRange(ulong.MaxValue - 1, 2))).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task The_first_range_that_is_locked_ends_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await FileAsync(peer);
        FileId other = await peer.OpenAsync("a");
        await peer.LockAsync(other, new LockElement(Page, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately));

        Reply reply = await TrimAsync(peer, file, new(4 * Page, Page), new(Page, Page), new(5 * Page, Page));

        Assert.Equal(NtStatus.FileLockConflict, reply.Status);
        Assert.Equal(1u, reply.Output<FileLevelTrimOutput>().NumRangesProcessed);
    }

    [Fact]
    public async Task It_needs_to_be_a_file_that_may_be_written()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await FileAsync(peer);
        FileId reading = await peer.OpenAsync("a", AccessMask.ReadData);
        FileId directory = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);

        Assert.Equal(NtStatus.AccessDenied, (await TrimAsync(peer, reading, new FileLevelTrimRange(0, Page))).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await TrimAsync(peer, directory, new FileLevelTrimRange(0, Page))).Status);
    }

    private static async ValueTask<FileId> FileAsync(ScriptedPeer peer)
    {
        FileId file = await peer.OpenAsync("a");
        await peer.WriteAsync(file, 0, Enumerable.Repeat((byte)1, 8 * Page).ToArray());
        return file;
    }

    private static ValueTask<Reply> TrimAsync(ScriptedPeer peer, FileId file, params FileLevelTrimRange[] ranges) =>
        peer.IoctlAsync(FsctlCode.FileLevelTrim, file, new FileLevelTrim(0, [.. ranges]));
}
