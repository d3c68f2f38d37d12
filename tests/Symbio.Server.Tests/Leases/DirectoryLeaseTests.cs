using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Notifications;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage.Memory;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.DirectoryLeasePeer;
using static Symbio.Server.Tests.Leases.LeasePeer;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Leases;

/// <summary>Leases on directories: [MS-SMB2] 3.3.1.4 and 3.3.5.9.11, [MS-FSA] 2.1.4.12 with PARENT_OBJECT.</summary>
public sealed class DirectoryLeaseTests
{
    [Theory]
    [InlineData(RWH, RH)]
    [InlineData(RH, RH)]
    [InlineData(RW, R)]
    [InlineData(R, R)]
    [InlineData(LeaseState.HandleCaching, LeaseState.None)]
    public async Task Directories_are_read_and_kept_open_but_not_written(LeaseState wanted, LeaseState granted)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(Dialect.Smb300);

        CreateResponse response = await peer.OpenAsync(Directory("d", 1, wanted));

        Assert.Equal((OplockLevel.Lease, granted), (response.OplockLevel, response.Lease().LeaseState));
        await OplockTests.AssertNothingLeftAsync(server, peer);
        Assert.Equal(0, LeasedIn(server));
    }

    [Theory] // Only with SMB2_GLOBAL_CAP_DIRECTORY_LEASING on both sides, and a context of the second version.
    [InlineData(Dialect.Smb311, false, true, true)]
    [InlineData(Dialect.Smb311, true, false, true)]
    [InlineData(Dialect.Smb311, true, true, false)]
    [InlineData(Dialect.Smb210, true, true, false)]
    public async Task Who_does_not_know_of_directory_leases_gets_none(Dialect dialect, bool client, bool offered, bool second)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { DirectoryLeases = offered });
        PeerOptions options = client ? new() : new() { Capabilities = Capabilities.GlobalCapEncryption };
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect, options: options);

        CreateResponse response = await peer.OpenAsync(
            Directory("d", second ? LeaseContext(1, RH) : LeaseContextV1(1, RH)));

        Assert.Equal((OplockLevel.None, false), (response.OplockLevel, response.Has("RqLs")));
        Assert.Equal((0, 0), (server.Server.Leases.Count, LeasedIn(server)));
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Theory] // Other machines change a network's file system, and nobody would break the lease.
    [InlineData(true)]
    [InlineData(false)]
    public async Task Where_changes_are_not_seen_there_is_no_lease(bool seen)
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions())) { ShowsAllChanges = seen };
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        CreateResponse response = await peer.OpenAsync(Directory("d", 1, RH));

        Assert.Equal((seen, seen ? 1 : 0), (response.OplockLevel == OplockLevel.Lease, LeasedIn(server)));
    }

    [Fact]
    public async Task There_are_no_oplocks_on_directories()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        CreateResponse response = await peer.OpenAsync(Directory("d") with { RequestedOplockLevel = OplockLevel.Batch });
        Assert.Equal(OplockLevel.None, response.OplockLevel);
    }

    public static TheoryData<Act> Acts => [.. Enum.GetValues<Act>()];

    [Theory]
    [MemberData(nameof(Acts))]
    public async Task What_a_listing_shows_is_not_cached_past_its_change(Act act)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await PrepareAsync(other, act);
        await peer.OpenAsync(Directory("d", 1, RH, epoch: 4));
        await peer.AssertQuietAsync();

        await ActAsync(other, file, act);

        Assert.Equal(
            new LeaseBreakNotification(6, LeaseBreakFlags.AckRequired, Key(1), RH, LeaseState.None),
            await peer.LeaseBreakAsync());
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, LeaseState.None)).Status);
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Theory]
    [MemberData(nameof(Acts))]
    public async Task Who_names_its_lease_on_the_directory_keeps_it(Act act)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await PrepareAsync(peer, act, parent: 1);
        await peer.OpenAsync(Directory("d", 1, RH));
        await other.OpenAsync(Directory("d", 1, RH)); // The same key, but it is another client's.

        await ActAsync(peer, file, act, parent: 1);

        Assert.Equal(LeaseState.None, (await other.LeaseBreakAsync()).NewLeaseState);
        await peer.AssertQuietAsync();
        Assert.Equal(RH, (await peer.OpenAsync(Directory("d", 1, RH))).Lease().LeaseState);
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Theory]
    [InlineData(RH, LeaseBreakFlags.AckRequired)]
    [InlineData(R, LeaseBreakFlags.None)]
    public async Task One_s_own_change_without_the_key_is_as_anybody_s(LeaseState state, LeaseBreakFlags flags)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Directory("d", 1, state));

        await peer.OpenAsync(Create(@"d\a", OplockLevel.Lease, ChildContext(2, RWH, parent: 3)));

        LeaseBreakNotification told = await peer.LeaseBreakAsync();
        Assert.Equal((flags, state, LeaseState.None), (told.Flags, told.CurrentLeaseState, told.NewLeaseState));
    }

    [Fact] // The flag says whether there is a key.
    public async Task A_key_without_the_flag_is_none()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Directory("d", 1, RH));
        await peer.OpenAsync(Create(
            @"d\a", OplockLevel.Lease, (ref CreateContextListWriter w) => w.Add(new LeaseV2(Key(2), RWH, LeaseFlags.None, Key(1), 0))));
        Assert.Equal(Key(1), (await peer.LeaseBreakAsync()).LeaseKey);
    }

    [Fact]
    public async Task A_lease_that_was_broken_is_granted_again_through_the_same_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Directory("d", 1, RWH, epoch: 4));
        await peer.OpenAsync(@"d\a");
        await peer.LeaseBreakAsync();
        await peer.AcknowledgeAsync(1, LeaseState.None);

        LeaseV2 again = (await peer.OpenAsync(Directory("d", 1, RWH, epoch: 9))).Lease();

        Assert.Equal((RH, (ushort)7), (again.LeaseState, again.Epoch));
        await peer.OpenAsync(@"d\b");
        Assert.Equal((8, RH), (await peer.LeaseBreakAsync()) is var told ? (told.NewEpoch, told.CurrentLeaseState) : default);
    }

    [Fact] // As on Windows: a listing is not up to date while a file is being written (smb2.dirlease).
    public async Task A_write_breaks_at_the_close()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await other.OpenDirectoryAsync("d");
        FileId file = await other.OpenAsync(@"d\a");
        await peer.OpenAsync(Directory("d", 1, RH));

        await other.WriteAsync(file, 0, new byte[1]);
        await peer.AssertQuietAsync();
        await other.CloseAsync(file);

        Assert.Equal(LeaseState.None, (await peer.LeaseBreakAsync()).NewLeaseState);
    }

    [Fact]
    public async Task What_is_not_in_the_directory_itself_breaks_nothing()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await other.OpenDirectoryAsync("d");
        await other.OpenDirectoryAsync(@"d\e");
        await peer.OpenAsync(Directory("d", 1, RH));

        await other.OpenAsync(@"d\e\a");
        await other.OpenAsync("a");
        await other.OpenAsync(@"d\e", AccessMask.ReadAttributes);

        await peer.AssertQuietAsync();
    }

    [Fact]
    public async Task A_rename_from_one_directory_to_another_breaks_both()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenDirectoryAsync("d");
        await peer.OpenDirectoryAsync("e");
        FileId file = await peer.OpenAsync(@"d\a", AccessMask.FileAll);
        await peer.OpenAsync(Directory("d", 1, RH));
        await peer.OpenAsync(Directory("e", 2, RH));

        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(file, @"e\a")).Status);

        Assert.Equal(Key(1), (await peer.LeaseBreakAsync()).LeaseKey);
        Assert.Equal(Key(2), (await peer.LeaseBreakAsync()).LeaseKey);
    }

    [Fact] // The key is that of the directory where the file was opened.
    public async Task A_rename_to_another_directory_breaks_that_one_whatever_the_key()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenDirectoryAsync("d");
        await peer.OpenDirectoryAsync("e");
        await peer.OpenAsync(Directory("d", 1, RH));
        await peer.OpenAsync(Directory("e", 2, RH));
        CreateResponse file = await peer.OpenAsync(Create(@"d\a", OplockLevel.Lease, ChildContext(3, RWH, parent: 1))
            with { DesiredAccess = AccessMask.FileAll });

        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(file.FileId, @"e\a")).Status);

        Assert.Equal(Key(2), (await peer.LeaseBreakAsync()).LeaseKey);
        await peer.AssertQuietAsync();
    }

    [Theory] // Whose open is the last may know nothing of what another has asked for.
    [InlineData(1, false)]
    [InlineData(2, true)]
    [InlineData(0, true)]
    public async Task A_deletion_is_known_to_who_asked_for_it(int parent, bool broken)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenDirectoryAsync("d");
        FileId first = await ChildAsync(peer, @"d\a", parent);
        FileId last = await ChildAsync(peer, @"d\a", 1);
        await peer.OpenAsync(Directory("d", 1, RH));
        Assert.Equal(NtStatus.Success, (await peer.DeleteAsync(first)).Status);
        await peer.CloseAsync(first);

        await peer.CloseAsync(last);

        if (broken)
            Assert.Equal(LeaseState.None, (await peer.LeaseBreakAsync()).NewLeaseState);
        else
            await peer.AssertQuietAsync();
    }

    [Fact] // Who caches a handle of the directory may have nothing but that.
    public async Task A_sharing_violation_asks_for_the_handle()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        CreateResponse directory = await peer.OpenAsync(Directory("d", 1, RH));

        ulong id = await other.PostWaitingAsync(Directory("d") with { ShareAccess = ShareAccess.None });
        Assert.Equal(R, (await peer.LeaseBreakAsync()).NewLeaseState);
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, R)).Status);
        Assert.Equal(NtStatus.SharingViolation, (await other.WaitAsync(id)).Status);

        Assert.Equal(RH, (await peer.OpenAsync(Directory("d", 1, RH))).Lease().LeaseState);
        await peer.CloseAsync(directory.FileId);
    }

    [Fact]
    public async Task A_close_answers_a_break_that_is_under_way()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        CreateResponse directory = await peer.OpenAsync(Directory("d", 1, RH));
        ulong id = await other.PostWaitingAsync(Directory("d") with { ShareAccess = ShareAccess.None });
        await peer.LeaseBreakAsync();

        await peer.CloseAsync(directory.FileId);

        Reply reply = await other.WaitAsync(id);
        Assert.Equal(NtStatus.Success, reply.Status);
        await other.CloseAsync(reply.As<CreateResponse>().FileId);
        Assert.Equal(0, LeasedIn(server));
        Assert.Equal(RH, (await peer.OpenAsync(Directory("d", 1, RH))).Lease().LeaseState);
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Fact] // One break at a time: what has changed meanwhile is told after it.
    public async Task A_change_during_a_break_is_told_after_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Directory("d", 1, RH));
        await other.PostWaitingAsync(Directory("d") with { ShareAccess = ShareAccess.None });
        Assert.Equal(R, (await peer.LeaseBreakAsync()).NewLeaseState);

        await peer.OpenAsync(@"d\a");
        await peer.AssertQuietAsync();
        ulong acknowledgment = await peer.PostAsync(
            new OplockBreakRequest(true, default, new LeaseBreakAcknowledgment(Key(1), R)));

        List<Reply> replies = await peer.ReceiveAsync(2);
        Assert.Equal([acknowledgment, Unsolicited], replies.Select(r => r.Header.MessageId));
        Assert.Equal(LeaseState.None, replies[1].As<LeaseBreakNotification>().NewLeaseState);
    }

    [Fact]
    public async Task Who_renames_the_directory_waits_for_cached_handles_and_what_was_read_stays()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Directory("d", 1, RH));
        FileId directory = await other.OpenAsync("d", AccessMask.Delete | AccessMask.ReadAttributes, options: CreateOptions.DirectoryFile);

        ulong id = await other.PostAsync(RenameRequest(directory, "e"));
        await other.AssertWaitsAsync(id);
        Assert.Equal(R, (await peer.LeaseBreakAsync()).NewLeaseState);
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, R)).Status);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);

        await other.OpenAsync(@"e\a"); // Its content is watched by the new name.
        LeaseBreakNotification told = await peer.LeaseBreakAsync();
        Assert.Equal((R, LeaseState.None, LeaseBreakFlags.None), (told.CurrentLeaseState, told.NewLeaseState, told.Flags));
    }

    [Fact]
    public async Task Who_renames_the_directory_above_has_cached_handles_closed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await other.OpenDirectoryAsync("d");
        FileId above = await other.OpenAsync("d", AccessMask.Delete | AccessMask.ReadAttributes, options: CreateOptions.DirectoryFile);
        CreateResponse cached = await peer.OpenAsync(Directory(@"d\e", 1, RH));

        ulong id = await other.PostAsync(RenameRequest(above, "f"));
        await other.AssertWaitsAsync(id);
        Assert.Equal(R, (await peer.LeaseBreakAsync()).NewLeaseState);
        await peer.CloseAsync(cached.FileId);

        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);
    }

    [Fact]
    public async Task Who_deletes_the_directory_waits_for_cached_handles()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        CreateResponse cached = await peer.OpenAsync(Directory("d", 1, RH));
        await peer.OpenAsync(Directory("", 2, RH));

        ulong id = await other.PostWaitingAsync(Directory("d") with
        {
            DesiredAccess = AccessMask.Delete,
            CreateOptions = CreateOptions.DirectoryFile | CreateOptions.DeleteOnClose,
        });
        Assert.Equal((Key(1), R), (await peer.LeaseBreakAsync()) is var told ? (told.LeaseKey, told.NewLeaseState) : default);
        await peer.CloseAsync(cached.FileId);
        Reply reply = await other.WaitAsync(id);
        await other.CloseAsync(reply.As<CreateResponse>().FileId);

        Assert.Equal((Key(2), LeaseState.None), (await peer.LeaseBreakAsync()) is var root ? (root.LeaseKey, root.NewLeaseState) : default);
    }

    [Fact]
    public async Task Changes_that_were_lost_break_every_lease()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Directory("d", 1, RH));

        ChangesOf(server).Overflow();

        Assert.Equal(LeaseState.None, (await peer.LeaseBreakAsync()).NewLeaseState);
    }

    [Fact]
    public async Task A_client_that_has_gone_does_not_hold_others_up()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync(Directory("d", 1, RH));
        await peer.DisposeAsync();

        await other.OpenAsync(@"d\a");

        await OplockTests.AssertNothingLeftAsync(server, other);
        Assert.Equal(0, LeasedIn(server));
    }
}
