using System.Buffers.Binary;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

/// <summary>
/// What ends a connection: [MS-SMB2] 3.3.5.2.1.2 and 3.1.5.3. Each time one line in the log says why, and nothing is left.
/// </summary>
public sealed class BadCompressionTests
{
    // Of the chained form of one WRITE: transform header (8), payload headers and payloads.
    private const int SizeAt = 4;
    private const int FirstAlgorithmAt = 8;
    private const int FirstFlagsAt = 10;
    private const int FirstLengthAt = 12;
    private const int SecondAlgorithmAt = 16 + Smb2Header.Size;
    private const int SecondLengthAt = SecondAlgorithmAt + 4;
    private const int SecondSizeAt = SecondAlgorithmAt + 8;

    public static TheoryData<string> Chained =>
        ["cut", "short", "size+1", "size-1", "bomb", "huge", "algorithm", "unknown", "flags", "length", "inner size", "inner bomb",
            "pattern bomb", "pattern short", "trailing", "no smb", "nested", "data"];

    public static TheoryData<string> Unchained =>
        ["cut", "short", "size+1", "size-1", "bomb", "huge", "algorithm", "unknown", "flags", "offset", "chained", "no smb", "data"];

    [Theory]
    [MemberData(nameof(Chained))]
    public Task A_chained_message_that_lies_ends_the_connection(string how) => AssertEndsAsync(chained: true, false, how);

    [Theory]
    [MemberData(nameof(Unchained))]
    public Task An_unchained_message_that_lies_ends_the_connection(string how) => AssertEndsAsync(chained: false, false, how);

    [Theory]
    [InlineData("bomb")]
    [InlineData("data")]
    [InlineData("nested")]
    public Task So_does_one_that_came_encrypted(string how) => AssertEndsAsync(chained: true, encrypted: true, how);

    [Fact]
    public async Task A_compressed_message_without_agreement_ends_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { Compression = CompressionMode.Off });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] frame = new byte[100];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Smb2Header.CompressionProtocolId);

        await peer.SendFrameAsync(frame);

        await AssertEndedAsync(server, peer);
    }

    [Fact] // Before a logon frames are small, whatever they become.
    public async Task A_stranger_may_not_make_the_server_rent_much()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311, new PeerOptions { Compression = [CompressionAlgorithm.PatternV1] });
        byte[] frame = new byte[8 + 16];
        BinaryPrimitives.WriteUInt32LittleEndian(frame, Smb2Header.CompressionProtocolId);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(4), 1 << 20);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(8), (ushort)CompressionAlgorithm.PatternV1);
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(10), 1);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(12), 8);
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(20), 1 << 20);

        await peer.SendFrameAsync(frame);

        await AssertEndedAsync(server, peer);
    }

    private static async Task AssertEndsAsync(bool chained, bool encrypted, string how)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions
        {
            Compression = [CompressionAlgorithm.Lz77, CompressionAlgorithm.PatternV1],
            Chained = chained,
            Encrypt = encrypted,
        });
        FileId file = await peer.OpenAsync("a.txt");
        byte[] data = CompressionTests.Text(20_000);
        byte[] message = peer.Build(CompressionTests.Write(file, data), signs: !encrypted, data.Length);
        if (how == "no smb")
            message[0] = 0xFD;
        byte[] frame = peer.Compress(message)!;
        Assert.NotNull(frame);

        frame = chained ? SpoilChained(frame, how) : SpoilUnchained(frame, how);
        await peer.SendFrameAsync(frame, encrypted);

        await AssertEndedAsync(server, peer);
    }

    private static async Task AssertEndedAsync(TestServer server, ScriptedPeer peer)
    {
        Assert.True(await peer.IsClosedAsync());
        await peer.DisposeAsync();
        Assert.Empty(await server.LeftoversAsync());
        Assert.Single(server.Log.Lines, l => l.Text.Contains("compressed", StringComparison.Ordinal));
    }

    private static byte[] SpoilChained(byte[] frame, string how)
    {
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(SizeAt));
        switch (how)
        {
            case "cut":
                return frame[..^20];
            case "short":
                return frame[..15];
            case "size+1":
                return With32(frame, SizeAt, size + 1);
            case "size-1":
                return With32(frame, SizeAt, size - 1);
            case "bomb":
                return With32(frame, SizeAt, (8 << 20) + 300);
            case "huge":
                return With32(frame, SizeAt, uint.MaxValue);
            case "algorithm":
                return With16(frame, SecondAlgorithmAt, (ushort)CompressionAlgorithm.Lz4); // Not agreed on.
            case "unknown":
                return With16(frame, FirstAlgorithmAt, 0x77);
            case "flags":
                return With16(frame, FirstFlagsAt, 3);
            case "length":
                return With32(frame, SecondLengthAt, uint.MaxValue);
            case "inner size":
                return With32(frame, SecondSizeAt, 19_999);
            case "inner bomb":
                return With32(frame, SecondSizeAt, uint.MaxValue);
            case "pattern bomb":
                With16(frame, SecondAlgorithmAt, (ushort)CompressionAlgorithm.PatternV1);
                With32(frame, SecondLengthAt, 8);
                return With32(frame[..(SecondSizeAt + 8)], SecondSizeAt + 4, uint.MaxValue);
            case "pattern short":
                With16(frame, SecondAlgorithmAt, (ushort)CompressionAlgorithm.PatternV1);
                return With32(frame[..(SecondSizeAt + 7)], SecondLengthAt, 7);
            case "trailing":
                return [.. frame, 0];
            case "nested":
                byte[] nested = new byte[16 + frame.Length];
                BinaryPrimitives.WriteUInt32LittleEndian(nested, Smb2Header.CompressionProtocolId);
                With32(nested, SizeAt, (uint)frame.Length);
                With16(nested, FirstFlagsAt, 1);
                With32(nested, FirstLengthAt, (uint)frame.Length);
                frame.CopyTo(nested, 16);
                return nested;
            case "data":
                frame.AsSpan(SecondSizeAt + 4).Fill(0xFF);
                return frame;
            default:
                return frame;
        }
    }

    private static byte[] SpoilUnchained(byte[] frame, string how)
    {
        const int AlgorithmAt = 8;
        const int FlagsAt = 10;
        const int OffsetAt = 12;
        uint size = BinaryPrimitives.ReadUInt32LittleEndian(frame.AsSpan(SizeAt));
        switch (how)
        {
            case "cut":
                return frame[..^20];
            case "short":
                return frame[..15];
            case "size+1":
                return With32(frame, SizeAt, size + 100_000);
            case "size-1":
                return With32(frame, SizeAt, 10); // An SMB2 message it still begins like, but a match goes past its end.
            case "bomb":
                return With32(frame, SizeAt, (8 << 20) + 300);
            case "huge":
                return With32(frame, SizeAt, uint.MaxValue);
            case "algorithm":
                return With16(frame, AlgorithmAt, (ushort)CompressionAlgorithm.Lznt1);
            case "unknown":
                return With16(frame, AlgorithmAt, 0);
            case "flags":
                return With16(frame, FlagsAt, 2);
            case "chained":
                return With16(frame, FlagsAt, 1);
            case "offset":
                return With32(frame, OffsetAt, (uint)frame.Length - 15);
            case "data":
                frame.AsSpan(16 + Smb2Header.Size).Fill(0xFF);
                return frame;
            default:
                return frame;
        }
    }

    private static byte[] With16(byte[] frame, int at, ushort value)
    {
        BinaryPrimitives.WriteUInt16LittleEndian(frame.AsSpan(at), value);
        return frame;
    }

    private static byte[] With32(byte[] frame, int at, uint value)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(frame.AsSpan(at), value);
        return frame;
    }
}
