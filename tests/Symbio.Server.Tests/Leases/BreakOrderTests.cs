using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Durability;
using Symbio.Storage.Memory;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Leases;

/// <summary>
/// A client hears of a break after it has heard of what is broken: [MS-SMB2] 3.3.4.6 and 3.3.4.7. The answers are kept back
/// by a READ that waits at the store's gate, in one compound with what grants.
/// </summary>
public sealed class BreakOrderTests
{
    private static readonly FileId Any = new(ulong.MaxValue, ulong.MaxValue);

    [Fact]
    public async Task An_oplock_is_told_before_it_is_broken()
    {
        await using Scene scene = await Scene.StartAsync();
        ScriptedPeer peer = scene.Peer;

        await scene.CompoundAsync(() => peer.Build(Create("a.txt", OplockLevel.Batch), signs: false));
        ulong id = await scene.Other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        await peer.AssertQuietAsync();
        scene.Store.Open();

        List<Reply> replies = await peer.ReceiveAsync(3);
        Assert.Equal([Smb2Command.Create, Smb2Command.Read, Smb2Command.OplockBreak], replies.Select(r => r.Header.Command));
        var created = replies[0].As<CreateResponse>();
        Assert.Equal(OplockLevel.Batch, created.OplockLevel);
        Assert.Equal(created.FileId, replies[2].As<OplockBreakNotification>().FileId);
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(created.FileId, OplockLevel.LevelII)).Status);
        Assert.Equal(NtStatus.Success, (await scene.Other.WaitAsync(id)).Status);
    }

    [Fact] // What needs no answer is a fact before the client has heard of the grant.
    public async Task Level_II_is_told_as_it_was_granted()
    {
        await using Scene scene = await Scene.StartAsync();
        FileId writer = await scene.Other.OpenAsync("a.txt");

        await scene.CompoundAsync(() => scene.Peer.Build(Create("a.txt", OplockLevel.LevelII), signs: false));
        await scene.Other.SetEndOfFileAsync(writer);
        scene.Store.Open();

        List<Reply> replies = await scene.Peer.ReceiveAsync(3);
        Assert.Equal(OplockLevel.LevelII, replies[0].As<CreateResponse>().OplockLevel);
        Assert.Equal(OplockLevel.None, replies[2].As<OplockBreakNotification>().OplockLevel);
    }

    [Fact] // The lease is known to the client, but not yet what it was raised to.
    public async Task An_upgrade_is_told_before_it_is_broken()
    {
        await using Scene scene = await Scene.StartAsync();
        ScriptedPeer peer = scene.Peer;
        await peer.LeaseAsync("a.txt", 1, R);

        await scene.CompoundAsync(() => peer.Build(Create("a.txt", 1, RWH), signs: false));
        ulong id = await scene.Other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        await peer.AssertQuietAsync();
        scene.Store.Open();

        List<Reply> replies = await peer.ReceiveAsync(3);
        Assert.Equal([Smb2Command.Create, Smb2Command.Read, Smb2Command.OplockBreak], replies.Select(r => r.Header.Command));
        Assert.Equal((RWH, (ushort)2), (replies[0].As<CreateResponse>().Lease() is var lease ? lease.LeaseState : 0, lease.Epoch));
        Assert.Equal((RWH, RH, (ushort)3), Changes(replies[2].As<LeaseBreakNotification>()));
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, RH)).Status);
        Assert.Equal(NtStatus.Success, (await scene.Other.WaitAsync(id)).Status);
    }

    [Fact] // Two answers are due; the first does not let out what belongs behind the second.
    public async Task Every_answer_of_a_lease_comes_first()
    {
        await using Scene scene = await Scene.StartAsync();
        ScriptedPeer peer = scene.Peer;
        await peer.LeaseAsync("a.txt", 1, RWH);

        await scene.CompoundAsync(() => peer.Build(Create("a.txt", 1, RWH), signs: false));
        await peer.LeaseAsync("a.txt", 1, RWH); // Granted and answered meanwhile.
        await scene.Other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        await peer.AssertQuietAsync();
        scene.Store.Open();

        Assert.Equal(Smb2Command.OplockBreak, (await peer.ReceiveAsync(3))[^1].Header.Command);
    }

    [Fact]
    public async Task The_answer_to_an_acknowledgment_comes_before_the_next_break()
    {
        await using Scene scene = await Scene.StartAsync();
        ScriptedPeer peer = scene.Peer;
        await using ScriptedPeer third = await scene.Server.ConnectAuthenticatedAsync();
        await peer.LeaseAsync("a.txt", 1, RWH);
        ulong open = await scene.Other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        ulong overwrite = await third.PostWaitingAsync(
            ScriptedPeer.Create("a.txt", disposition: CreateDisposition.Overwrite));
        await peer.LeaseBreakAsync();

        await peer.PostAsync(new OplockBreakRequest(true, default, new LeaseBreakAcknowledgment(Key(1), RH)));
        List<Reply> replies = await peer.ReceiveAsync(2);
        Assert.Equal([false, true], replies.Select(r => r.Header.MessageId == Unsolicited));
        Assert.Equal((RH, R), (replies[1].As<LeaseBreakNotification>() is var next ? next.CurrentLeaseState : 0, next.NewLeaseState));
        await peer.PostAsync(new OplockBreakRequest(true, default, new LeaseBreakAcknowledgment(Key(1), R)));
        replies = await peer.ReceiveAsync(2);
        Assert.Equal([false, true], replies.Select(r => r.Header.MessageId == Unsolicited));
        Assert.Equal(LeaseState.None, replies[1].As<LeaseBreakNotification>().NewLeaseState);

        Assert.Equal(NtStatus.Success, (await scene.Other.WaitAsync(open)).Status);
        Assert.Equal(NtStatus.Success, (await third.WaitAsync(overwrite)).Status);
    }

    [Fact] // A create that waits must not keep back the break of a lease that it would share: others wait for that.
    public async Task Who_waits_keeps_nothing_back()
    {
        await using Scene scene = await Scene.StartAsync();
        ScriptedPeer peer = scene.Peer;
        await using ScriptedPeer third = await scene.Server.ConnectAuthenticatedAsync();
        await peer.LeaseAsync("a.txt", 1, RWH);
        FileId batch = await scene.Other.OplockAsync("b.txt", OplockLevel.Batch);
        await peer.PostWaitingAsync(ScriptedPeer.Create("b.txt"));
        ulong open = await third.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        ulong second = await peer.PostAsync(Create("a.txt", 1, RWH) with { CreateDisposition = CreateDisposition.Overwrite });

        Assert.Equal(RH, (await peer.LeaseBreakAsync()).NewLeaseState);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(second)).Status);
        await peer.AcknowledgeAsync(1, RH);
        Assert.Equal(NtStatus.Success, (await third.WaitAsync(open)).Status);
        await scene.Other.CloseAsync(batch);
    }

    [Fact] // Who breaks has found the client away, and is still at closing the first of its opens when it is back at the second.
    public async Task Who_comes_back_is_answered_before_it_hears_of_a_break()
    {
        await using Scene scene = await Scene.StartAsync();
        ScriptedPeer client = await scene.Server.ConnectAuthenticatedAsync();
        FileId writer = await scene.Other.OpenAsync("a.txt");
        Guid id = Guid.NewGuid();
        FileId first = (await client.OpenAsync(Create("a.txt", 1, RH, Durable(Guid.NewGuid())))).FileId;
        FileId second = (await client.OpenAsync(Create("a.txt", 1, RH, Durable(id)))).FileId;
        client = await DurableTests.ComeBackAsync(scene.Server, client, expected: 2);
        TaskCompletionSource closing = scene.Store.HoldNextDisposal();
        await scene.Other.SetEndOfFileAsync(writer);
        Assert.False(scene.Server.Server.Opens.TryGet(first.Persistent, out _));

        scene.Store.CloseFor(writes: false);
        await client.PostCompoundAsync(
            related: true,
            () => client.Build(Create("a.txt", 1, RH, Reconnect(second, id)), signs: false),
            () => client.Build(new ReadRequest(0, ReadFlags.None, 1, 0, Any, 0, Channel.None, 0, default), signs: false));
        await scene.Store.WaitForAsync(1);
        closing.SetResult(); // What waits for it goes on here and now.

        await client.AssertQuietAsync();
        scene.Store.Open();

        List<Reply> replies = await client.ReceiveAsync(3);
        Assert.Equal([Smb2Command.Create, Smb2Command.Read, Smb2Command.OplockBreak], replies.Select(r => r.Header.Command));
        Assert.Equal(LeaseState.None, replies[2].As<LeaseBreakNotification>().NewLeaseState);
        Assert.Equal(NtStatus.Success, (await client.AcknowledgeAsync(1, LeaseState.None)).Status);
        await client.AssertQuietAsync(); // And once is enough.
        await client.DisposeAsync();
    }

    [Theory] // It may have read what was there before.
    [InlineData(OplockLevel.Lease)]
    [InlineData(OplockLevel.LevelII)]
    public async Task What_is_granted_while_another_writes_is_broken_once_that_has_written(OplockLevel level)
    {
        await using Scene scene = await Scene.StartAsync();
        FileId file = await scene.Other.OpenAsync("a.txt");
        scene.Store.CloseFor(writes: true);
        ulong id = await scene.Other.PostAsync(
            new WriteRequest(Smb2Header.Size + WriteRequest.FixedSize, 1, 0, file, Channel.None, 0, WriteFlags.None, default, new byte[1]));
        await scene.Store.WaitForAsync(1);
        CreateResponse reader = await scene.Peer.OpenAsync(Create("a.txt", level, LeaseContext(1, RH)));
        Assert.Equal(level, reader.OplockLevel);
        await scene.Peer.AssertQuietAsync();

        scene.Store.Open();

        Assert.Equal(NtStatus.Success, (await scene.Other.WaitAsync(id)).Status);
        Assert.Equal(Smb2Command.OplockBreak, (await scene.Peer.WaitAsync(Unsolicited)).Header.Command);
        await scene.Peer.AssertQuietAsync();
    }

    private static (LeaseState From, LeaseState To, ushort Epoch) Changes(LeaseBreakNotification told) =>
        (told.CurrentLeaseState, told.NewLeaseState, told.NewEpoch);

    /// <summary>Two clients of a server whose store has a gate; nothing may be left of them in the end.</summary>
    private sealed class Scene(GatedStore store, TestServer server, ScriptedPeer peer, ScriptedPeer other) : IAsyncDisposable
    {
        public GatedStore Store => store;

        public TestServer Server => server;

        public ScriptedPeer Peer => peer;

        public ScriptedPeer Other => other;

        public static async Task<Scene> StartAsync()
        {
            var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
            TestServer server = await TestServer.StartAsync(store: store);
            return new Scene(
                store, server, await server.ConnectAuthenticatedAsync(), await server.ConnectAuthenticatedAsync());
        }

        /// <summary>The request and a READ in one frame; comes back once the READ stands at the closed gate.</summary>
        public async Task CompoundAsync(Func<byte[]> build)
        {
            store.CloseFor(writes: false);
            await peer.PostCompoundAsync(
                related: true, build,
                () => peer.Build(new ReadRequest(0, ReadFlags.None, 1, 0, Any, 0, Channel.None, 0, default), signs: false));
            await store.WaitForAsync(1);
        }

        public async ValueTask DisposeAsync()
        {
            store.Open();
            await OplockTests.AssertNothingLeftAsync(server, peer, other);
        }
    }
}
