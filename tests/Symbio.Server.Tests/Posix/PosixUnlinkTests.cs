using System.Runtime.Versioning;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;

namespace Symbio.Server.Tests.Posix;

/// <summary>Names that go while their file is open, of POSIX clients and of others.</summary>
[SupportedOSPlatform("linux")]
public sealed class PosixUnlinkTests : IDisposable
{
    private static readonly byte[] Old = "old"u8.ToArray();
    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-server-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_posix_client_removes_the_name_of_an_open_file()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        FileId old = await peer.OpenPosixAsync("a");
        await peer.WriteAsync(old, 0, Old);

        Assert.Equal(NtStatus.Success, await peer.UnlinkAsync("a"));
        Assert.False(File.Exists(Path.Combine(_folder, "a")));
        FileId created = await peer.OpenPosixAsync("a", disposition: CreateDisposition.Create);

        Assert.Equal(Old, (await peer.ReadAsync(old, 0, 100)).As<ReadResponse>().Data.ToArray());
        Assert.Equal(0u, (await peer.QueryPosixAsync(old)).Properties.LinkCount);
        Assert.Equal(NtStatus.FileDeleted, (await peer.DeleteAsync(old)).Status);
        await peer.CloseAsync(old);
        Assert.True(File.Exists(Path.Combine(_folder, "a"))); // The new one is another's.
        await peer.CloseAsync(created);
        Assert.Equal(NtStatus.Success, await peer.UnlinkAsync("a"));
        Assert.Empty(await ClosedAsync(server, peer));
    }

    [Theory] // FILE_DISPOSITION_POSIX_SEMANTICS
    [InlineData(true)]
    [InlineData(false)]
    public async Task Any_client_may_ask_for_that(bool inMemory)
    {
        await using TestServer server = inMemory ? await TestServer.StartAsync() : await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId other = await peer.OpenAsync("a");
        await peer.WriteAsync(other, 0, Old);
        FileId file = await peer.OpenAsync("a");

        Reply reply = await peer.SetInfoAsync(file, new FileDispositionExInformation(
            DispositionFlags.Delete | DispositionFlags.PosixSemantics));
        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(NtStatus.DeletePending, (await peer.CreateAsync("a")).Status);
        await peer.CloseAsync(file);

        Assert.Equal(Old, (await peer.ReadAsync(other, 0, 100)).As<ReadResponse>().Data.ToArray());
        Assert.Equal(NtStatus.ObjectNameNotFound, (await peer.CreateAsync("a", disposition: CreateDisposition.Open)).Status);
        FileId created = await peer.OpenAsync("a", disposition: CreateDisposition.Create);
        await peer.CloseAsync(other);
        await peer.CloseAsync(created);
        Assert.Equal(NtStatus.Success, (await peer.CreateAsync("a", disposition: CreateDisposition.Open)).Status);
    }

    [Theory] // FILE_RENAME_POSIX_SEMANTICS: but not over one who lets nobody delete.
    [InlineData(ShareAccess.All, true, NtStatus.Success)]
    [InlineData(ShareAccess.All, false, NtStatus.AccessDenied)]
    [InlineData(ShareAccess.Read | ShareAccess.Write, true, NtStatus.SharingViolation)]
    public async Task A_rename_may_take_the_name_of_an_open_file(ShareAccess share, bool posix, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId old = await peer.OpenAsync("target", AccessMask.ReadData | AccessMask.WriteData, share: share);
        await peer.WriteAsync(old, 0, Old);
        FileId file = await peer.OpenAsync("source");

        Reply reply = await peer.SetInfoAsync(file, new FileRenameExInformation(
            RenameFlags.ReplaceIfExists | (posix ? RenameFlags.PosixSemantics : RenameFlags.None), 0, "target"));

        Assert.Equal(expected, reply.Status);
        if (expected != NtStatus.Success)
            return;
        Assert.Equal(Old, (await peer.ReadAsync(old, 0, 100)).As<ReadResponse>().Data.ToArray());
        await peer.CloseAsync(file);
        await peer.CloseAsync(old);
        Assert.Equal(0ul, (await peer.CreateAsync("target", disposition: CreateDisposition.Open)).As<CreateResponse>().EndOfFile);
    }

    [Fact]
    public async Task A_posix_client_renames_over_open_files_and_empty_directories()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        FileId old = await peer.OpenPosixAsync("t");
        await peer.WriteAsync(old, 0, Old);
        FileId file = await peer.OpenPosixAsync("s");
        FileId from = await peer.OpenPosixAsync("from", options: CreateOptions.DirectoryFile);
        await peer.CloseAsync(await peer.OpenPosixAsync("to", options: CreateOptions.DirectoryFile));
        await peer.CloseAsync(await peer.OpenPosixAsync("full", options: CreateOptions.DirectoryFile));
        await peer.CloseAsync(await peer.OpenPosixAsync("full/x"));

        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(file, "t", replace: true)).Status);
        Assert.Equal(Old, (await peer.ReadAsync(old, 0, 100)).As<ReadResponse>().Data.ToArray());
        Assert.Equal(NtStatus.DirectoryNotEmpty, (await peer.RenameAsync(from, "full", replace: true)).Status);
        Assert.Equal(NtStatus.FileIsADirectory, (await peer.RenameAsync(file, "full", replace: true)).Status);
        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(from, "to", replace: true)).Status);
        Assert.Equal(["full", "t", "to"], await peer.ListPosixAsync());
        await peer.CloseAsync(old);
        Assert.True(File.Exists(Path.Combine(_folder, "t")));
    }

    [Fact] // "a" and "A" are two files, and both stay what they are.
    public async Task A_posix_client_renames_by_the_exact_name()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        FileId file = await peer.OpenPosixAsync("a");
        await peer.CloseAsync(await peer.OpenPosixAsync("B"));

        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(file, "b")).Status);
        Assert.Equal(["B", "b"], await peer.ListPosixAsync());
        Assert.Equal(NtStatus.ObjectNameCollision, (await peer.RenameAsync(file, "B")).Status);
        Assert.Equal(NtStatus.Success, (await peer.SetInfoAsync(file, new FileLinkInformation(false, 0, "c:d"))).Status);
        Assert.Equal(["B", "b", "c:d"], await peer.ListPosixAsync());
        Assert.Equal(2u, (await peer.QueryPosixAsync(file)).Properties.LinkCount);
    }

    [Fact]
    public async Task A_directory_is_renamed_with_open_files_in_it()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        FileId directory = await peer.OpenPosixAsync("d", options: CreateOptions.DirectoryFile);
        FileId file = await peer.OpenPosixAsync("d/f");
        FileId second = await peer.OpenPosixAsync("d/f");

        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(directory, "e")).Status);
        Assert.Equal(NtStatus.Success, (await peer.DeleteAsync(file)).Status);
        await peer.CloseAsync(file);

        Assert.Empty(Directory.GetFiles(Path.Combine(_folder, "e")));
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(second, 0, Old)).Status);
        await peer.CloseAsync(second);
        await peer.CloseAsync(directory);
        Assert.Empty(await ClosedAsync(server, peer));
    }

    [Fact] // Removed in the meantime: what is below the directory is not in the way of renaming it, nor of removing it.
    public async Task An_unlinked_file_binds_no_directory()
    {
        await using TestServer server = await PosixPeer.StartAsync(_folder);
        await using ScriptedPeer peer = await server.ConnectPosixAsync();
        await peer.CloseAsync(await peer.OpenPosixAsync("d", options: CreateOptions.DirectoryFile));
        await peer.OpenPosixAsync("d/f");
        Assert.Equal(NtStatus.Success, await peer.UnlinkAsync("d/f"));

        FileId plain = await peer.OpenAsync("d", disposition: CreateDisposition.Open);
        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(plain, "e")).Status);
        await peer.CloseAsync(plain);
        Assert.Equal(NtStatus.Success, await peer.UnlinkAsync("e"));
        Assert.Empty(Directory.GetFileSystemEntries(_folder));
    }

    private static async Task<IReadOnlyList<string>> ClosedAsync(TestServer server, ScriptedPeer peer)
    {
        await peer.SendAsync(default(LogoffRequest));
        await peer.DisposeAsync();
        return await server.LeftoversAsync();
    }
}
