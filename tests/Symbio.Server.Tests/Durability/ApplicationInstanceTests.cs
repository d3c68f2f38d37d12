using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Leases;
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
