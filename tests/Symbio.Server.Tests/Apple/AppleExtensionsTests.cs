using System.Buffers.Binary;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;

namespace Symbio.Server.Tests.Apple;

/// <summary>What a client of macOS asks for with its first open, and what its listings hold from then on.</summary>
public sealed class AppleExtensionsTests
{
    private const AaplQueries All = ApplePeer.All;

    private const int EaSizeOffset = 64;
    private const int ShortNameOffset = 70;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_query_is_answered(bool timeMachine)
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { AppleModel = "Xserve", Shares = [o.Shares[0] with { TimeMachine = timeMachine }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        AaplServerReply? reply = await peer.QueryAppleAsync(All, AaplCapabilities.ReadDirAttr | AaplCapabilities.OsxCopyfile);

        Assert.NotNull(reply);
        Assert.Equal(
            (All, AaplCapabilities.ReadDirAttr | AaplCapabilities.OsxCopyfile), (reply.Value.Reply, reply.Value.ServerCapabilities));
        Assert.Equal(
            timeMachine ? AaplVolumeCapabilities.FullSync : AaplVolumeCapabilities.None, reply.Value.VolumeCapabilities);
        Assert.Equal("Xserve", reply.Value.Model);
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_told()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        AaplServerReply? reply = await peer.QueryAppleAsync(AaplQueries.VolumeCapabilities, AaplCapabilities.ReadDirAttr);

        Assert.Equal(AaplQueries.VolumeCapabilities, reply!.Value.Reply);
        Assert.Empty(reply.Value.Model);
    }

    [Fact]
    public async Task A_share_may_be_without_them()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { AppleExtensions = false }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Null(await peer.QueryAppleAsync(All, AaplCapabilities.ReadDirAttr));
    }

    [Theory] // Too short, and kAAPL_RESOLVE_ID: contexts that the server does not know.
    [InlineData(20, 1)]
    [InlineData(24, 2)]
    public async Task Other_contexts_of_that_name_are_ignored(int length, byte command)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] data = new byte[length];
        data[0] = command;
        data[8] = (byte)All;

        Reply reply = await peer.CreateWithAaplAsync(data);

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(0, reply.As<CreateResponse>().Contexts.Length);
    }

    [Fact]
    public async Task Listings_tell_what_Finder_wants_to_know()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] info = ApplePeer.Info("TEXTttxt"); // FinderInfo: type and creator, flags, ..., extended flags.
        info[24] = 0x40;
        info[16 + 24] = 0x80;
        await peer.WriteFileAsync("a", []);
        await peer.WriteFileAsync("a:AFP_AfpInfo", info);
        await peer.WriteFileAsync("a:AFP_Resource", new byte[300]);

        Assert.Equal(0, ShortNameBytes(await ListAsync(peer)).ToArray().Count(b => b != 0)); // Not asked for yet.
        await peer.QueryAppleAsync(AaplQueries.ServerCapabilities, AaplCapabilities.ReadDirAttr);
        byte[] entry = await ListAsync(peer);

        Assert.Equal((uint)AccessMask.FileAll, BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(EaSizeOffset)));
        ReadOnlySpan<byte> told = ShortNameBytes(entry);
        Assert.Equal(300ul, BinaryPrimitives.ReadUInt64LittleEndian(told));
        Assert.Equal("TEXTttxt"u8, told.Slice(8, 8));
        Assert.Equal([0x40, 0, 0x80, 0], told.Slice(16, 4).ToArray());
        Assert.NotEqual(0u, BinaryPrimitives.ReadUInt32BigEndian(told[20..]));
        var reader = new DirectoryEntryReader(entry, FileInformationClass.IdBothDirectory);
        Assert.True(reader.MoveNext());
        Assert.Equal("a", reader.Name.ToString());
        Assert.NotEqual(0ul, reader.Current.FileId);
    }

    [Fact] // Who has not asked gets listings as [MS-FSCC] has them, also beside one who has.
    public async Task Other_clients_get_other_listings()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer mac = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer windows = await server.ConnectAuthenticatedAsync();
        await mac.WriteFileAsync("a", []);
        await mac.QueryAppleAsync(All, AaplCapabilities.ReadDirAttr);

        byte[] entry = await ListAsync(windows);

        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(EaSizeOffset)));
    }

    [Fact] // It asks on the share it connects to first, and takes the answer for all that it connects to.
    public async Task What_was_asked_on_one_share_holds_on_the_others()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [.. o.Shares, o.Shares[0] with { Name = "second" }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.WriteFileAsync("a", []);
        await peer.WriteFileAsync("a:AFP_Resource", new byte[300]);
        await peer.QueryAppleAsync();

        await peer.TreeConnectAsync("second");

        Assert.Equal(300ul, BinaryPrimitives.ReadUInt64LittleEndian(ShortNameBytes(await ListAsync(peer))));
    }

    [Fact] // Inode numbers are used again; macOS thinks that ids are not.
    public async Task The_file_id_on_disk_is_not_told()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        Assert.NotEqual(0ul, await DiskIdAsync());

        await peer.QueryAppleAsync();

        Assert.Equal(0ul, await DiskIdAsync());

        async Task<ulong> DiskIdAsync()
        {
            byte[] buffer = new byte[64];
            var list = new CreateContextListWriter(buffer);
            list.Add(QueryOnDiskIdRequest.Name, []);
            Reply reply = await peer.CreateAsync("a", contexts: list.Written.ToArray());
            Assert.True(reply.As<CreateResponse>().CreateContexts.TryGet(QueryOnDiskIdResponse.Name, out ReadOnlyMemory<byte> data));
            return BinaryPrimitives.ReadUInt64LittleEndian(data.Span);
        }
    }

    [Fact]
    public async Task A_directory_is_renamed_while_files_in_it_are_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId directory = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        FileId file = await peer.OpenAsync(@"d\a");
        Assert.Equal(NtStatus.AccessDenied, (await peer.RenameAsync(directory, "e")).Status);

        await peer.QueryAppleAsync();

        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(directory, "e")).Status);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, "x"u8.ToArray())).Status);
        Assert.Equal("x"u8.ToArray(), await peer.ReadFileAsync(@"e\a"));
    }

    private static ReadOnlySpan<byte> ShortNameBytes(byte[] entry) => entry.AsSpan(ShortNameOffset, 24);

    private static async Task<byte[]> ListAsync(ScriptedPeer peer)
    {
        FileId root = await peer.OpenAsync("", disposition: CreateDisposition.Open, options: CreateOptions.DirectoryFile);
        Reply reply = await peer.SendAsync(new QueryDirectoryRequest(
            (byte)FileInformationClass.IdBothDirectory, QueryDirectoryFlags.None, 0, root, 4096, Encoding.Unicode.GetBytes("a")));
        await peer.CloseAsync(root);
        return reply.As<QueryDirectoryResponse>().Buffer.ToArray();
    }
}
