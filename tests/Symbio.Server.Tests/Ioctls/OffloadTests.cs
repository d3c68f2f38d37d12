using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Offload;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>FSCTL_OFFLOAD_READ and FSCTL_OFFLOAD_WRITE, [MS-FSA] 2.1.5.10.20 and 2.1.5.10.21.</summary>
public sealed class OffloadTests
{
    private const int Size = 1 << 20;
    private static readonly byte[] s_bytes = [.. Enumerable.Range(0, Size).Select(i => (byte)(1 + (i % 251)))];

    [Fact]
    public async Task What_a_token_stands_for_is_copied()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes);
        FileId target = await FileAsync(peer, "b", new byte[Size]);

        OffloadReadOutput read = await ReadTokenAsync(peer, source, 4096, 8192);
        Reply write = await WriteAsync(peer, target, read.Token, offset: 512, length: 8192);
        Reply part = await WriteAsync(peer, target, read.Token, offset: 65536, length: 512, transferOffset: 1024);

        Assert.Equal(8192ul, read.TransferLength);
        Assert.Equal(8192ul, write.Output<OffloadWriteOutput>().LengthWritten);
        Assert.Equal(512ul, part.Output<OffloadWriteOutput>().LengthWritten);
        byte[] expected = new byte[Size];
        s_bytes.AsSpan(4096, 8192).CopyTo(expected.AsSpan(512));
        s_bytes.AsSpan(4096 + 1024, 512).CopyTo(expected.AsSpan(65536));
        Assert.Equal(expected, await ReadAsync(peer, target));
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Ends_of_files_may_lie_within_sectors()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes[..1000]);
        FileId longer = await FileAsync(peer, "b", [.. Enumerable.Repeat((byte)0xEE, 1500)]);
        FileId shorter = await FileAsync(peer, "c", new byte[700]);

        OffloadReadOutput read = await ReadTokenAsync(peer, source, 0, 4096);

        Assert.Equal(1024ul, read.TransferLength);
        Assert.Equal(1024ul, (await WriteAsync(peer, longer, read.Token, 0, 4096)).Output<OffloadWriteOutput>().LengthWritten);
        byte[] expected = [.. s_bytes[..1000], .. new byte[24], .. Enumerable.Repeat((byte)0xEE, 476)];
        Assert.Equal(expected, await ReadAsync(peer, longer));
        Assert.Equal(1024ul, (await WriteAsync(peer, shorter, read.Token, 0, 1024)).Output<OffloadWriteOutput>().LengthWritten);
        Assert.Equal(s_bytes[..700], await ReadAsync(peer, shorter));
        Assert.Equal(NtStatus.EndOfFile, (await WriteAsync(peer, shorter, read.Token, 1024, 512)).Status);
        Assert.Equal(NtStatus.EndOfFile, (await OffloadReadAsync(peer, source, 1024, 512)).Status);
    }

    [Fact]
    public async Task It_goes_across_shares_of_different_stores()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with
        {
            Shares = [.. o.Shares, new ShareOptions { Name = "other", Store = new MemoryFileStore() }],
        });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes);
        OffloadReadOutput read = await ReadTokenAsync(peer, source, 0, Size);
        await peer.TreeConnectAsync("other");
        FileId target = await FileAsync(peer, "b", new byte[Size]);

        Assert.Equal(NtStatus.Success, (await WriteAsync(peer, target, read.Token, 0, Size)).Status);

        Assert.Equal(s_bytes, await ReadAsync(peer, target));
    }

    [Fact]
    public async Task Holes_are_the_token_of_zeros_and_that_can_be_written_anywhere()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes[..512]);
        Assert.Equal(NtStatus.Success, (await SetSizeAsync(peer, source, Size)).Status);
        FileId target = await FileAsync(peer, "b", s_bytes);

        OffloadReadOutput data = await ReadTokenAsync(peer, source, 0, 65536);
        OffloadReadOutput hole = await ReadTokenAsync(peer, source, 131072, 4096);

        Assert.False(data.Token.IsZeroData);
        Assert.Equal(1u, data.Flags); // OFFLOAD_READ_FLAG_ALL_ZERO_BEYOND_CURRENT_RANGE
        Assert.Equal(OffloadToken.ZeroData, hole.Token);
        Assert.Equal(NtStatus.Success, (await WriteAsync(peer, target, OffloadToken.ZeroData, 1024, 4096)).Status);
        byte[] expected = [.. s_bytes[..1024], .. new byte[4096], .. s_bytes[5120..]];
        Assert.Equal(expected, await ReadAsync(peer, target));
    }

    [Theory]
    [InlineData("write")]
    [InlineData("truncate")]
    [InlineData("zero")]
    [InlineData("overwrite")]
    [InlineData("close")]
    [InlineData("expire")]
    public async Task A_token_is_spoilt_by(string what)
    {
        var clock = new ManualClock();
        await using TestServer server = await TestServer.StartAsync(o => o with { TimeProvider = clock });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes);
        FileId writer = await peer.OpenAsync("a");
        FileId target = await FileAsync(peer, "b", new byte[Size]);
        OffloadReadOutput read = await ReadTokenAsync(peer, source, 0, 4096, timeToLive: 5000);
        Assert.Equal(NtStatus.Success, (await WriteAsync(peer, target, read.Token, 0, 512)).Status);

        switch (what)
        {
            case "write":
                await peer.WriteAsync(writer, 8192, new byte[] { 1 });
                break;
            case "truncate":
                await SetSizeAsync(peer, writer, Size - 1);
                break;
            case "zero":
                await peer.IoctlAsync(FsctlCode.SetZeroData, writer, new FileZeroDataInformation(0, 10));
                break;
            case "overwrite":
                Assert.Equal(NtStatus.Success, (await peer.CreateAsync("a", disposition: CreateDisposition.Overwrite)).Status);
                break;
            case "close":
                await peer.CloseAsync(source);
                break;
            default:
                clock.Advance(TimeSpan.FromSeconds(6));
                break;
        }

        Assert.Equal(NtStatus.InvalidToken, (await WriteAsync(peer, target, read.Token, 0, 512)).Status);
        await peer.CloseAsync(writer);
    }

    [Fact]
    public async Task A_token_is_its_sessions_alone_and_no_token_is_guessed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes);
        FileId mine = await FileAsync(peer, "b", new byte[Size]);
        FileId theirs = await FileAsync(other, "c", new byte[Size]);
        OffloadReadOutput read = await ReadTokenAsync(peer, source, 0, 4096);
        byte[] changed = read.Token.Bytes.ToArray();
        changed[^1] ^= 1;

        Assert.Equal(NtStatus.InvalidToken, (await WriteAsync(other, theirs, read.Token, 0, 4096)).Status);
        Assert.Equal(NtStatus.InvalidToken, (await WriteAsync(peer, mine, new OffloadToken(changed), 0, 4096)).Status);
        Assert.Equal(NtStatus.Success, (await WriteAsync(peer, mine, read.Token, 0, 4096)).Status);
        Assert.NotEqual(read.Token, (await ReadTokenAsync(peer, source, 0, 4096)).Token);
    }

    [Fact]
    public async Task Who_has_too_many_loses_the_oldest_of_his_own()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes);
        FileId target = await FileAsync(peer, "b", new byte[Size]);
        OffloadReadOutput kept = await ReadTokenAsync(other, await other.OpenAsync("a"), 0, 4096);
        var tokens = new List<OffloadToken>();
        for (int i = 0; i <= OffloadTokens.MaxPerSession; i++)
            tokens.Add((await ReadTokenAsync(peer, source, 0, 4096)).Token);

        Assert.Equal(OffloadTokens.MaxPerSession + 1, server.Server.OffloadTokens.Count);
        Assert.Equal(NtStatus.InvalidToken, (await WriteAsync(peer, target, tokens[0], 0, 4096)).Status);
        Assert.Equal(NtStatus.Success, (await WriteAsync(peer, target, tokens[1], 0, 4096)).Status);
        Assert.Equal(NtStatus.Success, (await WriteAsync(other, await other.OpenAsync("b"), kept.Token, 0, 4096)).Status);
    }

    [Fact]
    public async Task Nothing_is_left_when_the_client_has_gone()
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await ReadTokenAsync(peer, await FileAsync(peer, "a", s_bytes), 0, 4096);
        await peer.DisposeAsync();

        Assert.Empty(await server.LeftoversAsync());
    }

    [Theory]
    [InlineData(511, 512, NtStatus.InvalidParameter)]
    [InlineData(0, 511, NtStatus.InvalidParameter)]
    [InlineData(long.MaxValue - 511, 512, NtStatus.InvalidParameter)]
    [InlineData(-512, 512, NtStatus.InvalidParameter)]
    [InlineData(0, 0, NtStatus.Success)]
    public async Task Ranges_of_a_read_are_checked(long offset, long length, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes);

        Assert.Equal(expected, (await OffloadReadAsync(peer, source, (ulong)offset, (ulong)length)).Status);
    }

    [Fact]
    public async Task Buffers_kinds_rights_and_locks_are_checked()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes);
        FileId target = await FileAsync(peer, "b", new byte[Size]);
        FileId folder = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        FileId stream = await FileAsync(peer, "a:s", s_bytes);
        FileId blind = await peer.OpenAsync("a", AccessMask.WriteData);
        FileId reading = await peer.OpenAsync("b", AccessMask.ReadData);
        OffloadToken token = (await ReadTokenAsync(peer, source, 0, 4096)).Token;

        Assert.Equal(NtStatus.BufferTooSmall, (await peer.IoctlAsync(FsctlCode.OffloadRead, source, new byte[31])).Status);
        Assert.Equal(
            NtStatus.BufferTooSmall,
            (await peer.IoctlAsync(FsctlCode.OffloadRead, source, new OffloadReadInput(32, 0, 0, 0, 512), 527)).Status);
        Assert.Equal(
            NtStatus.InvalidParameter,
            (await peer.IoctlAsync(FsctlCode.OffloadRead, source, new OffloadReadInput(31, 0, 0, 0, 512))).Status);
        Assert.Equal(NtStatus.BufferTooSmall, (await peer.IoctlAsync(FsctlCode.OffloadWrite, target, new byte[543])).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await WriteAsync(peer, target, token, 1, 512)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await WriteAsync(peer, target, token, 0, 512, 4096)).Status);
        Assert.Equal(NtStatus.OffloadReadFileNotSupported, (await OffloadReadAsync(peer, folder, 0, 512)).Status);
        Assert.Equal(NtStatus.OffloadReadFileNotSupported, (await OffloadReadAsync(peer, stream, 0, 512)).Status);
        Assert.Equal(NtStatus.OffloadWriteFileNotSupported, (await WriteAsync(peer, folder, token, 0, 512)).Status);
        Assert.Equal(NtStatus.OffloadWriteFileNotSupported, (await WriteAsync(peer, stream, token, 0, 512)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await OffloadReadAsync(peer, blind, 0, 512)).Status);
        Assert.Equal(NtStatus.AccessDenied, (await WriteAsync(peer, reading, token, 0, 512)).Status);

        await peer.LockAsync(blind, new LockElement(100, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately));
        Assert.Equal(NtStatus.FileLockConflict, (await OffloadReadAsync(peer, source, 0, 512)).Status);
        Assert.Equal(NtStatus.FileLockConflict, (await WriteAsync(peer, target, token, 0, 512)).Status);
        Assert.Equal(NtStatus.Success, (await WriteAsync(peer, target, token, 0, 512, 512)).Status);
        await peer.LockAsync(reading, new LockElement(600, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately));
        Assert.Equal(NtStatus.FileLockConflict, (await WriteAsync(peer, target, token, 512, 512, 512)).Status);
    }

    [Fact]
    public async Task Within_one_file_a_range_is_copied_as_it_was_and_the_token_is_spent()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await FileAsync(peer, "a", s_bytes);
        OffloadReadOutput read = await ReadTokenAsync(peer, file, 0, 8192);

        Assert.Equal(NtStatus.Success, (await WriteAsync(peer, file, read.Token, 4096, 8192)).Status);

        byte[] expected = [.. s_bytes[..4096], .. s_bytes[..8192], .. s_bytes[12288..]];
        Assert.Equal(expected, await ReadAsync(peer, file));
        Assert.Equal(NtStatus.InvalidToken, (await WriteAsync(peer, file, read.Token, 4096, 8192)).Status);
    }

    [Theory] // [MS-FSA] 2.1.5.10.21
    [InlineData(1000, NtStatus.EndOfFile, 0)]
    [InlineData(5000, NtStatus.Success, 1024)]
    public async Task A_file_that_is_cut_while_others_are_waited_for_does_not_grow_again(
        int cut, NtStatus expected, uint written)
    {
        var memory = new MemoryFileStore();
        await using var store = new GatedStore(memory);
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes);
        FileId target = await FileAsync(peer, "b", new byte[Size]);
        OffloadToken token = (await ReadTokenAsync(peer, source, 0, 8192)).Token;
        var (_, local) = await memory.OpenAsync("b", new(StoreAccess.Write), StoreCaller.Service, CancellationToken.None);
        await using var _2 = local;

        store.AfterNextStat(() => local!.SetEndOfFileAsync((ulong)cut, CancellationToken.None).AsTask());
        Reply reply = await WriteAsync(peer, target, token, 4096, 8192);

        Assert.Equal(expected, reply.Status);
        if (expected == NtStatus.Success)
            Assert.Equal(written, reply.Output<OffloadWriteOutput>().LengthWritten);
        Assert.Equal((ulong)cut, (await local!.GetStatAsync(CancellationToken.None)).Stat.EndOfFile);
    }

    [Fact]
    public async Task No_token_is_left_of_a_read_that_its_files_close_has_overtaken()
    {
        await using var store = new GatedStore(new MemoryFileStore());
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId source = await FileAsync(peer, "a", s_bytes);
        store.CloseFor(writes: false);
        ulong read = await peer.PostAsync(PeerIoctls.Request(FsctlCode.OffloadRead, source, new OffloadReadInput(32, 0, 0, 0, 4096)));
        await store.WaitForAsync(1);

        await peer.CloseAsync(source);
        store.Open();
        await peer.WaitAsync(read);

        Assert.Equal(0, server.Server.OffloadTokens.Count);
    }

    private static async ValueTask<FileId> FileAsync(ScriptedPeer peer, string name, byte[] content)
    {
        FileId file = await peer.OpenAsync(name);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, content)).Status);
        return file;
    }

    private static ValueTask<Reply> OffloadReadAsync(
        ScriptedPeer peer, FileId file, ulong offset, ulong length, uint timeToLive = 0) =>
        peer.IoctlAsync(FsctlCode.OffloadRead, file, new OffloadReadInput(32, 0, timeToLive, offset, length));

    private static async ValueTask<OffloadReadOutput> ReadTokenAsync(
        ScriptedPeer peer, FileId file, ulong offset, ulong length, uint timeToLive = 0)
    {
        Reply reply = await OffloadReadAsync(peer, file, offset, length, timeToLive);
        Assert.Equal(NtStatus.Success, reply.Status);
        return reply.Output<OffloadReadOutput>();
    }

    private static ValueTask<Reply> WriteAsync(
        ScriptedPeer peer, FileId file, OffloadToken token, ulong offset, ulong length, ulong transferOffset = 0) =>
        peer.IoctlAsync(FsctlCode.OffloadWrite, file, new OffloadWriteInput(544, 0, offset, length, transferOffset, token));

    private static ValueTask<Reply> SetSizeAsync(ScriptedPeer peer, FileId file, long size) => peer.SendAsync(
        new SetInfoRequest(
            InfoType.File, (byte)FileInformationClass.EndOfFile, 0, file, BitConverter.GetBytes(size)));

    private static async ValueTask<byte[]> ReadAsync(ScriptedPeer peer, FileId file) =>
        (await peer.ReadAsync(file, 0, Size)).As<ReadResponse>().Data.ToArray();
}
