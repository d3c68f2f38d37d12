using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Leases;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Information;

/// <summary>A stream gets another name, [MS-FSA] 2.1.5.15.11.1, and all that is said of it goes with it.</summary>
public sealed class StreamRenameTests
{
    [Fact]
    public async Task Who_has_it_open_has_it_by_its_new_name()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId stream = await peer.OpenAsync("f:A", share: ShareAccess.None);

        Assert.Equal(NtStatus.Success, await RenameAsync(peer, stream, ":B"));

        Assert.Equal(NtStatus.SharingViolation, await OpenAsync(other, "f:B"));
        Assert.Equal(NtStatus.Success, (await other.CreateAsync("f:A", disposition: CreateDisposition.Create)).Status);
        await peer.CloseAsync(stream);
        Assert.Equal(NtStatus.Success, await OpenAsync(other, "f:B"));
    }

    [Fact]
    public async Task Locks_and_deletion_go_with_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId stream = await peer.OpenAsync("f:A");
        var range = new LockElement(0, 4, LockFlags.ExclusiveLock | LockFlags.FailImmediately);
        Assert.Equal(NtStatus.Success, (await peer.LockAsync(stream, range)).Status);

        Assert.Equal(NtStatus.Success, await RenameAsync(peer, stream, ":B"));

        FileId seen = await other.OpenAsync("f:B");
        Assert.Equal(NtStatus.FileLockConflict, (await other.WriteAsync(seen, 0, "data"u8.ToArray())).Status);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(stream, 0, "data"u8.ToArray())).Status);
        Assert.Equal(NtStatus.Success, (await peer.SetInfoAsync(stream, new FileDispositionInformation(true))).Status);
        Assert.Equal(NtStatus.DeletePending, await OpenAsync(other, "f:B"));
        await peer.CloseAsync(stream);
        await other.CloseAsync(seen);
        Assert.Equal(NtStatus.ObjectNameNotFound, await OpenAsync(other, "f:B"));
    }

    [Fact]
    public async Task A_lease_on_it_is_broken_by_who_opens_the_new_name()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId stream = await peer.LeaseAsync("f:A", 1, RWH);
        Assert.Equal(NtStatus.Success, await RenameAsync(peer, stream, ":B"));

        ulong opening = await other.PostWaitingAsync(ScriptedPeer.Create("f:B", disposition: CreateDisposition.Open));
        LeaseBreakNotification told = await peer.LeaseBreakAsync();

        Assert.Equal((RWH, RH), (told.CurrentLeaseState, told.NewLeaseState));
        await peer.AcknowledgeAsync(1, RH);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(opening)).Status);

        // The lease is for that stream.
        Assert.Equal(NtStatus.InvalidParameter, (await peer.SendAsync(Create("f:A", 1, RH))).Status);
        Assert.Equal(NtStatus.Success, (await peer.SendAsync(Create("f:B", 1, RH))).Status);
    }

    [Fact]
    public async Task Who_waits_to_open_it_does_not_open_another_name()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId stream = await peer.LeaseAsync("f:A", 1, RWH);
        ulong opening = await other.PostWaitingAsync(ScriptedPeer.Create("f:A", disposition: CreateDisposition.Open));
        await peer.LeaseBreakAsync();

        Assert.Equal(NtStatus.Success, await RenameAsync(peer, stream, ":B"));
        await peer.AcknowledgeAsync(1, RH);

        Assert.Equal(NtStatus.ObjectNameNotFound, (await other.WaitAsync(opening)).Status);
        await peer.CloseAsync(stream);
        Assert.Equal(NtStatus.Success, await OpenAsync(other, "f:B"));
    }

    [Theory]
    [InlineData(true, NtStatus.InvalidParameter)]
    [InlineData(false, NtStatus.ObjectNameCollision)]
    public async Task One_that_is_open_is_not_replaced(bool replace, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId stream = await peer.OpenAsync("f:A");
        await peer.WriteAsync(stream, 0, "A"u8.ToArray());
        FileId target = await other.OpenAsync("f:b");

        Assert.Equal(expected, await RenameAsync(peer, stream, ":B", replace));

        Assert.Equal(NtStatus.Success, (await other.WriteAsync(target, 0, "B"u8.ToArray())).Status);
        Assert.Equal("A"u8.ToArray(), (await peer.ReadAsync(stream, 0, 10)).As<ReadResponse>().Data.ToArray());
        await other.CloseAsync(target);
        Assert.Equal(replace ? NtStatus.InvalidParameter : expected, await RenameAsync(peer, stream, ":B", replace)); // It has data.
        await other.CloseAsync(await other.OpenAsync("f:b", disposition: CreateDisposition.Overwrite));
        Assert.Equal(replace ? NtStatus.Success : expected, await RenameAsync(peer, stream, ":B", replace));
    }

    [Fact]
    public async Task Who_only_caches_a_handle_closes_it_and_who_uses_one_is_in_the_way()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId cached = await other.LeaseAsync("f:A", 1, RH);
        FileId stream = await peer.OpenAsync("f:A");

        ulong renaming = await PostRenameAsync(peer, stream, ":B");
        await peer.AssertWaitsAsync(renaming);
        LeaseBreakNotification told = await other.LeaseBreakAsync();
        Assert.Equal((RH, R), (told.CurrentLeaseState, told.NewLeaseState));
        await other.CloseAsync(cached);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(renaming)).Status);

        await other.OpenAsync("f:B");
        Assert.Equal(NtStatus.SharingViolation, await RenameAsync(peer, stream, ":C"));
    }

    private static async Task<NtStatus> RenameAsync(ScriptedPeer peer, FileId stream, string name, bool replace = false) =>
        (await peer.WaitAsync(await PostRenameAsync(peer, stream, name, replace))).Status;

    private static async Task<ulong> PostRenameAsync(ScriptedPeer peer, FileId stream, string name, bool replace = false)
    {
        var information = new FileRenameInformation(replace, 0, name);
        byte[] bytes = new byte[Math.Max(information.Length, FileRenameInformation.MinimumLength)];
        var writer = new WireWriter(bytes);
        information.Write(ref writer);
        return await peer.PostAsync(new SetInfoRequest(InfoType.File, (byte)FileInformationClass.Rename, 0, stream, bytes));
    }

    private static async Task<NtStatus> OpenAsync(ScriptedPeer peer, string name)
    {
        Reply reply = await peer.CreateAsync(name, AccessMask.ReadData, CreateDisposition.Open);
        if (reply.Status == NtStatus.Success)
            await peer.CloseAsync(reply.As<CreateResponse>().FileId);
        return reply.Status;
    }
}
