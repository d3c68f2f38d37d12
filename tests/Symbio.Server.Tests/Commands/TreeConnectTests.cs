using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>Receiving an SMB2 TREE_CONNECT Request, [MS-SMB2] 3.3.5.7, and TREE_DISCONNECT, 3.3.5.8.</summary>
public sealed class TreeConnectTests
{
    [Theory]
    [InlineData(@"\\server\nothing", NtStatus.BadNetworkName)]
    [InlineData(@"\\server\", NtStatus.BadNetworkName)]
    [InlineData(@"\\\files", NtStatus.BadNetworkName)]
    [InlineData(@"\server\files", NtStatus.BadNetworkName)]
    [InlineData("files", NtStatus.BadNetworkName)]
    [InlineData("", NtStatus.BadNetworkName)]
    [InlineData(@"\\server\files\folder", NtStatus.BadNetworkName)]
    [InlineData(@"\\server\files", NtStatus.Success)]
    [InlineData(@"\\127.0.0.1\FILES", NtStatus.Success)]
    [InlineData(@"\\server\ipc$", NtStatus.Success)]
    public async Task Share_names(string path, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Reply reply = await peer.SendAsync(new TreeConnectRequest(TreeConnectFlags.None, Encoding.Unicode.GetBytes(path)));

        Assert.Equal(expected, reply.Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task The_response_tells_what_the_share_is()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        var disk = (await peer.TreeConnectAsync(TestServer.Share)).As<TreeConnectResponse>();
        var pipe = (await peer.TreeConnectAsync("IPC$")).As<TreeConnectResponse>();

        Assert.Equal((ShareType.Disk, AccessMask.FileAll), (disk.ShareType, disk.MaximalAccess));
        Assert.Equal(ShareType.Pipe, pipe.ShareType);
    }

    [Fact]
    public async Task A_read_only_share_says_so()
    {
        await using TestServer server = await StartAsync(s => s with { ReadOnly = true });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        var response = (await peer.TreeConnectAsync(TestServer.Share)).As<TreeConnectResponse>();

        Assert.Equal(AccessMask.FileGenericRead | AccessMask.FileGenericExecute, response.MaximalAccess);
    }

    [Fact]
    public async Task Uses_beyond_the_bound_are_not_accepted()
    {
        await using TestServer server = await StartAsync(s => s with { MaxUses = 2 });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        uint first = peer.TreeId;
        Assert.Equal(NtStatus.Success, (await peer.TreeConnectAsync(TestServer.Share)).Status);
        Assert.Equal(NtStatus.RequestNotAccepted, (await peer.TreeConnectAsync(TestServer.Share)).Status);

        peer.TreeId = first;
        Assert.Equal(NtStatus.Success, (await peer.SendAsync(new TreeDisconnectRequest())).Status);
        Assert.Equal(NtStatus.Success, (await peer.TreeConnectAsync(TestServer.Share)).Status);
    }

    [Fact]
    public async Task Trees_of_a_session_are_bounded()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxTreesPerSession = 3 } });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.TreeConnectAsync(TestServer.Share);
        await peer.TreeConnectAsync(TestServer.Share);

        Assert.Equal(NtStatus.InsufficientResources, (await peer.TreeConnectAsync(TestServer.Share)).Status);
    }

    [Fact] // 3.3.5.7: in 3.1.1 the request is protected, or somebody may have taken the share's encryption away.
    public async Task An_unsigned_tree_connect_ends_a_3_1_1_connection()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { RequireSigning = false });
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311, new PeerOptions { Sign = false });
        await peer.LogOnAsync(TestServer.User, TestServer.Password);

        await peer.PostAsync(new TreeConnectRequest(TreeConnectFlags.None, Encoding.Unicode.GetBytes(@"\\a\files")));

        Assert.True(await peer.IsClosedAsync());
    }

    [Fact]
    public async Task A_tree_disconnect_closes_what_is_open_in_the_tree_and_nothing_else()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        uint firstTree = peer.TreeId;
        FileId first = await peer.OpenAsync("a.txt");
        await peer.TreeConnectAsync(TestServer.Share);
        FileId second = await peer.OpenAsync("b.txt");

        Assert.Equal(NtStatus.Success, (await peer.SendAsync(new TreeDisconnectRequest())).Status);
        Assert.Equal(NtStatus.NetworkNameDeleted, (await peer.ReadAsync(second, 0, 1)).Status);
        Assert.Equal(NtStatus.NetworkNameDeleted, (await peer.SendAsync(new TreeDisconnectRequest())).Status);
        peer.TreeId = firstTree;
        Assert.Equal(NtStatus.FileClosed, (await peer.ReadAsync(second, 0, 1)).Status);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(first, 0, new byte[1])).Status);
    }

    [Fact] // An open belongs to its tree, 3.3.5.2.11 and 3.3.5.10.
    public async Task A_file_is_not_reached_through_another_tree()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.TreeConnectAsync(TestServer.Share);

        Assert.Equal(NtStatus.FileClosed, (await peer.CloseAsync(file)).Status);
    }

    [Fact] // [MS-SMB2] 3.3.5.9: TreeConnect.MaximalAccess bounds every open, new files included.
    public async Task Share_security_bounds_what_a_creator_gets()
    {
        SecurityDescriptor security = Sddl.Parse("D:(A;;0x1200a9;;;WD)(A;;0x6;;;WD)");
        await using TestServer server = await StartAsync(s => s with { ConnectSecurity = security });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Reply all = await peer.CreateAsync("a.txt", AccessMask.FileAll);
        Reply some = await peer.CreateAsync("a.txt", AccessMask.ReadData | AccessMask.WriteData);

        Assert.Equal(NtStatus.AccessDenied, all.Status);
        Assert.Equal(NtStatus.Success, some.Status);
        Assert.Equal(CreateAction.Created, some.As<CreateResponse>().CreateAction);
    }

    private static ValueTask<TestServer> StartAsync(Func<ShareOptions, ShareOptions> configure) =>
        TestServer.StartAsync(o => o with { Shares = [configure(o.Shares[0])] }, new MemoryFileStore(new MemoryStoreOptions()));
}
