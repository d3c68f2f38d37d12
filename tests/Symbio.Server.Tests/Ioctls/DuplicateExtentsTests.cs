using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>FSCTL_DUPLICATE_EXTENTS_TO_FILE and its _EX, [MS-FSA] 2.1.5.10.4 and 2.1.5.10.5.</summary>
public sealed class DuplicateExtentsTests
{
    private const int Cluster = 4096;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_range_becomes_that_of_another_file(bool extended)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", 3 * Cluster, 1);
        FileId target = await FileAsync(peer, "b", 3 * Cluster, 2);

        Reply reply = extended
            ? await peer.IoctlAsync(FsctlCode.DuplicateExtentsToFileEx, target, new DuplicateExtentsDataEx(
                source, Cluster, 0, Cluster, DuplicateExtentsFlags.SourceAtomic))
            : await DuplicateAsync(peer, source, target, Cluster, 0, Cluster);

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(1, (await ReadAsync(peer, target, 0))[0]);
        Assert.Equal(2, (await ReadAsync(peer, target, Cluster))[0]);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Neither_size_changes_and_what_lies_beyond_the_source_is_zeros()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", 1000, 1);
        FileId target = await FileAsync(peer, "b", 2000, 2);

        Assert.Equal(NtStatus.Success, (await DuplicateAsync(peer, source, target, 0, 0, Cluster)).Status);

        byte[] expected = [.. Enumerable.Repeat((byte)1, 1000), .. new byte[1000]];
        Assert.Equal(expected, await ReadAsync(peer, target, 0));
    }

    [Theory]
    [InlineData(0, 0, 0, NtStatus.Success)]
    [InlineData(1, 0, Cluster, NtStatus.InvalidParameter)]
    [InlineData(0, 1, Cluster, NtStatus.InvalidParameter)]
    [InlineData(0, 0, 100, NtStatus.InvalidParameter)]
    [InlineData(-Cluster, 0, Cluster, NtStatus.InvalidParameter)]
    [InlineData(0, 0, long.MaxValue - (Cluster - 1), NtStatus.NotSupported)]
    [InlineData(Cluster, 0, 4 * Cluster, NtStatus.NotSupported)] // Beyond the source.
    [InlineData(0, 2 * Cluster, 3 * Cluster, NtStatus.NotSupported)] // Beyond the target.
    public async Task Ranges_go_by_clusters_and_lie_within_the_files(long from, long to, long count, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", 4 * Cluster, 1);
        FileId target = await FileAsync(peer, "b", 4 * Cluster, 2);

        Assert.Equal(expected, (await DuplicateAsync(peer, source, target, from, to, count)).Status);
    }

    [Fact]
    public async Task Ranges_of_one_file_do_not_overlap()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await FileAsync(peer, "a", 4 * Cluster, 1);

        Assert.Equal(NtStatus.NotSupported, (await DuplicateAsync(peer, file, file, 0, Cluster, 2 * Cluster)).Status);
        Assert.Equal(NtStatus.Success, (await DuplicateAsync(peer, file, file, 0, 2 * Cluster, 2 * Cluster)).Status);
    }

    [Fact]
    public async Task A_sparse_file_is_not_for_one_that_is_not()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", Cluster, 1);
        FileId target = await FileAsync(peer, "b", Cluster, 2);
        await peer.IoctlAsync(FsctlCode.SetSparse, source);

        Assert.Equal(NtStatus.NotSupported, (await DuplicateAsync(peer, source, target, 0, 0, Cluster)).Status);
        await peer.IoctlAsync(FsctlCode.SetSparse, target);
        Assert.Equal(NtStatus.Success, (await DuplicateAsync(peer, source, target, 0, 0, Cluster)).Status);
    }

    [Fact]
    public async Task The_source_is_an_open_of_the_session_that_may_be_read()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId target = await FileAsync(peer, "b", Cluster, 2);
        FileId foreign = await FileAsync(other, "a", Cluster, 1);
        FileId blind = await peer.OpenAsync("a", AccessMask.WriteData);
        FileId reading = await peer.OpenAsync("a", AccessMask.ReadData);

        Assert.Equal(NtStatus.InvalidHandle, (await DuplicateAsync(peer, foreign, target, 0, 0, Cluster)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await DuplicateAsync(peer, blind, target, 0, 0, Cluster)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await DuplicateAsync(peer, target, reading, 0, 0, Cluster)).Status);
        Assert.Equal(NtStatus.Success, (await DuplicateAsync(peer, reading, target, 0, 0, Cluster)).Status);
        await peer.CloseAsync(reading);
        Assert.Equal(NtStatus.InvalidHandle, (await DuplicateAsync(peer, reading, target, 0, 0, Cluster)).Status);
    }

    private static async ValueTask<FileId> FileAsync(ScriptedPeer peer, string name, int size, byte content)
    {
        FileId file = await peer.OpenAsync(name);
        await peer.WriteAsync(file, 0, Enumerable.Repeat(content, size).ToArray());
        return file;
    }

    private static ValueTask<Reply> DuplicateAsync(
        ScriptedPeer peer, FileId source, FileId target, long from, long to, long count) =>
        peer.IoctlAsync(FsctlCode.DuplicateExtentsToFile, target, new DuplicateExtentsData(source, from, to, count));

    private static async ValueTask<byte[]> ReadAsync(ScriptedPeer peer, FileId file, ulong offset) =>
        (await peer.ReadAsync(file, offset, 64 << 10)).As<ReadResponse>().Data.ToArray();
}
