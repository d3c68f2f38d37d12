using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Testing;

namespace Symbio.Server.Tests.Connections;

/// <summary>STATUS_PENDING, [MS-SMB2] 3.3.4.2, and CANCEL, 3.3.5.16.</summary>
public sealed class PendingTests
{
    [Theory]
    [InlineData(false, true)]
    [InlineData(true, true)]
    [InlineData(false, false)] // A CANCEL need not be signed.
    [InlineData(true, false)]
    public async Task A_request_is_cancelled_by_message_id_and_by_async_id(bool byAsyncId, bool signs)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, _, ulong id, Reply interim) = await WaitForLockAsync(peer);

        await peer.CancelAsync(id, byAsyncId ? interim.Header.AsyncId : 0, signs);
        Reply final = await peer.WaitAsync(id);

        Assert.Equal(Smb2HeaderFlags.AsyncCommand, interim.Header.Flags & (Smb2HeaderFlags.AsyncCommand | Smb2HeaderFlags.Signed));
        Assert.NotEqual(0ul, interim.Header.AsyncId);
        Assert.Equal((NtStatus.Cancelled, interim.Header.AsyncId), (final.Status, final.Header.AsyncId));
        Assert.True(final.SignatureValid);
        Assert.Equal(NtStatus.Success, (await peer.SendAsync(new EchoRequest())).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_cancel_with_a_wrong_signature_does_nothing()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (FileId first, _, ulong id, _) = await WaitForLockAsync(peer);
        byte[] cancel = peer.Build(new CancelRequest(), signs: true, change: h => h with { MessageId = id });
        cancel[50] ^= 1;

        await peer.SendFrameAsync(cancel);
        await peer.SendAsync(new EchoRequest());
        await peer.LockAsync(first, new LockElement(0, 1, LockFlags.Unlock));

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id)).Status);
    }

    [Fact]
    public async Task A_cancel_of_nothing_has_no_answer()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        await peer.CancelAsync(4711);
        await peer.CancelAsync(0, asyncId: 4711);
        ulong id = await peer.PostAsync(new EchoRequest());

        Assert.Equal(id, (await peer.WaitAsync(id)).Header.MessageId);
    }

    [Fact] // smb2.lock.cancel
    public async Task A_waiting_lock_ends_when_its_file_is_closed()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, FileId second, ulong id, _) = await WaitForLockAsync(peer);

        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(second)).Status);

        Assert.Equal(NtStatus.RangeNotLocked, (await peer.WaitAsync(id)).Status);
    }

    [Theory] // smb2.lock.cancel-tdis and cancel-logoff: opens end in order, so Windows still grants the lock.
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_waiting_lock_ends_with_its_tree_and_session(bool logoff)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, _, ulong id, _) = await WaitForLockAsync(peer);

        Reply reply = logoff
            ? await peer.SendAsync(new LogoffRequest())
            : await peer.SendAsync(new TreeDisconnectRequest());

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id)).Status);
        Assert.Equal(0, server.Server.Opens.Count);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_waiting_lock_of_a_lost_connection_is_forgotten()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer holder = await server.ConnectAuthenticatedAsync();
        FileId held = await holder.OpenAsync("a.txt");
        await holder.LockAsync(held, new LockElement(0, 1, LockFlags.ExclusiveLock));
        ScriptedPeer lost = await server.ConnectAuthenticatedAsync();
        FileId file = await lost.OpenAsync("a.txt");
        ulong id = await lost.PostAsync(new LockRequest(0, 0, file, new LockElement(0, 1, LockFlags.ExclusiveLock)));
        await lost.WaitAsync(id, acceptInterim: true);

        await lost.DisposeAsync();
        await holder.CloseAsync(held);
        await holder.DisposeAsync();

        Assert.Empty(await server.LeftoversAsync());
    }

    [Fact]
    public async Task Waiting_requests_are_bounded()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxAsyncCommands = 2 } });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        (_, FileId second, _, _) = await WaitForLockAsync(peer);
        await peer.PostAsync(new LockRequest(0, 0, second, new LockElement(0, 1, LockFlags.ExclusiveLock)));

        Reply reply = await peer.LockAsync(second, new LockElement(0, 1, LockFlags.ExclusiveLock));

        Assert.Equal(NtStatus.InsufficientResources, reply.Status);
    }

    [Fact] // What follows a request in its frame stays as long as it waits, and compression makes it small on the wire.
    public async Task Bytes_of_waiting_requests_are_bounded()
    {
        await using TestServer server = await TestServer.StartAsync(
            o => o with { Limits = o.Limits with { MaxWaitingBytes = 3 << 20 } });
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: new PeerOptions { Credits = 1024 });
        (_, FileId second, ulong first, _) = await WaitForLockAsync(peer);
        var request = new LockRequest(0, 0, second, new LockElement(0, 1, LockFlags.ExclusiveLock));
        ulong id = 0;
        for (int i = 0; i < 2; i++)
        {
            byte[] large = Lengthen(peer, peer.Build(request, true, payload: 1 << 20), 1 << 20);
            id = BitConverter.ToUInt64(large, 24);
            await peer.SendFrameAsync(large);
            Assert.Equal(NtStatus.Pending, (await peer.WaitAsync(id, acceptInterim: true)).Status);
        }

        Reply refused = await peer.ExchangeAsync(Lengthen(peer, peer.Build(request, true, payload: 1 << 20), 1 << 20));
        await peer.CancelAsync(id);
        await peer.WaitAsync(id);
        byte[] next = Lengthen(peer, peer.Build(request, true, payload: 1 << 20), 1 << 20);
        await peer.SendFrameAsync(next);
        Reply waiting = await peer.WaitAsync(BitConverter.ToUInt64(next, 24), acceptInterim: true);

        Assert.Equal((NtStatus.InsufficientResources, NtStatus.Pending), (refused.Status, waiting.Status));
    }

    [Fact] // A break ends by itself, and many may wait for it; what comes after it need not.
    public void What_goes_on_to_wait_for_an_event_counts_as_such()
    {
        var pending = new PendingRequests(new ServerLimits { MaxWaitingBytes = 100 }, WorkScheduler.ThreadPool);
        PendingRequest[] waiting = [.. Enumerable.Range(1, 3).Select(i => pending.TryAdd((ulong)i, 1, 50, endsByItself: true)!)];

        Assert.Equal([true, true, false], waiting.Select(pending.TryWaitForEvent));
        Assert.True(pending.TryWaitForEvent(waiting[0])); // It does already.
        pending.Remove(waiting[0]);
        Assert.True(pending.TryWaitForEvent(waiting[2]));
        Assert.Null(pending.TryAdd(4, 1, 1, endsByItself: false));
    }

    [Theory] // [MS-SMB2] 3.3.5.2.5, for the frame as a whole.
    [InlineData(1, 0x1_FFFF, true)]
    [InlineData(1, 0x2_0001, false)]
    [InlineData(3, 0x3_FFFF, true)]
    [InlineData(3, 0x4_0001, false)]
    public async Task A_frame_is_no_longer_than_its_credits_pay_for(int charge, int length, bool isTaken)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        Reply reply = await peer.ExchangeAsync(Lengthen(peer, peer.Build(new EchoRequest(), true, payload: charge << 16), length));

        Assert.Equal(isTaken ? NtStatus.Success : NtStatus.InvalidParameter, reply.Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Nothing_of_a_compound_is_carried_out_that_is_longer_than_its_credits_pay_for()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();

        ulong id = await peer.PostCompoundAsync(
            related: false,
            () => peer.Build(new EchoRequest(), false),
            () => Lengthen(null, peer.Build(new EchoRequest(), false), 0x4_0001));
        ulong other = await peer.PostCompoundAsync(
            related: false,
            () => peer.Build(new EchoRequest(), false),
            () => Lengthen(null, peer.Build(new EchoRequest(), false), 0x3_0000)); // The sum counts.

        Assert.Equal(NtStatus.InvalidParameter, (await peer.WaitAsync(id)).Status);
        Assert.Equal(NtStatus.InvalidParameter, (await peer.WaitAsync(id + 1)).Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(other)).Status);
        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(other + 1)).Status);
    }

    // The message as it is, signed anew, with zeros behind.
    private static byte[] Lengthen(ScriptedPeer? signer, byte[] message, int length)
    {
        Array.Resize(ref message, length);
        signer?.Sign(message);
        return message;
    }

    private static async Task<(FileId First, FileId Second, ulong Id, Reply Interim)> WaitForLockAsync(ScriptedPeer peer)
    {
        FileId first = await peer.OpenAsync("a.txt");
        FileId second = await peer.OpenAsync("a.txt");
        await peer.LockAsync(first, new LockElement(0, 1, LockFlags.ExclusiveLock));
        ulong id = await peer.PostAsync(new LockRequest(0, 0, second, new LockElement(0, 1, LockFlags.ExclusiveLock)));
        return (first, second, id, await peer.WaitAsync(id, acceptInterim: true));
    }
}
