using Symbio.Protocol.Smb2;
using Symbio.Storage.Posix;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.DirectoryLeasePeer;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Leases;

/// <summary>Directory leases on a folder that local processes change as well.</summary>
public sealed class LocalDirectoryChangesTests : IAsyncLifetime
{
    private readonly string _folder = System.IO.Directory.CreateTempSubdirectory("symbio-dirlease-").FullName;
    private PosixFileStore _store = null!;
    private TestServer _server = null!;
    private ScriptedPeer _peer = null!;

    public async ValueTask InitializeAsync()
    {
        _store = PosixFileStore.Open(_folder, new PosixStoreOptions { MaxWatchedDirectories = 2 });
        _server = await TestServer.StartAsync(store: _store);
        _peer = await _server.ConnectAuthenticatedAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _peer.DisposeAsync();
        Assert.Empty(await _server.LeftoversAsync());
        Assert.Equal(0, _store.WatchedDirectories);
        System.IO.Directory.Delete(_folder, recursive: true);
    }

    public static TheoryData<Act> Acts =>
        [Act.Create, Act.CreateDirectory, Act.Delete, Act.Rename, Act.RenameOut, Act.RenameIn, Act.WriteAndClose, Act.SetWriteTime];

    [Theory]
    [MemberData(nameof(Acts))]
    public async Task A_local_process_s_change_breaks(Act act)
    {
        System.IO.Directory.CreateDirectory(At("d"));
        System.IO.Directory.CreateDirectory(At("other"));
        if (act is not (Act.Create or Act.RenameIn))
            await File.WriteAllTextAsync(At("d/a"), "");
        await File.WriteAllTextAsync(At("other/b"), "");
        await _peer.OpenAsync(Directory("d", 1, RH));

        switch (act)
        {
            case Act.Create or Act.WriteAndClose:
                await File.WriteAllTextAsync(At("d/a"), "text");
                break;
            case Act.CreateDirectory:
                System.IO.Directory.CreateDirectory(At("d/e"));
                break;
            case Act.Delete:
                File.Delete(At("d/a"));
                break;
            case Act.Rename:
                File.Move(At("d/a"), At("d/b"));
                break;
            case Act.RenameOut:
                File.Move(At("d/a"), At("other/a"));
                break;
            case Act.RenameIn:
                File.Move(At("other/b"), At("d/a"));
                break;
            default:
                File.SetLastWriteTimeUtc(At("d/a"), DateTime.UnixEpoch);
                break;
        }

        Assert.Equal(LeaseState.None, (await _peer.LeaseBreakAsync()).NewLeaseState);
    }

    [Fact] // What the store tells of our own doings is not taken for a stranger's: events keep their order.
    public async Task One_s_own_change_does_not_come_back_as_a_stranger_s()
    {
        await _peer.OpenAsync(Directory("d", 1, RH));
        await _peer.OpenAsync(Directory("e", 2, RH));

        CreateResponse file = await _peer.OpenAsync(Create(@"d\a", OplockLevel.Lease, ChildContext(3, RWH, parent: 1)));
        await _peer.WriteAsync(file.FileId, 0, new byte[1]);
        await _peer.CloseAsync(file.FileId);
        await File.WriteAllTextAsync(At("e/end"), "");

        Assert.Equal(Key(2), (await _peer.LeaseBreakAsync()).LeaseKey);
        await _peer.AssertQuietAsync();
    }

    [Fact]
    public async Task A_directory_that_a_local_process_renames_is_still_watched()
    {
        await _peer.OpenAsync(Directory("", 2, R));
        await _peer.OpenAsync(Directory("d", 1, RH));
        await _peer.LeaseBreakAsync(); // It was made in the root.
        await _peer.OpenAsync(Directory("", 2, R));

        System.IO.Directory.Move(At("d"), At("e"));
        Assert.Equal(Key(2), (await _peer.LeaseBreakAsync()).LeaseKey);
        await File.WriteAllTextAsync(At("e/a"), "");

        Assert.Equal(Key(1), (await _peer.LeaseBreakAsync()).LeaseKey);
    }

    [Fact] // Nobody may rely on what could change unseen.
    public async Task There_is_no_lease_where_local_processes_cannot_be_seen()
    {
        await _peer.OpenAsync(Directory("d", 1, RH));
        await _peer.OpenAsync(Directory("e", 2, RH));

        CreateResponse third = await _peer.OpenAsync(Directory("f", 3, RH));
        Assert.Equal((OplockLevel.None, false), (third.OplockLevel, third.Has("RqLs")));
        Assert.Equal(RH, (await _peer.OpenAsync(Directory("d", 1, RH))).Lease().LeaseState);
    }

    private string At(string path) => Path.Combine(_folder, path);
}
