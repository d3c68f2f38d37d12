using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Apple;

/// <summary>What a client of macOS does, and others may.</summary>
internal static class ApplePeer
{
    public const AaplQueries All =
        AaplQueries.ServerCapabilities | AaplQueries.VolumeCapabilities | AaplQueries.ModelInfo;

    /// <summary>Asks for Apple's extensions; null: the server has none.</summary>
    public static async Task<AaplServerReply?> QueryAppleAsync(
        this ScriptedPeer peer, AaplQueries queries = All,
        AaplCapabilities client = AaplCapabilities.ReadDirAttr | AaplCapabilities.OsxCopyfile)
    {
        byte[] data = new byte[24];
        var writer = new WireWriter(data);
        new AaplServerQuery(queries, client).Write(ref writer);
        Reply reply = await peer.CreateWithAaplAsync(data);
        Assert.Equal(NtStatus.Success, reply.Status);
        return reply.As<CreateResponse>().CreateContexts.TryGet(CreateContextName.Aapl, out ReadOnlyMemory<byte> answer)
            && AaplServerReply.TryRead(answer, out AaplServerReply read)
                ? read
                : null;
    }

    public static ValueTask<Reply> CreateWithAaplAsync(this ScriptedPeer peer, byte[] data)
    {
        Span<byte> buffer = stackalloc byte[128];
        var list = new CreateContextListWriter(buffer);
        list.Add(CreateContextName.Aapl, data);
        return peer.CreateAsync("", AccessMask.ReadAttributes, CreateDisposition.Open, contexts: list.Written.ToArray());
    }

    /// <summary>An AfpInfo whose FinderInfo begins with this.</summary>
    public static byte[] Info(string typeAndCreator = "TEXTttxt")
    {
        byte[] info = new byte[AfpInfo.Length];
        byte[] finder = new byte[AfpInfo.FinderInfoLength];
        Encoding.ASCII.GetBytes(typeAndCreator).CopyTo(finder, 0);
        AfpInfo.Write(info, finder);
        return info;
    }

    /// <summary>Opens, or creates, writes from the beginning and closes.</summary>
    public static async Task WriteFileAsync(this ScriptedPeer peer, string name, byte[] data)
    {
        FileId file = await peer.OpenAsync(name);
        if (data.Length > 0)
            Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, data)).Status);
        await peer.CloseAsync(file);
    }

    public static async Task<byte[]> ReadFileAsync(this ScriptedPeer peer, string name)
    {
        FileId file = await peer.OpenAsync(name, disposition: CreateDisposition.Open);
        Reply reply = await peer.ReadAsync(file, 0, 65536);
        await peer.CloseAsync(file);
        return reply.Status == NtStatus.EndOfFile ? [] : reply.As<ReadResponse>().Data.ToArray();
    }

    /// <summary>How an open of what is there ends.</summary>
    public static async Task<NtStatus> TryOpenAsync(
        this ScriptedPeer peer, string name, CreateDisposition disposition = CreateDisposition.Open)
    {
        Reply reply = await peer.CreateAsync(name, disposition: disposition);
        if (reply.Status == NtStatus.Success)
            await peer.CloseAsync(reply.As<CreateResponse>().FileId);
        return reply.Status;
    }

    /// <summary>Names and sizes of a file's named streams.</summary>
    public static async Task<string[]> StreamsAsync(this ScriptedPeer peer, string name)
    {
        FileId file = await peer.OpenAsync(name, disposition: CreateDisposition.Open);
        Reply reply = await peer.SendAsync(new QueryInfoRequest(
            InfoType.File, (byte)FileInformationClass.Stream, 4096, 0, QueryInfoFlags.None, file, default));
        await peer.CloseAsync(file);
        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.True(StreamList.TryRead(reply.As<QueryInfoResponse>().Buffer, out IReadOnlyList<StreamEntry> streams));
        return [.. streams.Where(s => s.Name != "::$DATA").Select(s => $"{s.Name} {s.Size}").Order(StringComparer.Ordinal)];
    }
}
