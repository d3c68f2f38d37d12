using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Tests.Ioctls;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Tests.Leases;

/// <summary>Leases over the wire: [MS-SMB2] 3.3.5.9.8, 3.3.5.9.11, 3.3.4.7, 3.3.5.22.2 and 3.3.6.3.</summary>
public sealed class LeaseBreakTests
{
    [Theory]
    [InlineData(Dialect.Smb210, false)]
    [InlineData(Dialect.Smb311, false)]
    [InlineData(Dialect.Smb300, true)]
    [InlineData(Dialect.Smb311, true)]
    public async Task A_lease_is_granted_broken_and_acknowledged(Dialect dialect, bool second)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync(dialect);
        CreateResponse response = await peer.OpenAsync(
            Create("a.txt", OplockLevel.Lease, second ? LeaseContext(1, RWH, epoch: 5) : LeaseContextV1(1, RWH)));
        Assert.Equal(OplockLevel.Lease, response.OplockLevel);
        Assert.True(response.CreateContexts.TryGet("RqLs"u8, out ReadOnlyMemory<byte> data));
        if (second)
            Assert.Equal(new LeaseV2(Key(1), RWH, LeaseFlags.None, Guid.Empty, 6), response.Lease());
        else
            Assert.Equal((true, new LeaseV1(Key(1), RWH, LeaseFlags.None)), (LeaseV1.TryRead(data, out LeaseV1 lease), lease));

        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        Assert.Equal(
            new LeaseBreakNotification((ushort)(second ? 7 : 0), LeaseBreakFlags.AckRequired, Key(1), RWH, RH),
            await peer.LeaseBreakAsync());
        Reply acknowledged = await peer.AcknowledgeAsync(1, RH);

        Assert.Equal(new LeaseBreakResponse(Key(1), RH), acknowledged.As<LeaseBreakResponse>());
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Theory] // A context that the dialect does not know, or that the level does not ask for, is as good as none.
    [InlineData(Dialect.Smb202, false, OplockLevel.Lease)]
    [InlineData(Dialect.Smb202, true, OplockLevel.Lease)]
    [InlineData(Dialect.Smb210, true, OplockLevel.Lease)]
    [InlineData(Dialect.Smb311, true, OplockLevel.None)]
    public async Task Who_cannot_have_a_lease_gets_none(Dialect dialect, bool second, OplockLevel level)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);

        CreateResponse response = await peer.OpenAsync(
            Create("a.txt", level, second ? LeaseContext(1, RWH) : LeaseContextV1(1, RWH)));

        Assert.Equal((OplockLevel.None, false), (response.OplockLevel, response.Has("RqLs")));
        Assert.Equal(NtStatus.ObjectNameNotFound, (await peer.AcknowledgeAsync(1, R)).Status);
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Fact] // 2.2.13.2.10: R, H and W are all there is. Who waits for the break must not wait for ever.
    public async Task Bits_that_are_no_state_are_not_granted()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        CreateResponse response = await peer.OpenAsync(Create("a.txt", 1, (LeaseState)uint.MaxValue));
        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));

        Reply junk = await peer.AcknowledgeAsync(1, (LeaseState)0xFFFFFFF9);
        Reply right = await peer.AcknowledgeAsync(1, R);

        Assert.Equal(RWH, response.Lease().LeaseState);
        Assert.Equal((NtStatus.RequestNotAccepted, NtStatus.Success), (junk.Status, right.Status));
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Fact]
    public async Task A_lease_without_a_context_is_none()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        Assert.Equal(OplockLevel.None, (await peer.OpenAsync(Create("a.txt", OplockLevel.Lease))).OplockLevel);
    }

    [Fact]
    public async Task Acknowledgments_that_do_not_fit_are_refused()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        await peer.LeaseAsync("a.txt", 1, RWH);

        Assert.Equal(NtStatus.ObjectNameNotFound, (await peer.AcknowledgeAsync(2, R)).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await other.AcknowledgeAsync(1, R)).Status); // Another client's.
        Assert.Equal(NtStatus.Unsuccessful, (await peer.AcknowledgeAsync(1, RH)).Status); // Nothing is being broken.
        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        Assert.Equal(NtStatus.RequestNotAccepted, (await peer.AcknowledgeAsync(1, RWH)).Status);
        Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, R)).Status);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    [Fact]
    public async Task Two_opens_share_a_lease()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer again = await server.ConnectAuthenticatedAsync(options: peer.Options);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.LeaseAsync("a.txt", 1, RWH);
        FileId second = await again.LeaseAsync("a.txt", 1, RWH); // Of another session, but the same client.
        await peer.AssertQuietAsync();
        await peer.WriteAsync(first, 0, new byte[1]);
        Assert.Equal(1, server.Server.Leases.Count);

        ulong id = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        await peer.LeaseBreakAsync();
        await again.AssertQuietAsync(); // One client, one notification.
        await peer.CloseAsync(first);
        Assert.Equal(NtStatus.Success, (await again.AcknowledgeAsync(1, RH)).Status);
        Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);

        await again.CloseAsync(second);
        Assert.Equal(0, server.Server.Leases.Count);
        await OplockTests.AssertNothingLeftAsync(server, peer, again, other);
    }

    [Fact]
    public async Task A_break_is_told_over_the_open_that_is_left()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer again = await server.ConnectAuthenticatedAsync(options: peer.Options);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.LeaseAsync("a.txt", 1, RWH);
        await again.LeaseAsync("a.txt", 1, RWH);
        await peer.CloseAsync(first);

        await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));

        Assert.Equal(RH, (await again.LeaseBreakAsync()).NewLeaseState);
    }

    [Theory] // 3.3.5.9.8: a key is for one file.
    [InlineData("b.txt", CreateDisposition.Open)]
    [InlineData("new.txt", CreateDisposition.Create)]
    [InlineData("a.txt:s", CreateDisposition.OpenIf)]
    public async Task A_key_is_for_one_file(string name, CreateDisposition disposition)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("b.txt");
        FileId file = await peer.LeaseAsync("a.txt", 1, RWH);

        Reply reply = await peer.SendAsync(Create(name, 1, R) with { CreateDisposition = disposition });
        Assert.Equal(NtStatus.InvalidParameter, reply.Status);
        await peer.CloseAsync(file);
        Assert.Equal(0, server.Server.Leases.Count);
        await peer.LeaseAsync(name, 1, R); // The key is free again.
        await OplockTests.AssertNothingLeftAsync(server, peer);
    }

    [Fact]
    public async Task An_open_that_fails_leaves_no_lease()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await peer.OpenAsync("a.txt", share: ShareAccess.None);

        Assert.Equal(NtStatus.SharingViolation, (await peer.SendAsync(Create("a.txt", 1, RWH))).Status);
        Assert.Equal(
            NtStatus.ObjectNameNotFound,
            (await peer.SendAsync(Create("none", 1, RWH) with { CreateDisposition = CreateDisposition.Open })).Status);
        Assert.Equal(0, server.Server.Leases.Count);
        await peer.LeaseAsync("b.txt", 1, RWH);
    }

    public static TheoryData<string, LeaseState, LeaseState, bool> Operations { get; } = new()
    {
        { "write", RH, LeaseState.None, false },
        { "lock", RH, LeaseState.None, false },
        { "end of file", RH, LeaseState.None, false },
        { "allocation", RH, LeaseState.None, false },
        { "zero", RH, LeaseState.None, false },
        { "copy", RH, LeaseState.None, false },
        { "rename", RH, R, true },
        { "delete", RH, R, true },
        { "replace", RH, R, true },
        { "link", RH, R, true },
        { "read", RH, RH, false },
        { "attributes", RH, RH, false },
    };

    [Theory]
    [MemberData(nameof(Operations))]
    public async Task What_others_do_breaks_a_lease(string operation, LeaseState state, LeaseState left, bool waits)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId source = await other.OpenAsync("source");
        await other.WriteAsync(source, 0, new byte[100]);
        FileId mine = await other.OpenAsync("a.txt");
        await other.WriteAsync(mine, 0, new byte[100]);
        FileId leased = await peer.LeaseAsync("a.txt", 1, state);
        Task<Reply> done = OperateAsync(other, operation, mine, source);

        if (left != state)
        {
            Assert.Equal((state, left), (await peer.LeaseBreakAsync() is var told ? told.CurrentLeaseState : 0, told.NewLeaseState));
            Assert.Equal(waits, !done.IsCompleted && waits);
            if (waits)
                await peer.CloseAsync(leased); // Handles that are only cached do not stand in the way.
            else
                Assert.Equal(NtStatus.Success, (await peer.AcknowledgeAsync(1, left)).Status);
        }

        Reply reply = await done;
        Assert.True(reply.Status == NtStatus.Success || operation is "replace" or "link", $"{reply.Status}");
        await peer.AssertQuietAsync();
        await OplockTests.AssertNothingLeftAsync(server, peer, other);
    }

    private static async Task<Reply> OperateAsync(ScriptedPeer peer, string operation, FileId file, FileId other) =>
        operation switch
        {
            "write" => await peer.WriteAsync(file, 0, new byte[1]),
            "lock" => await peer.LockAsync(file, new LockElement(0, 1, LockFlags.ExclusiveLock | LockFlags.FailImmediately)),
            "end of file" => await peer.SetInfoAsync(file, new FileEndOfFileInformation(1)),
            "allocation" => await peer.SetInfoAsync(file, new FileAllocationInformation(4096)),
            "zero" => await peer.IoctlAsync(FsctlCode.SetZeroData, file, new FileZeroDataInformation(0, 10)),
            "copy" => await peer.IoctlAsync(
                FsctlCode.SrvCopychunk, file,
                new SrvCopychunkCopy(
                    (await peer.IoctlAsync(FsctlCode.SrvRequestResumeKey, other, default(ReadOnlyMemory<byte>)))
                        .Output<SrvRequestResumeKeyResponse>().ResumeKey, [new SrvCopychunk(0, 0, 10)])),
            "rename" => await peer.RenameAsync(file, "b.txt"),
            "delete" => await peer.DeleteAsync(file),
            "replace" => await peer.RenameAsync(other, "a.txt", replace: true),
            "link" => await peer.SetInfoAsync(other, new FileLinkInformation(true, 0, "a.txt")),
            "read" => await peer.ReadAsync(file, 0, 1),
            _ => await peer.SetBasicAsync(file, attributes: FileAttributes.Hidden),
        };

    [Theory]
    [InlineData(true, false)] // The session.
    [InlineData(false, true)] // The share alone.
    public async Task Who_encrypts_is_told_in_cipher(bool session, bool share)
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Shares = [o.Shares[0] with { EncryptData = share }] });
        var options = new PeerOptions { Encrypt = true };
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: options);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Encrypt = true });
        await peer.LeaseAsync("a.txt", 1, RWH);
        if (!session)
        {
            peer.Options = options with { Encrypt = false };
            await peer.SendAsync(new EchoRequest());
        }

        await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));

        Reply told = await peer.WaitAsync(Unsolicited);
        Assert.Equal((Smb2Command.OplockBreak, true), (told.Header.Command, told.WasEncrypted));
    }
}
