using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Leases;
using Symbio.Storage.Memory;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Trees;

/// <summary>What a share's settings do to those who use it, [MS-SMB2] 3.3.1.6.</summary>
public sealed class SharePolicyTests
{
    [Theory]
    [InlineData(OfflineCaching.Manual, ShareFlags.ManualCaching)]
    [InlineData(OfflineCaching.Documents, ShareFlags.AutoCaching)]
    [InlineData(OfflineCaching.Programs, ShareFlags.VdoCaching)]
    [InlineData(OfflineCaching.None, ShareFlags.NoCaching)]
    public async Task Clients_are_told_what_they_may_keep_while_offline(OfflineCaching caching, ShareFlags expected)
    {
        await using TestServer server = await StartAsync(s => s with { OfflineCaching = caching });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        var response = (await peer.TreeConnectAsync(TestServer.Share)).As<TreeConnectResponse>();

        Assert.Equal(expected, response.ShareFlags & ShareFlags.NoCaching);
    }

    [Fact]
    public async Task Clients_are_told_the_other_policies()
    {
        await using TestServer server = await StartAsync(
            s => s with { ForceLevel2Oplock = true, RestrictExclusiveOpens = true, ForceSharedDelete = true });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        var response = (await peer.TreeConnectAsync(TestServer.Share)).As<TreeConnectResponse>();

        Assert.Equal(
            ShareFlags.ForceLevelIiOplock | ShareFlags.RestrictExclusiveOpens | ShareFlags.ForceSharedDelete,
            response.ShareFlags);
    }

    [Theory]
    [InlineData(OplockLevel.Batch)]
    [InlineData(OplockLevel.Exclusive)]
    [InlineData(OplockLevel.LevelII)]
    public async Task Force_level_2_leaves_nobody_more_than_level_2(OplockLevel requested)
    {
        await using TestServer server = await StartAsync(s => s with { ForceLevel2Oplock = true });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(OplockLevel.LevelII, (await peer.OpenAsync(Create("a.txt", requested))).OplockLevel);
    }

    [Theory]
    [InlineData(false, RWH)]
    [InlineData(true, RH)]
    public async Task Force_level_2_leaves_a_lease_without_write_caching(bool force, LeaseState expected)
    {
        await using TestServer server = await StartAsync(s => s with { ForceLevel2Oplock = force });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        CreateResponse response = await peer.OpenAsync(Create("a.txt", 1, RWH));

        Assert.Equal(expected, response.Lease().LeaseState);
    }

    [Fact]
    public async Task Without_oplocks_nothing_is_granted()
    {
        await using TestServer server = await StartAsync(s => s with { Oplocks = false });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Assert.Equal(OplockLevel.None, (await peer.OpenAsync(Create("a.txt", OplockLevel.Batch))).OplockLevel);
        Assert.Equal(OplockLevel.None, (await peer.OpenAsync(Create("b.txt", 1, RWH))).OplockLevel);
    }

    [Theory]
    [InlineData(false, AccessMask.ReadData, NtStatus.SharingViolation)]
    [InlineData(true, AccessMask.ReadData, NtStatus.Success)]
    [InlineData(true, AccessMask.ReadData | AccessMask.WriteData, NtStatus.SharingViolation)]
    public async Task Only_who_writes_keeps_others_from_reading(bool restrict, AccessMask access, NtStatus expected)
    {
        await using TestServer server = await StartAsync(s => s with { RestrictExclusiveOpens = restrict });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(ScriptedPeer.Create("a.txt", access, share: ShareAccess.None));

        Reply reply = await peer.SendAsync(ScriptedPeer.Create("a.txt", AccessMask.ReadData));

        Assert.Equal(expected, reply.Status);
    }

    [Theory]
    [InlineData(false, NtStatus.SharingViolation)]
    [InlineData(true, NtStatus.Success)]
    public async Task What_is_open_can_be_deleted(bool force, NtStatus expected)
    {
        await using TestServer server = await StartAsync(s => s with { ForceSharedDelete = force });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(ScriptedPeer.Create("a.txt", AccessMask.ReadData, share: ShareAccess.Read));

        Reply reply = await peer.SendAsync(ScriptedPeer.Create("a.txt", AccessMask.Delete));

        Assert.Equal(expected, reply.Status);
    }

    [Fact]
    public async Task Open_files_are_bounded_and_their_places_come_back()
    {
        await using TestServer server = await StartAsync(s => s with { MaxOpens = 2 });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        CreateResponse first = await peer.OpenAsync(ScriptedPeer.Create("a.txt"));
        await other.OpenAsync(ScriptedPeer.Create("b.txt"));

        Assert.Equal(NtStatus.TooManyOpenedFiles, (await peer.SendAsync(ScriptedPeer.Create("c.txt"))).Status);
        await peer.CloseAsync(first.FileId);
        Reply missing = await peer.SendAsync(ScriptedPeer.Create("c.txt", disposition: CreateDisposition.Open));
        Assert.Equal(NtStatus.ObjectNameNotFound, missing.Status); // Takes no place.
        await peer.OpenAsync(ScriptedPeer.Create("c.txt"));
        Assert.Equal(NtStatus.TooManyOpenedFiles, (await other.SendAsync(ScriptedPeer.Create("d.txt"))).Status);
        await other.SendAsync(new LogoffRequest());
        await peer.OpenAsync(ScriptedPeer.Create("d.txt"));
    }

    [Fact] // Its file is open on the server all the while.
    public async Task The_file_of_an_absent_client_keeps_its_place()
    {
        await using TestServer server = await StartAsync(s => s with { MaxOpens = 1 });
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await using (ScriptedPeer peer = await server.ConnectAuthenticatedAsync())
            await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, Durable(Guid.NewGuid())));
        while (!server.Server.Opens.All.All(open => open.IsDetached))
            await Task.Yield();

        Assert.Equal(NtStatus.TooManyOpenedFiles, (await other.SendAsync(ScriptedPeer.Create("b.txt"))).Status);
        await server.Server.Opens.All.Single().CloseAsync();
        await other.OpenAsync(ScriptedPeer.Create("b.txt"));
    }

    private static ValueTask<TestServer> StartAsync(Func<ShareOptions, ShareOptions> configure) =>
        TestServer.StartAsync(o => o with { Shares = [configure(o.Shares[0])] }, new MemoryFileStore(new MemoryStoreOptions()));
}
