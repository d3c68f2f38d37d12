using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Leases;
using Symbio.Storage.Memory;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Durability;

/// <summary>A CREATE that comes once more, [MS-SMB2] 3.3.5.9.10.</summary>
public sealed class ReplayTests
{
    private static readonly Guid Id = Guid.NewGuid();

    [Theory]
    [InlineData(OplockLevel.Batch)]
    [InlineData(OplockLevel.Lease)]
    public async Task A_repetition_is_answered_as_the_first_was(OplockLevel level)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer channel = await server.ConnectBoundAsync(peer);
        CreateRequest request = Request(level) with { CreateDisposition = CreateDisposition.Create };
        CreateResponse first = await peer.OpenAsync(request);
        channel.TreeId = peer.TreeId;

        Reply reply = await ReplayAsync(channel, request);

        Assert.Equal(NtStatus.Success, reply.Status);
        var again = reply.As<CreateResponse>();
        Assert.Equal((first.FileId, CreateAction.Created, level), (again.FileId, again.CreateAction, again.OplockLevel));
        Assert.True(again.Has("DH2Q"));
        Assert.Equal(level == OplockLevel.Lease, again.Has("RqLs"));
        Assert.Equal((1, 1), (server.Server.Opens.Count, server.Server.Replays.Count));
        await OplockTests.AssertNothingLeftAsync(server, peer, channel);
    }

    [Fact]
    public async Task What_does_not_say_that_it_is_a_repetition_is_a_duplicate()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer again = await server.ConnectAuthenticatedAsync(options: peer.Options);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Request(OplockLevel.Batch));

        Assert.Equal(NtStatus.DuplicateObjectId, (await peer.SendAsync(Request(OplockLevel.Batch))).Status);
        Assert.Equal(NtStatus.DuplicateObjectId, (await ReplayAsync(again, Request(OplockLevel.Batch))).Status); // Another session.
        Assert.Equal(NtStatus.AccessDenied, (await ReplayAsync(peer, Request(OplockLevel.Lease))).Status);
        Assert.Equal(NtStatus.Success, (await other.SendAsync(Create("b.txt", OplockLevel.Batch, Durable(Id)))).Status); // Another client's id.
        await OplockTests.AssertNothingLeftAsync(server, peer, again, other);
    }

    [Fact] // 3.3.5.9.10: constructed as that of the CREATE. Windows asks for these with each, Linux believes in the third.
    public async Task The_contexts_are_those_of_the_first_answer()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        CreateRequest request = Create(
            "a.txt", 1, RWH, Durable(Id), (ref CreateContextListWriter w) =>
            {
                w.Add(default(QueryMaximalAccessRequest));
                w.Add(default(QueryOnDiskIdRequest));
            });
        CreateResponse first = await peer.OpenAsync(request);

        var again = (await ReplayAsync(peer, request)).As<CreateResponse>();

        foreach (string name in new[] { "MxAc", "QFid", "DH2Q", "RqLs" })
        {
            byte[] bytes = System.Text.Encoding.ASCII.GetBytes(name);
            Assert.True(first.CreateContexts.TryGet(bytes, out ReadOnlyMemory<byte> before));
            Assert.True(again.CreateContexts.TryGet(bytes, out ReadOnlyMemory<byte> after));
            Assert.Equal(before.ToArray(), after.ToArray());
        }
    }

    [Fact] // Or what one share protects would be had through another.
    public async Task A_repetition_through_another_share_is_a_duplicate()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with
        {
            Shares = [.. o.Shares, new ShareOptions { Name = "other", Store = new MemoryFileStore(new MemoryStoreOptions()) }],
        });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Request(OplockLevel.Batch));
        await peer.TreeConnectAsync("other");

        Assert.Equal(NtStatus.DuplicateObjectId, (await ReplayAsync(peer, Request(OplockLevel.Batch))).Status);
    }

    [Fact]
    public async Task Another_lease_is_another_request()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Request(OplockLevel.Lease));
        Assert.Equal(NtStatus.AccessDenied, (await ReplayAsync(peer, Create("a.txt", 2, RWH, Durable(Id)))).Status);
        Assert.Equal(1, server.Server.Leases.Count);
    }

    [Fact] // Open.IsReplayEligible
    public async Task An_open_that_has_been_used_is_not_made_again()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        CreateResponse first = await peer.OpenAsync(Request(OplockLevel.Lease));
        await peer.ReadAsync(first.FileId, 0, 1);
        Assert.Equal(0, server.Server.Replays.Count);

        CreateResponse again = (await ReplayAsync(peer, Request(OplockLevel.Lease))).As<CreateResponse>();

        Assert.NotEqual(first.FileId, again.FileId);
        await peer.CloseAsync(again.FileId);
        Assert.Equal(0, server.Server.Replays.Count);
    }

    [Fact] // 3.3.5.22.2
    public async Task An_acknowledgment_uses_all_opens_of_the_lease()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Request(OplockLevel.Lease));
        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));

        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, RH)).Status);

        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);
        Assert.Equal(0, server.Server.Replays.Count);
    }

    [Fact]
    public async Task A_create_that_failed_may_be_tried_again()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        CreateRequest request = Request(OplockLevel.Batch) with { CreateDisposition = CreateDisposition.Open };
        Assert.Equal(NtStatus.ObjectNameNotFound, (await peer.SendAsync(request)).Status);
        Assert.Equal(0, server.Server.Replays.Count);
        Assert.Equal(NtStatus.Success, (await peer.SendAsync(Request(OplockLevel.Batch))).Status);
    }

    [Theory]
    [InlineData(true, NtStatus.FileNotAvailable)]
    [InlineData(false, NtStatus.DuplicateObjectId)]
    public async Task A_create_that_is_under_way_is_not_begun_again(bool isReplay, NtStatus expected)
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        store.Close();
        ulong id = await peer.PostAsync(Request(OplockLevel.Batch));
        await store.WaitForAsync(1);

        Reply again = isReplay ? await ReplayAsync(peer, Request(OplockLevel.Batch)) : await peer.SendAsync(Request(OplockLevel.Batch));
        store.Open();

        Assert.Equal(expected, again.Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id)).Status);
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Fact]
    public async Task Older_dialects_know_no_repetition()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(Dialect.Smb210);
        await peer.OpenAsync(Create("a.txt", OplockLevel.None, Durable(Id)));
        await peer.OpenAsync(Create("a.txt", OplockLevel.None, Durable(Id)));
        Assert.Equal(0, server.Server.Replays.Count);
    }

    private static CreateRequest Request(OplockLevel level) => level == OplockLevel.Lease
        ? Create("a.txt", 1, RWH, Durable(Id))
        : Create("a.txt", level, Durable(Id));

    private static async Task<Reply> ReplayAsync(ScriptedPeer peer, CreateRequest request)
    {
        byte[] bytes = peer.Build(request, signs: true, flags: Smb2HeaderFlags.ReplayOperation | Smb2HeaderFlags.Signed);
        return await peer.ExchangeAsync(bytes);
    }
}
