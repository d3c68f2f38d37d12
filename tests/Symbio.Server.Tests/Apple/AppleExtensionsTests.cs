using System.Buffers.Binary;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Apple;

/// <summary>What a client of macOS asks for with its first open, and what its listings hold from then on.</summary>
public sealed class AppleExtensionsTests
{
    private const AaplQueries All =
        AaplQueries.ServerCapabilities | AaplQueries.VolumeCapabilities | AaplQueries.ModelInfo;

    private const int EaSizeOffset = 64;
    private const int ShortNameOffset = 70;

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task The_query_is_answered(bool timeMachine)
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { TimeMachine = timeMachine }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        AaplServerReply? reply = await QueryAsync(peer, All, AaplCapabilities.ReadDirAttr | AaplCapabilities.OsxCopyfile);

        Assert.NotNull(reply);
        Assert.Equal((All, AaplCapabilities.ReadDirAttr), (reply.Value.Reply, reply.Value.ServerCapabilities));
        Assert.Equal(
            timeMachine ? AaplVolumeCapabilities.FullSync : AaplVolumeCapabilities.None, reply.Value.VolumeCapabilities);
        Assert.NotEmpty(reply.Value.Model);
    }

    [Fact]
    public async Task Only_what_is_asked_for_is_told()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        AaplServerReply? reply = await QueryAsync(peer, AaplQueries.VolumeCapabilities, AaplCapabilities.ReadDirAttr);

        Assert.Equal(AaplQueries.VolumeCapabilities, reply!.Value.Reply);
        Assert.Empty(reply.Value.Model);
    }

    [Fact]
    public async Task A_share_may_be_without_them()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { AppleExtensions = false }] });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Null(await QueryAsync(peer, All, AaplCapabilities.ReadDirAttr));
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

        Reply reply = await CreateAsync(peer, data);

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(0, reply.As<CreateResponse>().Contexts.Length);
    }

    [Fact]
    public async Task Listings_tell_what_Finder_wants_to_know()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] info = new byte[AfpInfo.Length];
        "AFP\0"u8.CopyTo(info);
        "TEXTttxt"u8.CopyTo(info.AsSpan(16)); // FinderInfo: type and creator, flags, ..., extended flags.
        info[24] = 0x40;
        info[16 + 24] = 0x80;
        await WriteAsync(peer, "a", []);
        await WriteAsync(peer, "a:AFP_AfpInfo", info);
        await WriteAsync(peer, "a:AFP_Resource", new byte[300]);

        Assert.Equal(0, ShortNameBytes(await ListAsync(peer)).ToArray().Count(b => b != 0)); // Not asked for yet.
        await QueryAsync(peer, AaplQueries.ServerCapabilities, AaplCapabilities.ReadDirAttr);
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
        await WriteAsync(mac, "a", []);
        await QueryAsync(mac, All, AaplCapabilities.ReadDirAttr);

        byte[] entry = await ListAsync(windows);

        Assert.Equal(0u, BinaryPrimitives.ReadUInt32LittleEndian(entry.AsSpan(EaSizeOffset)));
    }

    private static ReadOnlySpan<byte> ShortNameBytes(byte[] entry) => entry.AsSpan(ShortNameOffset, 24);

    private static async Task WriteAsync(ScriptedPeer peer, string name, byte[] data)
    {
        FileId file = await peer.OpenAsync(name);
        if (data.Length > 0)
            await peer.WriteAsync(file, 0, data);
        await peer.CloseAsync(file);
    }

    private static async Task<byte[]> ListAsync(ScriptedPeer peer)
    {
        FileId root = await peer.OpenAsync("", disposition: CreateDisposition.Open, options: CreateOptions.DirectoryFile);
        Reply reply = await peer.SendAsync(new QueryDirectoryRequest(
            (byte)FileInformationClass.IdBothDirectory, QueryDirectoryFlags.None, 0, root, 4096, Encoding.Unicode.GetBytes("a")));
        await peer.CloseAsync(root);
        return reply.As<QueryDirectoryResponse>().Buffer.ToArray();
    }

    private static async Task<AaplServerReply?> QueryAsync(ScriptedPeer peer, AaplQueries queries, AaplCapabilities client)
    {
        byte[] data = new byte[24];
        var writer = new WireWriter(data);
        new AaplServerQuery(queries, client).Write(ref writer);
        Reply reply = await CreateAsync(peer, data);
        Assert.Equal(NtStatus.Success, reply.Status);
        return reply.As<CreateResponse>().CreateContexts.TryGet(CreateContextName.Aapl, out ReadOnlyMemory<byte> answer)
            && AaplServerReply.TryRead(answer, out AaplServerReply read)
                ? read
                : null;
    }

    private static ValueTask<Reply> CreateAsync(ScriptedPeer peer, byte[] data)
    {
        Span<byte> buffer = stackalloc byte[128];
        var list = new CreateContextListWriter(buffer);
        list.Add(CreateContextName.Aapl, data);
        return peer.CreateAsync("", AccessMask.ReadAttributes, CreateDisposition.Open, contexts: list.Written.ToArray());
    }
}
