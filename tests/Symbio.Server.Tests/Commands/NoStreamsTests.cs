using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Quotas;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>A share whose files have no named streams.</summary>
public sealed class NoStreamsTests
{
    [Fact]
    public async Task No_name_has_a_colon_and_no_stream_is_told()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with
        {
            Shares = [o.Shares[0], o.Shares[0] with { Name = "plain", Streams = false }],
        });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.CloseAsync(await peer.OpenAsync("a:s"));
        await peer.TreeConnectAsync("plain");

        foreach (string name in (string[])["a:s", "a:s:$DATA", "a::$DATA", "a::foo", "a:t", "b:", "b:s"])
        {
            foreach (CreateDisposition disposition in (CreateDisposition[])[CreateDisposition.Open, CreateDisposition.OpenIf])
                Assert.Equal(NtStatus.ObjectNameInvalid, (await peer.CreateAsync(name, disposition: disposition)).Status);
        }

        FileId file = await peer.OpenAsync("a", disposition: CreateDisposition.Open);
        Assert.Equal(["::$DATA"], await StreamsAsync(peer, file));
        Assert.Equal(FileSystemAttributes.None, await VolumeAsync(peer, file) & FileSystemAttributes.NamedStreams);
        await peer.OpenAsync(QuotaFile.Name, Protocol.Dtyp.AccessMask.ReadData, CreateDisposition.Open);
        await peer.TreeConnectAsync(TestServer.Share);
        file = await peer.OpenAsync("a", disposition: CreateDisposition.Open);
        Assert.Equal(["::$DATA", ":s:$DATA"], await StreamsAsync(peer, file));
        Assert.Equal(FileSystemAttributes.NamedStreams, await VolumeAsync(peer, file) & FileSystemAttributes.NamedStreams);
    }

    private static async ValueTask<string[]> StreamsAsync(ScriptedPeer peer, FileId file)
    {
        Reply reply = await peer.SendAsync(new QueryInfoRequest(
            InfoType.File, (byte)FileInformationClass.Stream, 4096, 0, QueryInfoFlags.None, file, default));
        Assert.True(StreamList.TryRead(reply.As<QueryInfoResponse>().Buffer, out var streams));
        return [.. streams.Select(s => s.Name)];
    }

    private static async ValueTask<FileSystemAttributes> VolumeAsync(ScriptedPeer peer, FileId file) =>
        (FileSystemAttributes)BitConverter.ToUInt32((await peer.SendAsync(new QueryInfoRequest(
            InfoType.FileSystem, (byte)FileSystemInformationClass.Attribute, 4096, 0, QueryInfoFlags.None, file, default)))
            .As<QueryInfoResponse>().Buffer.Span);
}
