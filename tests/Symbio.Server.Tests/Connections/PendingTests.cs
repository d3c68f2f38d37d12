using Symbio.Protocol;
using Symbio.Protocol.Smb2;
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

    private static async Task<(FileId First, FileId Second, ulong Id, Reply Interim)> WaitForLockAsync(ScriptedPeer peer)
    {
        FileId first = await peer.OpenAsync("a.txt");
        FileId second = await peer.OpenAsync("a.txt");
        await peer.LockAsync(first, new LockElement(0, 1, LockFlags.ExclusiveLock));
        ulong id = await peer.PostAsync(new LockRequest(0, 0, second, new LockElement(0, 1, LockFlags.ExclusiveLock)));
        return (first, second, id, await peer.WaitAsync(id, acceptInterim: true));
    }
}
