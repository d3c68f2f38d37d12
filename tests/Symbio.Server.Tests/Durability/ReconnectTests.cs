using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Leases;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Durability;

/// <summary>Who may not come back, [MS-SMB2] 3.3.5.9.7 and 3.3.5.9.12; each after a refusal still may as himself.</summary>
public sealed class ReconnectTests
{
    private static readonly Guid Id = Guid.NewGuid();

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task An_oplocks_open_is_found_by_what_names_it(bool second)
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, second ? Durable(Id) : DurableV1))).FileId;
        Contexts right = second ? Reconnect(file, Id) : ReconnectV1(file);

        // It is not away yet.
        await AssertAsync(peer, NtStatus.ObjectNameNotFound, Create("a.txt", OplockLevel.Batch, right));
        peer = await DurableTests.ComeBackAsync(server, peer);
        FileId other = new(file.Persistent + 1, file.Volatile);
        await AssertAsync(
            peer, NtStatus.ObjectNameNotFound, Create("a.txt", OplockLevel.Batch, second ? Reconnect(other, Id) : ReconnectV1(other)));
        if (second)
            await AssertAsync(peer, NtStatus.ObjectNameNotFound, Create("a.txt", OplockLevel.Batch, Reconnect(file, Guid.NewGuid())));
        await AssertAsync(peer, NtStatus.ObjectNameNotFound, Create("a.txt", 1, RWH, right)); // It has no lease.

        await AssertAsync(peer, NtStatus.Success, Create("a.txt", OplockLevel.Batch, right));
        await AssertAsync(peer, NtStatus.ObjectNameNotFound, Create("a.txt", OplockLevel.Batch, right)); // Only once.
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_leases_open_needs_the_lease_and_the_name(bool second)
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", 1, RWH, second ? Durable(Id) : DurableV1))).FileId;
        Contexts right = second ? Reconnect(file, Id) : ReconnectV1(file);
        peer = await DurableTests.ComeBackAsync(server, peer);
        await using ScriptedPeer stranger = await server.ConnectAuthenticatedAsync(); // Another ClientGuid.

        await AssertAsync(stranger, NtStatus.ObjectNameNotFound, Create("a.txt", 1, RWH, right));
        await AssertAsync(peer, NtStatus.ObjectNameNotFound, Create("a.txt", 2, RWH, right));
        await AssertAsync(peer, NtStatus.ObjectNameNotFound, Create("a.txt", OplockLevel.Batch, right));
        await AssertAsync(peer, NtStatus.InvalidParameter, Create("b.txt", 1, RWH, right));

        await AssertAsync(peer, NtStatus.Success, Create("A.TXT", 1, RWH, right));
        await OplockTests.AssertNothingLeftAsync(server, peer, stranger);
    }

    [Fact] // 3.3.5.9.7 and 3.3.5.9.12 compare with the lease's name of the file, and that is the one it has.
    public async Task A_leases_open_is_found_by_the_name_that_its_file_has_now()
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", 1, RWH, Durable(Id)))).FileId;
        Assert.Equal(NtStatus.Success, (await peer.RenameAsync(file, @"b.txt")).Status);
        peer = await DurableTests.ComeBackAsync(server, peer);

        await AssertAsync(peer, NtStatus.InvalidParameter, Create("c.txt", 1, RWH, Reconnect(file, Id)));
        await AssertAsync(peer, NtStatus.InvalidParameter, Create("b.txt:s", 1, RWH, Reconnect(file, Id)));
        await AssertAsync(peer, NtStatus.Success, Create("B.txt", 1, RWH, Reconnect(file, Id)));
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Fact] // ... unless Lease.FileDeleteOnClose says that it will have none.
    public async Task A_leases_open_needs_no_name_when_its_file_is_to_be_deleted()
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", 1, RWH, Durable(Id)))).FileId;
        Assert.Equal(NtStatus.Success, (await peer.SetInfoAsync(file, new FileDispositionInformation(true))).Status);
        peer = await DurableTests.ComeBackAsync(server, peer);

        await AssertAsync(peer, NtStatus.Success, Create("c.txt", 1, RWH, Reconnect(file, Id)));
        await peer.DisposeAsync();
    }

    [Fact]
    public async Task Only_the_owner_comes_back()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with
        {
            Accounts = new Identity.LocalAccounts { { TestServer.User, TestServer.Password }, { "other", "other" } },
        });
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", OplockLevel.Batch, Durable(Id)))).FileId;
        peer = await DurableTests.ComeBackAsync(server, peer);
        await using ScriptedPeer other = server.Connect();
        await other.NegotiateAsync(Dialect.Smb311, peer.Options);
        await other.LogOnAsync("other", "other");
        await other.TreeConnectAsync(TestServer.Share);

        await AssertAsync(other, NtStatus.AccessDenied, Create("a.txt", OplockLevel.Batch, Reconnect(file, Id)));
        await AssertAsync(peer, NtStatus.Success, Create("a.txt", OplockLevel.Batch, Reconnect(file, Id)));
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Fact]
    public async Task What_was_not_durable_is_gone()
    {
        await using TestServer server = await TestServer.StartAsync();
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = (await peer.OpenAsync(Create("a.txt", OplockLevel.Batch))).FileId;
        peer = await DurableTests.ComeBackAsync(server, peer, expected: 0);

        await AssertAsync(peer, NtStatus.ObjectNameNotFound, Create("a.txt", OplockLevel.Batch, ReconnectV1(file)));
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Fact] // Each of the four excludes others.
    public async Task Contexts_that_exclude_each_other_are_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        var file = new FileId(1, 2);
        Contexts first = DurableV1, back = ReconnectV1(file), second = Durable(Id), backSecond = Reconnect(file, Id);

        await AssertAsync(peer, NtStatus.InvalidParameter, Create("a.txt", OplockLevel.Batch, first, second));
        await AssertAsync(peer, NtStatus.InvalidParameter, Create("a.txt", OplockLevel.Batch, first, backSecond));
        await AssertAsync(peer, NtStatus.InvalidParameter, Create("a.txt", OplockLevel.Batch, back, second));
        await AssertAsync(peer, NtStatus.InvalidParameter, Create("a.txt", OplockLevel.Batch, back, backSecond));
        await AssertAsync(peer, NtStatus.InvalidParameter, Create("a.txt", OplockLevel.Batch, second, backSecond));
        await AssertAsync(peer, NtStatus.ObjectNameNotFound, Create("a.txt", OplockLevel.Batch, first, back)); // 3.3.5.9.7
        Assert.Equal(0, server.Server.Opens.Count);
    }

    private static async Task AssertAsync(ScriptedPeer peer, NtStatus expected, CreateRequest request) =>
        Assert.Equal(expected, (await peer.SendAsync(request)).Status);
}
