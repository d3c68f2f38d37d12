using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Tests.Notifications;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

/// <summary>Handling compounded requests, [MS-SMB2] 3.3.5.2.7, and their responses, 3.3.4.1.3.</summary>
public sealed class CompoundTests
{
    private static readonly FileId Last = new(ulong.MaxValue, ulong.MaxValue);

    [Fact] // smb2.compound.related1
    public async Task Related_requests_take_session_tree_and_file_from_the_one_before()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        uint tree = peer.TreeId;

        ulong id = await peer.PostCompoundAsync(
            true,
            () => peer.Build(ScriptedPeer.Create("a.txt"), false),
            () => peer.Build(Write(Last, "hello"u8.ToArray()), false, change: Elsewhere),
            () => peer.Build(Read(Last, 5), false, change: Elsewhere),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false, change: Elsewhere));

        for (ulong i = 0; i < 4; i++)
        {
            Reply reply = await peer.WaitAsync(id + i);
            Assert.Equal(NtStatus.Success, reply.Status);
            Assert.Equal((peer.SessionId, tree), (reply.Header.SessionId, reply.Header.TreeId));
            Assert.Equal(i > 0, (reply.Header.Flags & Smb2HeaderFlags.RelatedOperations) != 0);
            Assert.True(i == 3 ? reply.Header.NextCommand == 0 : reply.Header.NextCommand % 8 == 0 && reply.Header.NextCommand > 0);
        }

        Assert.Equal(0, server.Server.Opens.Count);
        Assert.Empty(server.Log.Errors);

        static Smb2Header Elsewhere(Smb2Header header) => header with { SessionId = ulong.MaxValue, TreeId = uint.MaxValue };
    }

    [Fact] // smb2.compound.related2
    public async Task A_file_that_the_chain_has_closed_is_closed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        NtStatus[] statuses = await SendAsync(
            peer, true,
            () => peer.Build(ScriptedPeer.Create("a.txt"), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false));

        Assert.Equal([NtStatus.Success, NtStatus.Success, NtStatus.FileClosed], statuses);
    }

    [Theory] // smb2.compound.related4 to related8
    [InlineData("none.txt", NtStatus.ObjectNameNotFound)]
    [InlineData(@"none\a.txt", NtStatus.ObjectPathNotFound)]
    [InlineData("a*", NtStatus.ObjectNameInvalid)]
    public async Task A_create_that_fails_fails_what_is_related_to_it(string name, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        NtStatus[] statuses = await SendAsync(
            peer, true,
            () => peer.Build(ScriptedPeer.Create(name, disposition: CreateDisposition.Open), false),
            () => peer.Build(Read(Last, 1), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false));

        Assert.Equal([expected, expected, expected], statuses);
    }

    [Fact]
    public async Task A_failure_in_the_middle_does_not_end_the_chain()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        NtStatus[] statuses = await SendAsync(
            peer, true,
            () => peer.Build(ScriptedPeer.Create("a.txt"), false),
            () => peer.Build(Read(Last, 1), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false));

        Assert.Equal([NtStatus.Success, NtStatus.EndOfFile, NtStatus.Success], statuses);
    }

    [Fact]
    public async Task A_chain_may_start_from_a_file_that_is_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        NtStatus[] statuses = await SendAsync(
            peer, true,
            () => peer.Build(Write(file, new byte[3]), false),
            () => peer.Build(Read(Last, 3), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false));

        Assert.Equal([NtStatus.Success, NtStatus.Success, NtStatus.Success], statuses);
    }

    [Fact] // smb2.compound.unrelated1
    public async Task Unrelated_requests_know_nothing_of_each_other()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("b.txt");

        NtStatus[] statuses = await SendAsync(
            peer, false,
            () => peer.Build(ScriptedPeer.Create("none", disposition: CreateDisposition.Open), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, file), false));

        Assert.Equal([NtStatus.ObjectNameNotFound, NtStatus.FileClosed, NtStatus.Success], statuses);
    }

    [Fact] // smb2.compound.invalid1
    public async Task The_first_request_cannot_be_related()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        NtStatus[] statuses = await SendAsync(
            peer, false,
            () => peer.Build(ScriptedPeer.Create("a.txt"), false, flags: Smb2HeaderFlags.RelatedOperations),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false, flags: Smb2HeaderFlags.RelatedOperations),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false));

        Assert.Equal([NtStatus.InvalidParameter, NtStatus.InvalidParameter, NtStatus.FileClosed], statuses);
        Assert.Equal(0, server.Server.Opens.Count);
    }

    [Fact] // smb2.compound.invalid2
    public async Task A_related_request_without_a_session_is_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        NtStatus[] first = await SendAsync(
            peer, false,
            () => peer.Build(ScriptedPeer.Create("a.txt"), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false, flags: Smb2HeaderFlags.RelatedOperations),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false, change: h => h with { SessionId = 99 }),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false, flags: Smb2HeaderFlags.RelatedOperations));

        Assert.Equal(
            [NtStatus.Success, NtStatus.Success, NtStatus.UserSessionDeleted, NtStatus.InvalidParameter], first);
    }

    [Fact]
    public async Task A_compound_may_hold_requests_of_several_sessions()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        PeerSession first = peer.Session;
        peer.Session = default;
        await peer.LogOnAsync(TestServer.User, TestServer.Password);
        await peer.TreeConnectAsync(TestServer.Share);
        PeerSession second = peer.Session;
        byte[] two = Padded(peer.Build(ScriptedPeer.Create("b.txt"), false), 0);
        second.Signer!.Sign(two);
        peer.Session = first;
        byte[] one = Padded(peer.Build(ScriptedPeer.Create("a.txt"), false), 1);
        first.Signer!.Sign(one);

        await peer.SendFrameAsync((byte[])[.. one, .. two]);
        Reply a = await peer.WaitAsync(peer.NextMessageId - 1);
        Reply b = await peer.WaitAsync(peer.NextMessageId - 2);

        Assert.Equal((NtStatus.Success, NtStatus.Success), (a.Status, b.Status));
        Assert.True(a.SignatureValid);
        byte[] bytes = b.Message.ToArray();
        Assert.True(second.Signer!.Verify(bytes));
    }

    [Theory]
    [InlineData(4u)] // Not aligned, and inside the header.
    [InlineData(68u)]
    [InlineData(56u)]
    [InlineData(4096u)] // Beyond the frame.
    [InlineData(0xFFFFFFF8u)]
    public async Task A_next_command_that_cannot_be_ends_the_connection(uint next)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        byte[] bytes = [.. peer.Build(new EchoRequest(), false), .. new byte[60], .. peer.Build(new EchoRequest(), false)];
        BitConverter.TryWriteBytes(bytes.AsSpan(20), next);

        await peer.SendFrameAsync(bytes);

        Assert.True(await peer.IsClosedAsync());
        Assert.Empty(server.Log.Errors);
    }

    [Fact] // smb2.compound.interim1
    public async Task The_last_request_may_wait_and_the_others_are_answered_with_its_interim_response()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId holder = await LockedAsync(peer);

        ulong id = await peer.PostCompoundAsync(
            true,
            () => peer.Build(ScriptedPeer.Create("a.txt"), false),
            () => peer.Build(new LockRequest(0, 0, Last, new LockElement(0, 1, LockFlags.ExclusiveLock)), false));
        Reply create = await peer.WaitAsync(id);
        Reply interim = await peer.WaitAsync(id + 1, acceptInterim: true);
        await peer.CloseAsync(holder);
        Reply final = await peer.WaitAsync(id + 1);

        Assert.True(create.SignatureValid);
        Assert.Equal(NtStatus.Pending, interim.Status);
        Assert.Equal((NtStatus.Success, interim.Header.AsyncId), (final.Status, final.Header.AsyncId));
        Assert.True(final.SignatureValid);
    }

    [Fact]
    public async Task A_waiting_request_of_a_chain_is_cancelled()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await LockedAsync(peer);
        ulong id = await peer.PostCompoundAsync(
            true,
            () => peer.Build(ScriptedPeer.Create("a.txt"), false),
            () => peer.Build(new LockRequest(0, 0, Last, new LockElement(0, 1, LockFlags.ExclusiveLock)), false));
        await peer.WaitAsync(id + 1, acceptInterim: true);

        await peer.CancelAsync(id + 1);

        Assert.Equal(NtStatus.Cancelled, (await peer.WaitAsync(id + 1)).Status);
    }

    [Theory] // 3.3.5.2.7.2: nothing is done on the tree that the header of the TREE_CONNECT happens to name.
    [InlineData(true)]
    [InlineData(false)]
    public async Task What_is_related_to_a_failed_tree_connect_fails(bool namesTree)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        ulong id = await peer.PostCompoundAsync(
            true,
            () => peer.Build(TreeConnect("nowhere"), false, change: h => namesTree ? h : h with { TreeId = 0 }),
            () => peer.Build(ScriptedPeer.Create("a.txt", disposition: CreateDisposition.OverwriteIf), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false));

        Assert.Equal(NtStatus.BadNetworkName, (await peer.WaitAsync(id)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.WaitAsync(id + 1)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.WaitAsync(id + 2)).Status);
        Reply reply = await peer.CreateAsync("a.txt", disposition: CreateDisposition.Open);
        Assert.Equal(NtStatus.ObjectNameNotFound, reply.Status);
    }

    [Fact] // 3.3.5.2.7.2
    public async Task A_file_that_the_request_before_does_not_have_is_an_invalid_handle()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        ulong id = await peer.PostCompoundAsync(
            true,
            () => peer.Build(TreeConnect(TestServer.Share), false),
            () => peer.Build(Read(Last, 5), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false));

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id)).Status);
        Assert.Equal(NtStatus.InvalidHandle, (await peer.WaitAsync(id + 1)).Status);
        Assert.Equal(NtStatus.InvalidHandle, (await peer.WaitAsync(id + 2)).Status);
    }

    [Fact] // What is cancelled is answered first, and then the other may wait as it may anywhere else.
    public async Task What_follows_a_cancel_may_wait()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId directory = await peer.OpenDirectoryAsync("");
        ulong cancelled = await peer.WatchAsync(directory, NotifyPeer.Names);
        var watch = new ChangeNotifyRequest(NotifyFlags.None, 4096, directory, NotifyPeer.Names);

        ulong waits = await peer.PostCompoundAsync(
            false,
            () => peer.Build(new CancelRequest(), false, change: h => h with { MessageId = cancelled }),
            () => peer.Build(watch, false, 4096));

        Assert.Equal(NtStatus.Cancelled, (await peer.WaitAsync(cancelled)).Status);
        Assert.Equal(NtStatus.Pending, (await peer.WaitAsync(waits, acceptInterim: true)).Status);
        await peer.OpenAsync("new.txt");
        Assert.Equal("Added new.txt", NotifyPeer.Changes(await peer.WaitAsync(waits)));
    }

    [Fact] // A chain may meet a full send queue before or after the receive loop has gone on to the next frame.
    public async Task What_the_receive_loop_has_left_does_not_hold_it()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        Connection connection = server.Server.Connections.Single();
        var left = new RequestContext(connection);
        var held = new RequestContext(connection);

        Assert.True(left.TryLeaveReceiveLoop());
        Assert.False(left.TryHoldReceiveLoop() || left.HoldsReceiveLoop);
        Assert.True(held.TryHoldReceiveLoop() && held.HoldsReceiveLoop);
        Assert.False(held.TryLeaveReceiveLoop());
    }

    [Fact] // smb2.compound.interim2: Windows fails it with INTERNAL_ERROR; 3.3.5.2.7 allows to.
    public async Task A_request_in_the_middle_does_not_wait()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        await LockedAsync(peer);

        NtStatus[] statuses = await SendAsync(
            peer, true,
            () => peer.Build(ScriptedPeer.Create("a.txt"), false),
            () => peer.Build(new LockRequest(0, 0, Last, new LockElement(0, 1, LockFlags.ExclusiveLock)), false),
            () => peer.Build(new CloseRequest(CloseFlags.None, Last), false));

        Assert.Equal([NtStatus.Success, NtStatus.InternalError, NtStatus.Success], statuses);
    }

    private static async Task<FileId> LockedAsync(ScriptedPeer peer)
    {
        FileId file = await peer.OpenAsync("a.txt");
        await peer.LockAsync(file, new LockElement(0, 1, LockFlags.ExclusiveLock));
        return file;
    }

    private static async Task<NtStatus[]> SendAsync(ScriptedPeer peer, bool related, params Func<byte[]>[] builders)
    {
        ulong id = await peer.PostCompoundAsync(related, builders);
        var statuses = new NtStatus[builders.Length];
        for (int i = 0; i < statuses.Length; i++)
            statuses[i] = (await peer.WaitAsync(id + (ulong)i)).Status;
        return statuses;
    }

    private static byte[] Padded(byte[] message, int more)
    {
        if (more == 0)
            return message;
        Array.Resize(ref message, (message.Length + 7) & ~7);
        BitConverter.TryWriteBytes(message.AsSpan(20), message.Length);
        return message;
    }

    private static ReadRequest Read(FileId file, uint length) =>
        new(0, ReadFlags.None, length, 0, file, 0, Channel.None, 0, default);

    private static TreeConnectRequest TreeConnect(string share) =>
        new(TreeConnectFlags.None, System.Text.Encoding.Unicode.GetBytes($@"\\test\{share}"));

    private static WriteRequest Write(FileId file, byte[] data) => new(
        Smb2Header.Size + WriteRequest.FixedSize, (uint)data.Length, 0, file, Channel.None, 0, WriteFlags.None, default, data);
}
