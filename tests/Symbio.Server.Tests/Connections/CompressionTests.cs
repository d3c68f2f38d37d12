using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

/// <summary>
/// Negotiating compression, [MS-SMB2] 3.3.5.4; decompressing requests, 3.3.5.2.1.2; compressing responses, 3.3.4.1.5.
/// </summary>
public sealed class CompressionTests
{
    private static readonly FileId Last = new(ulong.MaxValue, ulong.MaxValue);

    private static readonly CompressionAlgorithm[] All =
        [CompressionAlgorithm.Lznt1, CompressionAlgorithm.PatternV1, CompressionAlgorithm.Lz4, CompressionAlgorithm.Lz77, CompressionAlgorithm.Lz77Huffman];

    public static TheoryData<CompressionAlgorithm, bool, bool> Combinations
    {
        get
        {
            var data = new TheoryData<CompressionAlgorithm, bool, bool>();
            foreach (CompressionAlgorithm algorithm in All.Where(a => a != CompressionAlgorithm.PatternV1))
            {
                foreach (bool chained in new[] { false, true })
                {
                    foreach (bool encrypted in new[] { false, true })
                        data.Add(algorithm, chained, encrypted);
                }
            }

            return data;
        }
    }

    [Theory]
    [MemberData(nameof(Combinations))]
    public async Task What_was_written_compressed_is_read_compressed(
        CompressionAlgorithm algorithm, bool chained, bool encrypted)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using (ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions
        {
            Compression = [algorithm, CompressionAlgorithm.PatternV1],
            Chained = chained,
            Encrypt = encrypted,
            CompressRequests = true,
        }))
        {
            FileId file = await peer.OpenAsync("a.txt");
            byte[] data = Text(300_001);

            Reply written = await peer.WriteAsync(file, 0, data);
            Reply read = await peer.ReadAsync(file, 0, (uint)data.Length, flags: ReadFlags.RequestCompressed);
            Reply unasked = await peer.ReadAsync(file, 0, (uint)data.Length);

            Assert.Equal(NtStatus.Success, written.Status);
            Assert.InRange(server.Server.Connections.Single().BytesReceived, 1, data.Length / 2 * 3 / 2);
            Assert.Equal(
                (NtStatus.Success, true, encrypted, !encrypted),
                (read.Status, read.WasCompressed, read.WasEncrypted, read.SignatureValid));
            Assert.Equal(data, read.As<ReadResponse>().Data.ToArray());
            Assert.Equal((NtStatus.Success, false), (unasked.Status, unasked.WasCompressed));
        }

        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact] // [MS-SMB2] 3.3.5.4
    public async Task What_both_know_is_agreed_on_in_the_servers_order()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with
        {
            CompressionAlgorithms = [CompressionAlgorithm.Lz77, CompressionAlgorithm.PatternV1, CompressionAlgorithm.Lznt1],
        });
        await using ScriptedPeer chained = server.Connect();
        await using ScriptedPeer unchained = server.Connect();
        await using ScriptedPeer strange = server.Connect();

        await chained.NegotiateAsync(Dialect.Smb311, new PeerOptions { Compression = All });
        await unchained.NegotiateAsync(Dialect.Smb311, new PeerOptions { Compression = All, Chained = false });
        await strange.NegotiateAsync(Dialect.Smb311, new PeerOptions { Compression = [CompressionAlgorithm.Lz4] });

        Assert.True(chained.Compression!.SupportsChainedCompression);
        Assert.Equal(
            [CompressionAlgorithm.Lz77, CompressionAlgorithm.PatternV1, CompressionAlgorithm.Lznt1],
            chained.Compression.CompressionIds);
        Assert.False(unchained.Compression!.SupportsChainedCompression);
        Assert.Equal([CompressionAlgorithm.Lz77], unchained.Compression.CompressionIds);
        Assert.Null(strange.Compression);
    }

    [Fact]
    public async Task A_server_that_does_not_compress_says_nothing_of_it()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { Compression = CompressionMode.Off });
        await using ScriptedPeer peer = server.Connect();

        await peer.NegotiateAsync(Dialect.Smb311, new PeerOptions { Compression = All });

        Assert.Null(peer.Compression);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Noise_is_sent_as_it_is(bool chained)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using (ScriptedPeer peer = await ConnectAsync(server, chained: chained))
        {
            FileId file = await peer.OpenAsync("noise");
            byte[] data = new byte[300_001];
            new Random(1).NextBytes(data);
            await peer.WriteAsync(file, 0, data);

            Reply read = await peer.ReadAsync(file, 0, (uint)data.Length, flags: ReadFlags.RequestCompressed);

            Assert.Equal((NtStatus.Success, false), (read.Status, read.WasCompressed));
            Assert.Equal(data, read.As<ReadResponse>().Data.ToArray());
        }

        Assert.Empty(await server.LeftoversAsync());
    }

    [Theory]
    [InlineData(5000, 0, 0)] // Nothing but zeros,
    [InlineData(5000, 3000, 0)] // and with noise after,
    [InlineData(0, 3000, 5000)] // before,
    [InlineData(70, 3000, 5000)] // and between them.
    public async Task Runs_at_both_ends_are_patterns(int front, int noise, int back)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        FileId file = await peer.OpenAsync("runs");
        byte[] data = new byte[front + noise + back];
        new Random(1).NextBytes(data.AsSpan(front, noise));
        await peer.WriteAsync(file, 0, data);
        long before = server.Server.Connections.Single().BytesSent;

        Reply read = await peer.ReadAsync(file, 0, (uint)data.Length, flags: ReadFlags.RequestCompressed);

        Assert.True(read.WasCompressed);
        Assert.Equal(data, read.As<ReadResponse>().Data.ToArray());
        Assert.InRange(server.Server.Connections.Single().BytesSent - before, noise, noise + 200);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Compounds_go_both_ways_compressed(bool encrypted)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using (ScriptedPeer peer = await ConnectAsync(server, encrypted: encrypted))
        {
            byte[] data = Text(10_000);
            FileId file = await peer.OpenAsync("a.txt");
            peer.Options = peer.Options with { CompressRequests = true };

            ulong id = await peer.PostCompoundAsync(
                related: true,
                () => peer.Build(ScriptedPeer.Create("a.txt"), false),
                () => peer.Build(Write(Last, data), false, data.Length),
                () => peer.Build(new ReadRequest(0, ReadFlags.RequestCompressed, 10_000, 0, Last, 0, Channel.None, 0, default), false),
                () => peer.Build(new CloseRequest(CloseFlags.None, Last), false));
            Reply create = await peer.WaitAsync(id);
            Reply write = await peer.WaitAsync(id + 1);
            Reply read = await peer.WaitAsync(id + 2);
            Reply close = await peer.WaitAsync(id + 3);

            foreach (Reply reply in new[] { create, write, read, close })
            {
                Assert.Equal(
                    (NtStatus.Success, true, encrypted, !encrypted),
                    (reply.Status, reply.WasCompressed, reply.WasEncrypted, reply.SignatureValid));
            }

            Assert.Equal(data, read.As<ReadResponse>().Data.ToArray());
            await peer.CloseAsync(file);
        }

        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact]
    public async Task Large_listings_are_compressed_and_small_ones_are_not()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await ConnectAsync(server);
        FileId folder = await peer.OpenAsync("", options: CreateOptions.DirectoryFile);

        Reply small = await ListAsync(peer, folder);
        for (int i = 0; i < 50; i++)
            await peer.CloseAsync(await peer.OpenAsync($"some file of many {i:D4}.txt"));
        Reply large = await ListAsync(peer, folder);

        Assert.Equal((NtStatus.Success, false), (small.Status, small.WasCompressed));
        Assert.Equal((NtStatus.Success, true), (large.Status, large.WasCompressed));
        Assert.InRange(large.As<QueryDirectoryResponse>().Buffer.Length, 5000, 65536);
    }

    [Fact] // [MS-SMB2] 3.3.5.7
    public async Task A_server_that_compresses_all_says_so_and_does()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { Compression = CompressionMode.All });
        await using ScriptedPeer peer = await ConnectAsync(server);
        await using ScriptedPeer plain = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(file, 0, Text(5000));

        Reply tree = await peer.TreeConnectAsync(TestServer.Share);
        Reply plainTree = await plain.TreeConnectAsync(TestServer.Share);
        peer.TreeId--;
        Reply read = await peer.ReadAsync(file, 0, 5000);

        Assert.True((tree.As<TreeConnectResponse>().ShareFlags & ShareFlags.CompressData) != 0);
        Assert.True((plainTree.As<TreeConnectResponse>().ShareFlags & ShareFlags.CompressData) == 0);
        Assert.True(read.WasCompressed);
    }

    internal static byte[] Text(int length)
    {
        var random = new Random(length);
        var text = new System.Text.StringBuilder();
        while (text.Length < length)
            text.Append(System.Globalization.CultureInfo.InvariantCulture, $"line {random.Next(1000)} of the book, ");
        return System.Text.Encoding.ASCII.GetBytes(text.ToString(0, length));
    }

    internal static WriteRequest Write(FileId file, byte[] data) => new(
        Smb2Header.Size + WriteRequest.FixedSize, (uint)data.Length, 0, file, Channel.None, 0, WriteFlags.None, default, data);

    internal static ValueTask<ScriptedPeer> ConnectAsync(TestServer server, bool chained = true, bool encrypted = false) =>
        server.ConnectAuthenticatedAsync(options: new PeerOptions { Compression = All, Chained = chained, Encrypt = encrypted });

    private static ValueTask<Reply> ListAsync(ScriptedPeer peer, FileId folder) => peer.SendAsync(
        new QueryDirectoryRequest(
            (byte)FileInformationClass.IdBothDirectory, QueryDirectoryFlags.RestartScans, 0, folder, 65536,
            System.Text.Encoding.Unicode.GetBytes("*")),
        65536);
}
