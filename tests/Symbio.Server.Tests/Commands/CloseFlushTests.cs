using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>CLOSE, [MS-SMB2] 3.3.5.10, FLUSH, 3.3.5.11, and the FileId of every request.</summary>
public sealed class CloseFlushTests
{
    [Fact]
    public async Task A_close_tells_what_the_file_is_like_when_asked()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(file, 0, new byte[5]);

        var response = (await peer.CloseAsync(file, CloseFlags.PostqueryAttrib)).As<CloseResponse>();

        Assert.Equal((CloseFlags.PostqueryAttrib, 5ul), (response.Flags, response.EndOfFile));
        Assert.NotEqual(FileTime.None, response.LastWriteTime);
        Assert.Equal(Protocol.Fscc.FileAttributes.Archive, response.FileAttributes);
    }

    [Fact] // 3.3.5.10: what the client has written is in what it is told, whether or not it was told of that first.
    public async Task A_close_tells_of_writes_that_are_still_under_way()
    {
        var store = new GatedStore(new MemoryFileStore());
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        store.CloseFor(writes: true);
        ulong write = await peer.PostAsync(new WriteRequest(
            Smb2Header.Size + WriteRequest.FixedSize, 5, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[5]));
        await store.WaitForAsync(1);
        ulong close = await peer.PostAsync(new CloseRequest(CloseFlags.PostqueryAttrib, file));
        await peer.ExchangeAsync(peer.Build(new EchoRequest(), signs: true)); // The CLOSE has got as far as it gets.

        store.Open();

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(write)).Status);
        var response = (await peer.WaitAsync(close)).As<CloseResponse>();
        Assert.Equal((CloseFlags.PostqueryAttrib, 5ul), (response.Flags, response.EndOfFile));
        Assert.Equal(0, store.OpenHandles);
    }

    [Fact]
    public async Task A_close_tells_nothing_otherwise()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        var response = (await peer.CloseAsync(await peer.OpenAsync("a.txt"))).As<CloseResponse>();

        Assert.Equal(default, response);
    }

    [Fact]
    public async Task A_closed_file_is_closed_for_every_request()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.CloseAsync(file);

        Assert.Equal(NtStatus.FileClosed, (await peer.CloseAsync(file)).Status);
        Assert.Equal(NtStatus.FileClosed, (await peer.ReadAsync(file, 0, 1)).Status);
        Assert.Equal(NtStatus.FileClosed, (await peer.WriteAsync(file, 0, new byte[1])).Status);
        Assert.Equal(NtStatus.FileClosed, (await peer.SendAsync(new FlushRequest(file))).Status);
        Assert.Equal(NtStatus.FileClosed, (await peer.LockAsync(file, new LockElement(0, 1, LockFlags.ExclusiveLock))).Status);
    }

    [Fact] // Both halves of a FileId count.
    public async Task A_file_id_of_which_half_is_wrong_is_closed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        Assert.Equal(NtStatus.FileClosed, (await peer.CloseAsync(file with { Persistent = file.Persistent + 1 })).Status);
        Assert.Equal(NtStatus.FileClosed, (await peer.CloseAsync(file with { Volatile = file.Volatile + 1 })).Status);
        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(file)).Status);
    }

    [Theory]
    [InlineData(AccessMask.ReadData, false, NtStatus.AccessDenied)]
    [InlineData(AccessMask.WriteAttributes, false, NtStatus.AccessDenied)]
    [InlineData(AccessMask.WriteData, false, NtStatus.Success)]
    [InlineData(AccessMask.AppendData, false, NtStatus.Success)]
    [InlineData(AccessMask.ListDirectory, true, NtStatus.AccessDenied)]
    [InlineData(AccessMask.AddFile, true, NtStatus.Success)]
    [InlineData(AccessMask.AddSubdirectory, true, NtStatus.Success)]
    public async Task Flush_needs_a_right_to_write(AccessMask access, bool directory, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a", access, options: directory ? CreateOptions.DirectoryFile : CreateOptions.None);

        Assert.Equal(expected, (await peer.SendAsync(new FlushRequest(file))).Status);
    }
}
