using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Opens;
using Symbio.Server.Tests.Durability;
using Symbio.Server.Tests.Ioctls;
using Symbio.Server.Tests.Leases;
using Symbio.Storage.Memory;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Sessions;

/// <summary>Verifying the Channel Sequence Number, [MS-SMB2] 3.3.5.2.10.</summary>
public sealed class ChannelSequenceTests : IAsyncDisposable
{
    private readonly GatedStore _store = new(new MemoryFileStore(new MemoryStoreOptions()));

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Theory]
    [InlineData(5, true)]
    [InlineData(6, true)]
    [InlineData(5 + 0x7FFF, true)]
    [InlineData(5 + 0x8000, false)]
    [InlineData(4, false)]
    public void A_sequence_is_ahead_within_half_of_all_there_are(int sequence, bool expected)
    {
        var sequences = new ChannelSequences(5);

        Assert.Equal(expected, sequences.TryEnter((ushort)sequence, isReplay: false, out _));
    }

    [Fact]
    public void The_sequence_wraps()
    {
        var sequences = new ChannelSequences(0xFFFF);

        Assert.True(sequences.TryEnter(0, isReplay: false, out _));
        Assert.False(sequences.TryEnter(0xFFFF, isReplay: false, out _));
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void A_replay_waits_for_what_came_before(bool moves)
    {
        var sequences = new ChannelSequences(0);
        sequences.TryEnter(0, isReplay: false, out _);
        sequences.TryEnter(0, isReplay: false, out _);
        if (!moves)
            sequences.TryEnter(1, isReplay: false, out _);

        Assert.False(sequences.TryEnter(1, isReplay: true, out _));
        sequences.Leave(0);
        Assert.False(sequences.TryEnter(1, isReplay: true, out _));
        sequences.Leave(0);
        Assert.True(sequences.TryEnter(1, isReplay: true, out _));
        Assert.False(sequences.TryEnter(0, isReplay: true, out _));
    }

    [Fact] // A client with many channels may lose 32768 of them while one request waits.
    public void What_came_before_is_told_from_what_has_the_same_number()
    {
        var sequences = new ChannelSequences(0);
        sequences.TryEnter(0, isReplay: false, out long waits);
        sequences.TryEnter(30000, isReplay: false, out long second);
        sequences.TryEnter(60000, isReplay: false, out long third);
        sequences.TryEnter(0, isReplay: false, out long last);

        sequences.Leave(waits);
        sequences.Leave(second);
        Assert.False(sequences.TryEnter(0, isReplay: true, out _));
        sequences.Leave(third);
        Assert.True(sequences.TryEnter(0, isReplay: true, out _));
        sequences.Leave(last);
    }

    [Fact] // Clients count by session.
    public async Task Who_comes_back_counts_anew()
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        var id = Guid.NewGuid();
        FileId file = (await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, Durable(id)))).FileId;
        peer.ChannelSequence = 1;
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, new byte[1])).Status);
        await using ScriptedPeer back = await DurableTests.ComeBackAsync(server, peer);

        await back.OpenAsync(Create("a.txt", OplockLevel.None, Reconnect(file, id)));

        Assert.Equal(NtStatus.Success, (await back.WriteAsync(file, 0, new byte[1])).Status);
    }

    [Fact]
    public async Task Changes_of_an_old_channel_are_refused()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        peer.ChannelSequence = 2;
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, "new"u8.ToArray())).Status);
        peer.ChannelSequence = 1;

        Assert.Equal(NtStatus.FileNotAvailable, (await peer.WriteAsync(file, 0, "old"u8.ToArray())).Status);
        Assert.Equal(NtStatus.FileNotAvailable, (await peer.SendAsync(new SetInfoRequest(
            InfoType.File, (byte)FileInformationClass.EndOfFile, 0, file, new byte[8]))).Status);
        Assert.Equal(NtStatus.FileNotAvailable, (await peer.IoctlAsync(FsctlCode.SetSparse, file)).Status);
        Assert.Equal("new"u8.ToArray(), (await peer.ReadAsync(file, 0, 3)).As<ReadResponse>().Data.ToArray());
        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(file)).Status);
    }

    [Fact] // 2.x has no such thing: the field is Status, and nobody looks at it.
    public async Task Old_dialects_know_no_sequence()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(Dialect.Smb210);
        FileId file = await peer.OpenAsync("a.txt");
        peer.ChannelSequence = 2;
        await peer.WriteAsync(file, 0, new byte[1]);
        peer.ChannelSequence = 1;

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(file, 0, new byte[1])).Status);
    }

    [Fact]
    public async Task A_write_is_not_repeated_while_the_original_is_under_way()
    {
        await using TestServer server = await TestServer.StartAsync(store: _store);
        await using ScriptedPeer first = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer second = await server.ConnectBoundAsync(first);
        FileId file = await first.OpenAsync("a.txt");
        _store.Close();
        ulong original = await first.PostAsync(Write(file));
        await _store.WaitForAsync(1);

        second.ChannelSequence = 1;
        Assert.Equal(NtStatus.FileNotAvailable, (await ReplayAsync(second, file)).Status);
        _store.Open();
        Assert.Equal(NtStatus.Success, (await first.WaitAsync(original)).Status);
        Assert.Equal(NtStatus.Success, (await ReplayAsync(second, file)).Status);
    }

    private static ValueTask<Reply> ReplayAsync(ScriptedPeer peer, FileId file) =>
        peer.ExchangeAsync(peer.Build(Write(file), signs: true, flags: Smb2HeaderFlags.ReplayOperation));

    private static WriteRequest Write(FileId file) => new(
        Smb2Header.Size + WriteRequest.FixedSize, 3, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[3]);
}
