using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Tests.Ioctls;
using Symbio.Server.Tests.Leases;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage.Memory;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Durability;

/// <summary>Breaks, and what would lead to them, while the client that caches is away.</summary>
public sealed class AwayTests : IDisposable
{
    private static readonly Guid Id = Guid.NewGuid();

    private static readonly PeerOptions Client = new()
    {
        ClientGuid = Guid.NewGuid(),
        Capabilities = Capabilities.GlobalCapPersistentHandles | Capabilities.GlobalCapEncryption,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-away").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact] // It would not be let in whatever the client answered.
    public async Task Who_is_told_to_come_later_takes_nothing_away()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);
        CreateResponse made = await PersistentAsync(peer, RWH);
        peer = await DurableTests.ComeBackAsync(server, peer);

        Assert.Equal(NtStatus.FileNotAvailable, (await other.SendAsync(ScriptedPeer.Create("a.txt"))).Status);

        CreateResponse back = await ReturnAsync(peer, made.FileId, RWH);
        Assert.Equal((RWH, LeaseFlags.None), (back.Lease().LeaseState, back.Lease().Flags));
        await peer.AssertQuietAsync();
        await peer.DisposeAsync();
    }

    [Theory] // Told before it went, and perhaps lost; or not told.
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_client_of_a_persistent_handle_is_told_when_it_is_back(bool toldBefore)
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);
        CreateResponse made = await PersistentAsync(peer, RH);
        FileId file = await other.OpenAsync("a.txt", AccessMask.Delete);
        SetInfoRequest delete = DeleteRequest(file);
        ulong id = 0;
        if (toldBefore)
        {
            id = await other.PostWaitingAsync(delete);
            await peer.LeaseBreakAsync();
        }

        peer = await DurableTests.ComeBackAsync(server, peer);
        if (!toldBefore)
            id = await other.PostWaitingAsync(delete);

        CreateResponse back = await ReturnAsync(peer, made.FileId, RH);

        Assert.Equal((RH, LeaseFlags.BreakInProgress), (back.Lease().LeaseState, back.Lease().Flags));
        LeaseBreakNotification told = await peer.LeaseBreakAsync();
        Assert.Equal((LeaseBreakFlags.AckRequired, RH, R), (told.Flags, told.CurrentLeaseState, told.NewLeaseState));
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, R)).Status);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task Nobody_waits_for_the_answer_of_who_has_gone_from_a_resilient_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OplockAsync("a.txt", OplockLevel.Batch);
        var request = new NetworkResiliencyRequest(60_000);
        Assert.Equal(NtStatus.Success, (await peer.IoctlAsync(FsctlCode.LmrRequestResiliency, file, request)).Status);
        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        await peer.OplockBreakAsync();

        await peer.DisposeAsync();

        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status); // Long before the time is over.
        Assert.Equal(2, server.Server.Opens.Count);
    }

    [Theory]
    [InlineData(false, RenameFlags.ReplaceIfExists, NtStatus.FileNotAvailable)]
    [InlineData(true, RenameFlags.ReplaceIfExists, NtStatus.FileNotAvailable)] // The handle may be in use: it does not go.
    [InlineData(true, RenameFlags.ReplaceIfExists | RenameFlags.PosixSemantics, NtStatus.Success)]
    public async Task Who_replaces_a_file_does_not_wait_for_a_client_that_is_away(bool own, RenameFlags flags, NtStatus expected)
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);
        CreateResponse made = await PersistentAsync(peer, RH);
        peer = await DurableTests.ComeBackAsync(server, peer);
        ScriptedPeer by = own ? peer : other;
        FileId next = await by.OpenAsync("next.txt");

        Assert.Equal(expected, (await by.SetInfoAsync(next, new FileRenameExInformation(flags, 0, "a.txt"))).Status);

        CreateResponse back = await ReturnAsync(peer, made.FileId, RH);
        Assert.Equal(own ? R : RH, back.Lease().LeaseState);
        await peer.DisposeAsync();
    }

    [Fact] // While it was waited for, the directory got content.
    public async Task A_deletion_looks_again_after_it_has_waited()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(DirectoryLeasePeer.Directory("d", 1, RH));
        FileId directory = await other.OpenAsync("d", AccessMask.Delete, options: CreateOptions.DirectoryFile);
        ulong id = await other.PostWaitingAsync(DeleteRequest(directory));
        await peer.LeaseBreakAsync();

        await peer.OpenAsync(Create(@"d\a", OplockLevel.Lease, ChildContext(2, R, parent: 1)));
        await peer.AcknowledgeAsync(1, R);

        Assert.Equal(NtStatus.DirectoryNotEmpty, (await other.WaitAsync(id)).Status);
    }

    [Fact]
    public async Task Who_renames_a_directory_asks_for_the_handles_of_streams_as_well()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await other.OpenDirectoryAsync("d");
        FileId directory = await other.OpenAsync("d", AccessMask.Delete, options: CreateOptions.DirectoryFile);
        FileId stream = await peer.LeaseAsync(@"d\a:s", 1, RH);

        ulong id = await other.PostWaitingAsync(DirectoryLeasePeer.RenameRequest(directory, "e"));
        Assert.Equal(R, (await peer.LeaseBreakAsync()).NewLeaseState);
        await peer.CloseAsync(stream);

        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);
    }

    [Fact] // A program of its may open the file before it has come back to what it lost: Linux.
    public async Task A_client_that_is_back_shares_the_lease_of_what_it_lost()
    {
        await using TestServer server = await StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);
        CreateResponse made = await PersistentAsync(peer, RWH);
        peer = await DurableTests.ComeBackAsync(server, peer);

        CreateResponse next = await peer.OpenAsync(Create("a.txt", 1, RWH));
        Assert.Equal((RWH, LeaseFlags.None), (next.Lease().LeaseState, next.Lease().Flags));

        CreateResponse back = await ReturnAsync(peer, made.FileId, RWH);
        Assert.Equal((RWH, LeaseFlags.None), (back.Lease().LeaseState, back.Lease().Flags));
        await peer.DisposeAsync();
    }

    [Fact] // It may have forgotten the handle: nobody else could agree to anything.
    public async Task A_client_that_is_back_does_not_wait_for_itself()
    {
        await using TestServer server = await StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);
        CreateResponse made = await PersistentAsync(peer, RWH);
        peer = await DurableTests.ComeBackAsync(server, peer);

        FileId file = await peer.OpenAsync("a.txt", AccessMask.Delete | AccessMask.WriteData);
        Assert.Equal(NtStatus.Success, (await peer.SendAsync(DirectoryLeasePeer.RenameRequest(file, "b.txt"))).Status);
        Assert.Equal(NtStatus.Success, (await peer.SendAsync(DirectoryLeasePeer.RenameRequest(file, "a.txt"))).Status);

        CreateResponse back = await ReturnAsync(peer, made.FileId, RWH);
        Assert.Equal((R, LeaseFlags.None), (back.Lease().LeaseState, back.Lease().Flags));
        await peer.DisposeAsync();
    }

    [Fact] // [MS-SMB2] 3.3.5.9: how it shares the file is not for another open to change.
    public async Task What_a_client_does_not_share_it_does_not_share_with_itself()
    {
        await using TestServer server = await StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);
        await PersistentAsync(peer, RWH, ShareAccess.Read);
        peer = await DurableTests.ComeBackAsync(server, peer);

        Assert.Equal(NtStatus.FileNotAvailable, (await peer.SendAsync(Create("a.txt", 1, RWH))).Status);
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task Another_user_behind_the_same_client_is_another_one()
    {
        await using TestServer server = await StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);
        await PersistentAsync(peer, RWH);
        await DurableTests.DepartAsync(server, peer);
        await using ScriptedPeer other = server.Connect();
        await other.NegotiateAsync(Dialect.Smb311, Client);
        Assert.Equal(NtStatus.Success, (await other.LogOnAsync("second", TestServer.Password)).Status);
        Assert.Equal(NtStatus.Success, (await other.TreeConnectAsync(TestServer.Share)).Status);

        Assert.Equal(NtStatus.FileNotAvailable, (await other.SendAsync(ScriptedPeer.Create("a.txt"))).Status);
    }

    [Theory] // It agrees to a break for all that it has under a lease, also for what it has lost.
    [InlineData(RH, 1)]
    [InlineData(R, 0)] // [MS-SMB2] 3.3.5.9.7: without H nobody can come back to it.
    [InlineData(LeaseState.None, 0)]
    public async Task A_durable_open_goes_with_the_handle_caching_of_its_lease(LeaseState left, int waiting)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);
        FileId lost = (await peer.OpenAsync(Create("a.txt", 1, RWH, Durable(Id)))).FileId;
        peer = await DurableTests.ComeBackAsync(server, peer);
        FileId file = (await peer.OpenAsync(Create("a.txt", 1, RWH))).FileId;

        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        await peer.LeaseBreakAsync();
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, left)).Status);
        FileId others = (await other.WaitAsync(id)).As<CreateResponse>().FileId;

        Assert.Equal(waiting, server.Server.Disconnected.Count);
        Reply back = await peer.SendAsync(Create("a.txt", 1, RWH, Reconnect(lost, Id)));
        Assert.Equal(waiting > 0 ? NtStatus.Success : NtStatus.ObjectNameNotFound, back.Status);
        await peer.CloseAsync(file);
        await other.CloseAsync(others);
        Assert.Equal(waiting, server.Server.Opens.Count);
        await peer.DisposeAsync();
    }

    [Fact] // By what it has open under the same lease.
    public async Task A_client_that_is_back_is_told_of_breaks_before_it_returns_to_what_it_lost()
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);
        CreateResponse made = await PersistentAsync(peer, RWH);
        peer = await DurableTests.ComeBackAsync(server, peer);
        await peer.OpenAsync(Create("a.txt", 1, RWH));

        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        Assert.Equal(RH, (await peer.LeaseBreakAsync()).NewLeaseState);
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, RH)).Status);

        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);
        Assert.Equal(RH, (await ReturnAsync(peer, made.FileId, RWH)).Lease().LeaseState);
        await peer.DisposeAsync();
    }

    [Theory] // [MS-SMB2] 2.2.13.2: what a dialect does not know is not looked at.
    [InlineData(Dialect.Smb210, NtStatus.Success)]
    [InlineData(Dialect.Smb300, NtStatus.InvalidParameter)]
    public async Task Contexts_of_later_dialects_are_ignored(Dialect dialect, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);
        byte[] contexts = List(Durable(Id), (ref CreateContextListWriter w) => w.Add(default(DurableHandleRequest)));

        Reply reply = await peer.SendAsync(
            ScriptedPeer.Create("a.txt", contexts: contexts) with { RequestedOplockLevel = OplockLevel.Batch });

        Assert.Equal(expected, reply.Status);
    }

    private ValueTask<TestServer> StartAsync() => TestServer.StartAsync(
        options => options with
        {
            PersistentHandles = new HandleFolder(_folder),
            Accounts = new LocalAccounts { { TestServer.User, TestServer.Password }, { "second", TestServer.Password } },
            Shares = [.. options.Shares.Select(share => share with { ContinuouslyAvailable = true })],
        },
        new MemoryFileStore(new MemoryStoreOptions()));

    private static Task<CreateResponse> PersistentAsync(
        ScriptedPeer peer, LeaseState state, ShareAccess share = ShareAccess.Read | ShareAccess.Write | ShareAccess.Delete) =>
        peer.OpenAsync(Create(
            "a.txt", 1, state,
            (ref CreateContextListWriter w) => w.Add(new DurableHandleRequestV2(60_000, DurableHandleFlags.Persistent, Id)))
            with { ShareAccess = share });

    private static Task<CreateResponse> ReturnAsync(ScriptedPeer peer, FileId file, LeaseState state) => peer.OpenAsync(Create(
        "a.txt", 1, state,
        (ref CreateContextListWriter w) => w.Add(new DurableHandleReconnectV2(file, Id, DurableHandleFlags.Persistent))));

    private static SetInfoRequest DeleteRequest(FileId file) =>
        new(InfoType.File, (byte)FileInformationClass.Disposition, 0, file, new byte[] { 1 });
}
