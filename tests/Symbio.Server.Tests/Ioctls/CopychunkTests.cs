using System.Collections.Immutable;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Ioctls;

/// <summary>[MS-SMB2] 3.3.5.15.5 and 3.3.5.15.6: resume keys and server-side copy.</summary>
public sealed class CopychunkTests
{
    private const int Chunk = 1 << 20;

    [Fact]
    public async Task Chunks_go_where_they_are_to_go()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] bytes = Bytes(3 * Chunk);
        (FileId source, ResumeKey key) = await SourceAsync(peer, bytes);
        FileId target = await peer.OpenAsync("target");

        Reply reply = await CopyAsync(
            peer, target, key, new(0, 2 * Chunk, Chunk), new(Chunk, Chunk, Chunk), new(2 * Chunk, 0, Chunk));

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(new SrvCopychunkResponse(3, 0, 3 * Chunk), reply.Output<SrvCopychunkResponse>());
        Assert.Equal(bytes[..Chunk], await ReadAsync(peer, target, 2 * Chunk));
        Assert.Equal(bytes[Chunk..(2 * Chunk)], await ReadAsync(peer, target, Chunk));
        Assert.Equal(bytes[(2 * Chunk)..], await ReadAsync(peer, target, 0));
        Assert.Equal(key, await KeyAsync(peer, source));
        Assert.Empty(server.Log.Errors);
    }

    [Theory]
    [InlineData(0, 1000)]
    [InlineData(1000, 0)]
    [InlineData(0, 300_000)]
    public async Task Ranges_of_one_file_may_overlap(int from, int to)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] bytes = Bytes(Chunk);
        (FileId file, ResumeKey key) = await SourceAsync(peer, bytes);
        const int length = 500_000;

        Reply reply = await CopyAsync(peer, file, key, new SrvCopychunk((ulong)from, (ulong)to, length));

        Assert.Equal(NtStatus.Success, reply.Status);
        bytes.AsSpan(from, length).CopyTo(bytes.AsSpan(to));
        Assert.Equal(bytes, await ReadAsync(peer, file, 0));
    }

    [Fact]
    public async Task Streams_are_copied_like_files()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] bytes = Bytes(1000);
        (_, ResumeKey key) = await SourceAsync(peer, bytes, "source:one");
        FileId target = await peer.OpenAsync("source:two");

        Reply reply = await CopyAsync(peer, target, key, new SrvCopychunk(0, 0, 1000));

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(bytes, await ReadAsync(peer, target, 0));
    }

    [Fact]
    public async Task What_was_copied_before_the_source_ended_is_told()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, ResumeKey key) = await SourceAsync(peer, Bytes(150));
        FileId target = await peer.OpenAsync("target");

        Reply reply = await CopyAsync(peer, target, key, new(0, 0, 100), new(100, 100, 100));

        Assert.Equal(NtStatus.InvalidViewSize, reply.Status);
        Assert.Equal(new SrvCopychunkResponse(1, 0, 100), reply.Output<SrvCopychunkResponse>());
        Assert.Equal(100u, (await peer.CloseAsync(target, CloseFlags.PostqueryAttrib)).As<CloseResponse>().EndOfFile);
    }

    [Theory]
    [InlineData(1, 0)]
    [InlineData(1, Chunk + 1)]
    [InlineData(17, Chunk)]
    [InlineData(257, 1)]
    public async Task Who_asks_for_too_much_is_told_the_limits(int chunks, uint length)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, ResumeKey key) = await SourceAsync(peer, Bytes(10));
        FileId target = await peer.OpenAsync("target");

        Reply reply = await CopyAsync(peer, target, key, [.. Enumerable.Repeat(new SrvCopychunk(0, 0, length), chunks)]);

        Assert.Equal(NtStatus.InvalidParameter, reply.Status);
        Assert.Equal(new SrvCopychunkResponse(256, Chunk, 16 * Chunk), reply.Output<SrvCopychunkResponse>());
    }

    [Fact] // 2.2.32.1: with this status the numbers are limits, whatever it is for.
    public async Task An_invalid_parameter_is_told_with_the_limits()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, ResumeKey key) = await SourceAsync(peer, Bytes(10));
        FileId target = await peer.OpenAsync("target");
        var good = new SrvCopychunk(0, 0, 10);
        byte[] less = new byte[32 + 24];
        var writer = new WireWriter(less);
        new SrvCopychunkCopy(key, [good]).Write(ref writer);
        less[24] = 2; // Of two chunks one is there.

        Reply[] replies =
        [
            await CopyAsync(peer, target, key, good, new SrvCopychunk(0, long.MaxValue - 5, 10)),
            await CopyAsync(peer, target, key, good, new SrvCopychunk(ulong.MaxValue, 0, 10)),
            await peer.IoctlAsync(FsctlCode.SrvCopychunk, target, less, 12),
        ];

        foreach (Reply reply in replies)
        {
            Assert.Equal(NtStatus.InvalidParameter, reply.Status);
            Assert.Equal(new SrvCopychunkResponse(256, Chunk, 16 * Chunk), reply.Output<SrvCopychunkResponse>());
        }

        Assert.Equal(0u, (await peer.CloseAsync(target, CloseFlags.PostqueryAttrib)).As<CloseResponse>().EndOfFile);
    }

    [Fact] // [MS-FSA] 2.1.5.4: whoever else appends meanwhile.
    public async Task Who_may_only_append_writes_over_nothing()
    {
        var memory = new MemoryFileStore(new MemoryStoreOptions());
        var store = new GatedStore(memory);
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, ResumeKey key) = await SourceAsync(peer, "copied"u8.ToArray());
        FileId target = await peer.OpenAsync("target", AccessMask.ReadData | AccessMask.AppendData);
        byte[] input = new byte[32 + 24];
        var writer = new WireWriter(input);
        new SrvCopychunkCopy(key, [new SrvCopychunk(0, 0, 6)]).Write(ref writer);

        store.CloseFor(writes: true);
        ulong id = await peer.PostAsync(new IoctlRequest(FsctlCode.SrvCopychunk, target, 0, 12, IoctlFlags.IsFsctl, input));
        await store.WaitForAsync(1);
        var (_, local) = await memory.OpenAsync("target", new(StoreAccess.Write), StoreCaller.Service, CancellationToken.None);
        await using (local)
            await local!.AppendAsync("local"u8.ToArray(), CancellationToken.None);
        store.Open();

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id)).Status);
        Assert.Equal("localcopied"u8.ToArray(), await ReadAsync(peer, target, 0));
    }

    [Fact]
    public async Task A_key_is_good_for_its_open_and_its_session_only()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        (FileId source, ResumeKey key) = await SourceAsync(peer, Bytes(10));
        FileId target = await peer.OpenAsync("target");
        FileId foreign = await other.OpenAsync("foreign");
        var chunk = new SrvCopychunk(0, 0, 10);

        Assert.Equal(NtStatus.ObjectNameNotFound, (await CopyAsync(other, foreign, key, chunk)).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await CopyAsync(peer, target, key with { Third = ~key.Third }, chunk)).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await CopyAsync(peer, target, new(target.Volatile, 0, 0), chunk)).Status);
        Assert.Equal(NtStatus.Success, (await CopyAsync(peer, target, key, chunk)).Status);
        await peer.CloseAsync(source);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await CopyAsync(peer, target, key, chunk)).Status);
    }

    [Theory]
    [InlineData(AccessMask.ReadData, AccessMask.ReadData | AccessMask.WriteData, NtStatus.Success, NtStatus.Success)]
    [InlineData(AccessMask.ReadData, AccessMask.ReadData | AccessMask.AppendData, NtStatus.Success, NtStatus.Success)]
    [InlineData(AccessMask.Execute, AccessMask.ReadData | AccessMask.WriteData, NtStatus.Success, NtStatus.Success)]
    [InlineData(AccessMask.ReadData, AccessMask.WriteData, NtStatus.AccessDenied, NtStatus.Success)]
    [InlineData(AccessMask.ReadData, AccessMask.Execute | AccessMask.WriteData, NtStatus.AccessDenied, NtStatus.Success)]
    [InlineData(AccessMask.ReadData, AccessMask.ReadData, NtStatus.AccessDenied, NtStatus.AccessDenied)]
    [InlineData(AccessMask.WriteData, AccessMask.FileAll, NtStatus.AccessDenied, NtStatus.AccessDenied)]
    public async Task Both_opens_need_their_access(AccessMask from, AccessMask to, NtStatus copy, NtStatus copyWrite)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await SourceAsync(peer, Bytes(10));
        FileId source = await peer.OpenAsync("source", from);
        ResumeKey key = await KeyAsync(peer, source);
        FileId target = await peer.OpenAsync("target", to);
        var chunk = new SrvCopychunk(0, 0, 10);

        Assert.Equal(copy, (await CopyAsync(peer, target, key, chunk)).Status);
        var request = new SrvCopychunkCopy(key, [chunk]);
        Assert.Equal(copyWrite, (await peer.IoctlAsync(FsctlCode.SrvCopychunkWrite, target, request)).Status);
    }

    [Theory]
    [InlineData("source")]
    [InlineData("target")]
    public async Task Locks_of_others_are_kept(string locked)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, ResumeKey key) = await SourceAsync(peer, Bytes(100));
        FileId target = await peer.OpenAsync("target");
        FileId owner = await peer.OpenAsync(locked);
        await peer.SendAsync(
            new LockRequest(0, 0, owner, new LockElement(50, 10, LockFlags.ExclusiveLock | LockFlags.FailImmediately)));

        Reply reply = await CopyAsync(peer, target, key, new(0, 0, 50), new(50, 50, 50));

        Assert.Equal(NtStatus.FileLockConflict, reply.Status);
        Assert.Equal(new SrvCopychunkResponse(1, 0, 50), reply.Output<SrvCopychunkResponse>());
    }

    [Fact]
    public async Task What_cannot_be_copied_is_refused()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (FileId source, ResumeKey key) = await SourceAsync(peer, Bytes(10));
        FileId directory = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);
        FileId target = await peer.OpenAsync("target");
        ResumeKey ofDirectory = await KeyAsync(peer, directory);
        var chunk = new SrvCopychunk(0, 0, 10);

        Assert.Equal(NtStatus.InvalidDeviceRequest, (await CopyAsync(peer, directory, key, chunk)).Status);
        Assert.Equal(NtStatus.InvalidDeviceRequest, (await CopyAsync(peer, target, ofDirectory, chunk)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await CopyAsync(peer, target, key, new SrvCopychunk(ulong.MaxValue, 0, 10))).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await CopyAsync(peer, target, key, new SrvCopychunk(0, ulong.MaxValue, 10))).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.SrvRequestResumeKey, source, maxOutput: 31)).Status);
        var request = new SrvCopychunkCopy(key, [chunk]);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.SrvCopychunk, target, request, 11)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.IoctlAsync(FsctlCode.SrvCopychunk, target, new byte[27])).Status);
    }

    [Fact]
    public async Task A_copy_that_takes_long_is_pending_first()
    {
        await using TestServer server = await TestServer.StartAsync(options => options with { TimeProvider = new HastyTime() });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, ResumeKey key) = await SourceAsync(peer, Bytes(Chunk));
        FileId target = await peer.OpenAsync("target");
        byte[] input = new byte[32 + 24];
        var writer = new WireWriter(input);
        new SrvCopychunkCopy(key, [new SrvCopychunk(0, 0, Chunk)]).Write(ref writer);

        ulong id = await peer.PostAsync(new IoctlRequest(FsctlCode.SrvCopychunk, target, 0, 12, IoctlFlags.IsFsctl, input));
        Reply interim = await peer.WaitAsync(id, acceptInterim: true);
        Reply final = await peer.WaitAsync(id);

        Assert.Equal(NtStatus.Pending, interim.Status);
        Assert.Equal(interim.Header.AsyncId, final.Header.AsyncId);
        Assert.Equal(new SrvCopychunkResponse(1, 0, Chunk), final.Output<SrvCopychunkResponse>());
    }

    private static async ValueTask<(FileId File, ResumeKey Key)> SourceAsync(
        ScriptedPeer peer, byte[] bytes, string name = "source")
    {
        FileId file = await peer.OpenAsync(name);
        for (int done = 0; done < bytes.Length; done += Chunk)
        {
            byte[] part = bytes[done..Math.Min(bytes.Length, done + Chunk)];
            Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, (ulong)done, part)).Status);
        }

        return (file, await KeyAsync(peer, file));
    }

    private static async ValueTask<ResumeKey> KeyAsync(ScriptedPeer peer, FileId file) =>
        (await peer.IoctlAsync(FsctlCode.SrvRequestResumeKey, file, maxOutput: 32)).Output<SrvRequestResumeKeyResponse>().ResumeKey;

    private static ValueTask<Reply> CopyAsync(ScriptedPeer peer, FileId target, ResumeKey key, params SrvCopychunk[] chunks) =>
        peer.IoctlAsync(FsctlCode.SrvCopychunk, target, new SrvCopychunkCopy(key, ImmutableArray.Create(chunks)), 12);

    private static async ValueTask<byte[]> ReadAsync(ScriptedPeer peer, FileId file, ulong offset) =>
        (await peer.ReadAsync(file, offset, Chunk)).As<ReadResponse>().Data.ToArray();

    private static byte[] Bytes(int length)
    {
        byte[] bytes = new byte[length];
        new Random(7).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Two seconds pass whenever somebody looks.</summary>
    private sealed class HastyTime : TimeProvider
    {
        private long _ticks;

        public override long TimestampFrequency => 1;

        public override long GetTimestamp() => Interlocked.Add(ref _ticks, 2);
    }
}
