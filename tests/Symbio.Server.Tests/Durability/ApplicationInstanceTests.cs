using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Leases;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Durability;

/// <summary>SMB2_CREATE_APP_INSTANCE_ID, [MS-SMB2] 3.3.5.9.13.</summary>
public sealed class ApplicationInstanceTests
{
    private static readonly Guid App = Guid.NewGuid();

    [Theory]
    [InlineData(false)]
    [InlineData(true)] // Its old place is off already, and the open waits.
    public async Task An_application_that_has_moved_takes_its_file_along(bool isAway)
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer old = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenAsync(old, "a.txt");
        if (isAway)
            old = await DurableTests.ComeBackAsync(server, old);

        FileId taken = await OpenAsync(peer, "A.txt");

        Assert.NotEqual(file, taken);
        Assert.Equal(1, server.Server.Opens.Count);
        if (!isAway)
            Assert.Equal(NtStatus.FileClosed, (await old.ReadAsync(file, 0, 1)).Status);
        await OplockTests.AssertNothingLeftAsync(server, old, peer);
    }

    [Fact] // Open.Session.Connection.ClientGuid: whether it is durable does not count.
    public async Task An_open_that_is_not_durable_is_taken_as_well()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer old = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        CreateResponse first = await old.OpenAsync(Uncached());

        Assert.Equal(NtStatus.SharingViolation, (await old.SendAsync(Uncached())).Status); // Not from the client that it is at.
        await peer.OpenAsync(Uncached());

        Assert.False(first.Has("DH2Q"));
        Assert.Equal(NtStatus.FileClosed, (await old.ReadAsync(first.FileId, 0, 1)).Status);
        await OplockTests.AssertNothingLeftAsync(server, old, peer);

        static CreateRequest Uncached() =>
            Request("a.txt", App, ShareAccess.None) with { RequestedOplockLevel = OplockLevel.None };
    }

    [Fact] // What the old instance had begun to write does not land on top of what the new one writes.
    public async Task What_the_store_is_at_ends_before_the_file_is_taken()
    {
        var store = new GatedStore(new MemoryFileStore(new MemoryStoreOptions()));
        await using TestServer server = await TestServer.StartAsync(store: store);
        await using ScriptedPeer old = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenAsync(old, "a.txt");
        store.CloseFor(writes: true);
        ulong write = await old.PostAsync(new WriteRequest(
            Smb2Header.Size + WriteRequest.FixedSize, 3, 0, file, Channel.None, 0, WriteFlags.None, default, "old"u8.ToArray()));
        await store.WaitForAsync(1);
        ulong create = await peer.PostAsync(Request("a.txt", App, ShareAccess.None));
        await peer.ExchangeAsync(peer.Build(new EchoRequest(), signs: true)); // The CREATE has got as far as it gets.

        Assert.Empty(server.Server.Opens.All); // The old open is gone, the new one not there.
        store.Open();
        Assert.Equal(NtStatus.Success, (await old.WaitAsync(write)).Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(create)).Status);
        await OplockTests.AssertNothingLeftAsync(server, old, peer);
    }

    [Fact]
    public async Task Other_files_and_other_applications_stay()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer old = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId kept = (await old.OpenAsync(Request("b.txt", App, ShareAccess.All))).FileId;
        FileId plain = await old.OpenAsync("c.txt");

        await OpenAsync(peer, "a.txt");

        Assert.Equal(NtStatus.EndOfFile, (await old.ReadAsync(kept, 0, 1)).Status);
        Assert.Equal(NtStatus.EndOfFile, (await old.ReadAsync(plain, 0, 1)).Status);
        await peer.OpenAsync(Request("b.txt", Guid.NewGuid(), ShareAccess.All));
        Assert.Equal(NtStatus.EndOfFile, (await old.ReadAsync(kept, 0, 1)).Status);
        await OplockTests.AssertNothingLeftAsync(server, old, peer);
    }

    [Theory] // 3.3.5.9.13: who comes with an older version, or the same, has been left behind.
    [InlineData(Dialect.Smb311, 2, 5, 2, 6, NtStatus.Success)]
    [InlineData(Dialect.Smb311, 2, 5, 3, 0, NtStatus.Success)]
    [InlineData(Dialect.Smb311, 2, 5, 2, 5, NtStatus.FileForcedClosed)]
    [InlineData(Dialect.Smb311, 2, 5, 1, 9, NtStatus.FileForcedClosed)]
    [InlineData(Dialect.Smb302, 2, 5, 1, 9, NtStatus.Success)] // It knows no versions.
    public async Task Only_a_newer_instance_takes_over(
        Dialect dialect, ulong high, ulong low, ulong newHigh, ulong newLow, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer old = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);
        FileId file = (await old.OpenAsync(Request("a.txt", App, ShareAccess.None, new(high, low)))).FileId;

        Assert.Equal(expected, (await peer.SendAsync(Request("a.txt", App, ShareAccess.None, new(newHigh, newLow)))).Status);

        bool isTaken = expected == NtStatus.Success;
        Assert.Equal(isTaken ? NtStatus.FileClosed : NtStatus.EndOfFile, (await old.ReadAsync(file, 0, 1)).Status);
        await OplockTests.AssertNothingLeftAsync(server, old, peer);
    }

    [Fact] // 3.3.5.9.13: who names no version is older than any that does.
    public async Task An_instance_without_a_version_does_not_take_over_from_one_that_has_one()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer old = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await old.OpenAsync(Request("a.txt", App, ShareAccess.None, new(0, 1)))).FileId;

        Assert.Equal(NtStatus.FileForcedClosed, (await peer.SendAsync(Request("a.txt", App, ShareAccess.None))).Status);

        Assert.Equal(NtStatus.EndOfFile, (await old.ReadAsync(file, 0, 1)).Status);
        await OplockTests.AssertNothingLeftAsync(server, old, peer);
    }

    [Fact] // 3.3.5.9.13: "If the maximal access includes GENERIC_READ".
    public async Task Who_may_not_read_a_file_takes_it_from_nobody()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer old = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await OpenAsync(old, "a.txt");
        (_, IStoreFile? stored) = await server.Store.OpenAsync(
            "a.txt", new StoreOpenOptions(StoreAccess.None), StoreCaller.Service, CancellationToken.None);
        await stored!.SetSecurityDescriptorAsync(
            Sddl.Parse("O:BAG:BAD:(A;;0x100000;;;WD)").ToArray(), StoreCaller.Service, CancellationToken.None);
        await stored.DisposeAsync();

        Assert.Equal(NtStatus.AccessDenied, (await peer.SendAsync(Request("a.txt", App, ShareAccess.None))).Status);

        Assert.Equal(NtStatus.EndOfFile, (await old.ReadAsync(file, 0, 1)).Status);
        await OplockTests.AssertNothingLeftAsync(server, old, peer);
    }

    [Fact] // It has not moved.
    public async Task The_same_client_does_not_lose_its_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Request("a.txt", App, ShareAccess.All))).FileId;

        await peer.OpenAsync(Request("a.txt", App, ShareAccess.All));
        Assert.Equal(NtStatus.EndOfFile, (await peer.ReadAsync(file, 0, 1)).Status);
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    private static async Task<FileId> OpenAsync(ScriptedPeer peer, string name) =>
        (await peer.OpenAsync(Request(name, App, ShareAccess.None))).FileId;

    private static CreateRequest Request(
        string name, Guid application, ShareAccess share, AppInstanceVersion? version = null) =>
        Create(
            name, OplockLevel.Lease, LeaseContext(Random.Shared.Next(), RH), Durable(Guid.NewGuid()),
            (ref CreateContextListWriter w) =>
            {
                w.Add(new AppInstanceId(application));
                if (version is { } known)
                    w.Add(known);
            }) with
        {
            ShareAccess = share,
        };
}
