using System.Net;
using System.Net.Sockets;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Storage.Posix;
using Symbio.Testing;
using Symbio.Transport;
using Symbio.Transport.Tcp;

namespace Symbio.Server.Tests.Commands;

/// <summary>
/// Large READs over TCP: what is neither signed nor encrypted is read while it is sent, or sent by the kernel where the store
/// has files of its own.
/// </summary>
public sealed class LargeReadTests : IDisposable
{
    private const int Size = 4 << 20;
    private const int SmallBuffer = 64 << 10; // Of a socket: most of an answer has to wait for the client.

    private static readonly PeerOptions s_plain = new() { Sign = false, Credits = 256 };

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-large-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory] // Offset, length of the READ, bytes there are.
    [InlineData(0, 64 << 10, 64 << 10)]
    [InlineData(7, (64 << 10) - 1, (64 << 10) - 1)]
    [InlineData(Size - 1, 1 << 20, 1)]
    [InlineData(4095, 1 << 20, 1 << 20)]
    [InlineData(0, Size, Size)]
    [InlineData(12345, Size, Size - 12345)]
    [InlineData(Size - 1_500_000, Size, 1_500_000)]
    [InlineData(Size - IFrameTail.PieceSize, Size, IFrameTail.PieceSize)] // No more than the first piece.
    [InlineData(Size - IFrameTail.PieceSize - 1, Size, IFrameTail.PieceSize + 1)]
    [InlineData(0, (2 * IFrameTail.PieceSize) - 1, (2 * IFrameTail.PieceSize) - 1)] // Whole, at once.
    [InlineData(1, 2 * IFrameTail.PieceSize, 2 * IFrameTail.PieceSize)]
    public async Task All_of_it_comes(int offset, int length, int expected)
    {
        foreach ((PeerOptions options, IFileStore? store) in ((PeerOptions, IFileStore?)[])
            [(s_plain, null), (s_plain with { Sign = true }, null), (s_plain with { Encrypt = true }, null),
                (s_plain, PosixFileStore.Open(_folder))])
        {
            await using TestServer server = await TestServer.StartAsync(Unsigned, store);
            await using ScriptedPeer peer = await ConnectAsync(server, options);
            (FileId file, byte[] content) = await MakeAsync(peer);

            Reply reply = await peer.ReadAsync(file, (ulong)offset, (uint)length);

            Assert.Equal(NtStatus.Success, reply.Status);
            Assert.True(content.AsSpan(offset, expected).SequenceEqual(reply.As<ReadResponse>().Data.Span));
            Assert.Equal(options.Sign && !options.Encrypt, reply.SignatureValid);
            Assert.Equal(NtStatus.Success, (await peer.CloseAsync(file)).Status); // The stream of messages goes on in order.
        }
    }

    [Fact] // [MS-SMB2] 3.3.5.12: MinimumCount
    public async Task Fewer_bytes_than_the_least_that_were_asked_for_are_the_end_of_the_file()
    {
        await using TestServer server = await TestServer.StartAsync(Unsigned);
        await using ScriptedPeer peer = await ConnectAsync(server, s_plain);
        (FileId file, _) = await MakeAsync(peer);

        Assert.Equal(NtStatus.EndOfFile, (await peer.ReadAsync(file, 1, Size, minimum: Size)).Status);
        Assert.Equal(NtStatus.Success, (await peer.ReadAsync(file, 1, Size, minimum: Size - 1)).Status);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task What_is_cut_off_meanwhile_is_zeros(bool sentByTheKernel)
    {
        await using TestServer server = await TestServer.StartAsync(
            Unsigned, sentByTheKernel ? PosixFileStore.Open(_folder) : null);
        await using ScriptedPeer peer = await ConnectAsync(server, s_plain);
        (FileId file, byte[] content) = await MakeAsync(peer);
        ulong read = await BeginAsync(server, peer, file);

        (_, IStoreFile? local) = await server.Store.OpenAsync(
            "large", new StoreOpenOptions(StoreAccess.Write), StoreCaller.Service, default);
        await local!.SetEndOfFileAsync(0, default);
        await local.DisposeAsync();

        byte[] data = (await peer.WaitAsync(read)).As<ReadResponse>().Data.ToArray();
        Assert.Equal(Size, data.Length);
        int same = data.AsSpan().CommonPrefixLength(content);
        Assert.InRange(same, sentByTheKernel ? 1 : IFrameTail.PieceSize, Size - 1);
        Assert.True(data.AsSpan(same).IndexOfAnyExcept((byte)0) < 0);
    }

    [Fact]
    public async Task A_file_that_is_closed_meanwhile_is_sent_to_its_end()
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(Unsigned, store);
        await using ScriptedPeer peer = await ConnectAsync(server, s_plain);
        (FileId file, byte[] content) = await MakeAsync(peer);

        ulong read = await BeginAsync(server, peer, file);
        ulong close = await peer.PostAsync(new CloseRequest(CloseFlags.None, file));

        Assert.Equal(content, (await peer.WaitAsync(read)).As<ReadResponse>().Data.ToArray());
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(close)).Status);
        await UntilAsync(() => store.OpenHandles == 0);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_client_that_goes_away_meanwhile_leaves_nothing_behind()
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(Unsigned, store);
        ScriptedPeer peer = await ConnectAsync(server, s_plain);
        (FileId file, _) = await MakeAsync(peer);
        for (int i = 0; i < 3; i++)
            await BeginAsync(server, peer, file); // One that is being sent, and two that wait for it.

        peer.Transport.Abort();
        await peer.DisposeAsync();

        await UntilAsync(() => store.OpenHandles == 0 && server.Server.FramePool.Outstanding == 0);
        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact]
    public async Task A_disk_that_fails_meanwhile_ends_the_connection()
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(Unsigned, store);
        await using ScriptedPeer peer = await ConnectAsync(server, s_plain);
        (FileId file, _) = await MakeAsync(peer);
        await BeginAsync(server, peer, file);

        store.FailReads(NtStatus.UnexpectedIoError);

        Assert.True(await peer.IsClosedAsync());
        await UntilAsync(() => store.OpenHandles == 0);
        Assert.Single(server.Log.Errors);
    }

    private static SmbServerOptions Unsigned(SmbServerOptions options) => options with { RequireSigning = false };

    private static async Task<ScriptedPeer> ConnectAsync(TestServer server, PeerOptions options)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.SendBufferSize = SmallBuffer;
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var client = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp)
        {
            ReceiveBufferSize = SmallBuffer,
        };
        await client.ConnectAsync(listener.LocalEndPoint!);
        server.Server.Accept(new TcpTransport(await listener.AcceptAsync(), server.Server.FramePool));
        var peer = new ScriptedPeer(new TcpTransport(client, new FramePool()));
        await peer.NegotiateAsync(Dialect.Smb302, options); // 3.1.1 wants its TREE_CONNECT signed.
        await peer.LogOnAsync(TestServer.User, TestServer.Password);
        await peer.TreeConnectAsync(TestServer.Share);
        return peer;
    }

    private static async Task<(FileId File, byte[] Content)> MakeAsync(ScriptedPeer peer)
    {
        byte[] content = new byte[Size];
        new Random(1).NextBytes(content);
        FileId file = await peer.OpenAsync("large");
        for (int at = 0; at < Size; at += 1 << 20)
            Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, (ulong)at, content.AsMemory(at, 1 << 20))).Status);
        return (file, content);
    }

    // Returns once the answer has begun: the sockets hold little of it, and the rest waits for the client to receive.
    private static async Task<ulong> BeginAsync(TestServer server, ScriptedPeer peer, FileId file)
    {
        long handled = server.Server.Totals().Requests;
        ulong id = await peer.PostAsync(
            new ReadRequest(0, ReadFlags.None, Size, 0, file, 0, Channel.None, 0, default), Size);
        await UntilAsync(() => server.Server.Totals().Requests > handled);
        return id;
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        for (int i = 0; !condition(); i++)
        {
            Assert.True(i < 1000, "It did not happen.");
            await Task.Delay(10);
        }
    }
}
