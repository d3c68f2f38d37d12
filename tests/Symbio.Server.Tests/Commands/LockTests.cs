using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>
/// Receiving an SMB2 LOCK Request, [MS-SMB2] 3.3.5.14. Which ranges meet is tested with the coordinator; waiting with the
/// connection's pending requests.
/// </summary>
public sealed class LockTests
{
    private const LockFlags Exclusive = LockFlags.ExclusiveLock | LockFlags.FailImmediately;
    private const LockFlags Shared = LockFlags.SharedLock | LockFlags.FailImmediately;

    [Theory] // smb2.lock.valid-request
    [InlineData(0ul, 0ul, Exclusive, NtStatus.Success)]
    [InlineData(ulong.MaxValue, 1ul, Exclusive, NtStatus.Success)]
    [InlineData(ulong.MaxValue, 0ul, Exclusive, NtStatus.Success)]
    [InlineData(ulong.MaxValue, 2ul, Exclusive, NtStatus.InvalidLockRange)]
    [InlineData(2ul, ulong.MaxValue, Exclusive, NtStatus.InvalidLockRange)]
    [InlineData(0ul, 1ul, LockFlags.None, NtStatus.InvalidParameter)]
    [InlineData(0ul, 1ul, LockFlags.FailImmediately, NtStatus.InvalidParameter)]
    [InlineData(0ul, 1ul, LockFlags.ExclusiveLock | LockFlags.SharedLock, NtStatus.InvalidParameter)]
    [InlineData(0ul, 1ul, (LockFlags)0x42, NtStatus.InvalidParameter)]
    [InlineData(0ul, 1ul, LockFlags.Unlock | LockFlags.FailImmediately, NtStatus.InvalidParameter)]
    [InlineData(0ul, 1ul, LockFlags.Unlock | LockFlags.SharedLock, NtStatus.InvalidParameter)]
    [InlineData(0ul, 1ul, LockFlags.Unlock, NtStatus.RangeNotLocked)]
    public async Task Requests(ulong offset, ulong length, LockFlags flags, NtStatus expected)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        Assert.Equal(expected, (await peer.LockAsync(file, new LockElement(offset, length, flags))).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task A_request_without_a_lock_is_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");

        Assert.Equal(NtStatus.InvalidParameter, (await peer.LockAsync(file)).Status);
    }

    [Fact]
    public async Task A_directory_has_no_ranges()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("d", options: CreateOptions.DirectoryFile);

        Assert.Equal(NtStatus.InvalidParameter, (await peer.LockAsync(file, new LockElement(0, 1, Exclusive))).Status);
    }

    [Fact] // 3.3.5.14.2
    public async Task Several_locks_are_taken_all_or_none()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.OpenAsync("a.txt");
        FileId second = await peer.OpenAsync("a.txt");
        await peer.LockAsync(first, new LockElement(20, 1, Exclusive));

        Reply refused = await peer.LockAsync(
            second, new LockElement(0, 1, Exclusive), new LockElement(10, 1, Shared), new LockElement(20, 1, Exclusive));
        Reply invalid = await peer.LockAsync(second, new LockElement(0, 1, Exclusive), new LockElement(5, 1, LockFlags.Unlock));
        Reply waits = await peer.LockAsync(second, new LockElement(0, 1, Exclusive), new LockElement(5, 1, LockFlags.ExclusiveLock));
        Reply taken = await peer.LockAsync(first, new LockElement(0, 1, Exclusive), new LockElement(10, 1, Exclusive));

        Assert.Equal(NtStatus.LockNotGranted, refused.Status);
        Assert.Equal(NtStatus.InvalidParameter, invalid.Status);
        Assert.Equal(NtStatus.InvalidParameter, waits.Status); // Of several none may wait.
        Assert.Equal(NtStatus.Success, taken.Status);
    }

    [Fact] // 3.3.5.14.2: what was locked before it is not rolled back.
    public async Task An_unlock_among_locks_ends_the_request_where_it_stands()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.OpenAsync("a.txt");
        FileId second = await peer.OpenAsync("a.txt");
        const LockFlags Unlock = LockFlags.Unlock | LockFlags.FailImmediately;

        Reply refused = await peer.LockAsync(
            first, new LockElement(0, 1, Exclusive), new LockElement(0, 1, Unlock), new LockElement(10, 1, Exclusive));

        Assert.Equal(NtStatus.InvalidParameter, refused.Status);
        Assert.Equal(NtStatus.LockNotGranted, (await peer.LockAsync(second, new LockElement(0, 1, Exclusive))).Status);
        Assert.Equal(NtStatus.Success, (await peer.LockAsync(second, new LockElement(10, 1, Exclusive))).Status);
        Assert.Equal(NtStatus.Success, (await peer.LockAsync(first, new LockElement(0, 1, LockFlags.Unlock))).Status);
        Assert.Equal(NtStatus.RangeNotLocked, (await peer.LockAsync(first, new LockElement(0, 1, LockFlags.Unlock))).Status);
    }

    [Fact] // 3.3.5.14.2: what goes is what the request has taken, not what was held on the same range.
    public async Task A_request_that_fails_takes_nothing_away()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId holder = await peer.OpenAsync("a.txt");
        FileId other = await peer.OpenAsync("a.txt");
        await peer.WriteAsync(holder, 0, new byte[100]);
        await peer.LockAsync(holder, new LockElement(0, 10, Exclusive));
        await peer.LockAsync(other, new LockElement(20, 10, Exclusive));

        Reply refused = await peer.LockAsync(holder, new LockElement(0, 10, Shared), new LockElement(20, 10, Exclusive));

        Assert.Equal(NtStatus.LockNotGranted, refused.Status);
        Assert.Equal(NtStatus.FileLockConflict, (await peer.ReadAsync(other, 0, 10)).Status);
        Assert.Equal(NtStatus.Success, (await peer.LockAsync(holder, new LockElement(0, 10, LockFlags.Unlock))).Status);
        Assert.Equal(NtStatus.Success, (await peer.ReadAsync(other, 0, 10)).Status);
    }

    [Fact] // 3.3.5.14.1
    public async Task Several_unlocks_are_done_in_order_until_one_fails()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a.txt");
        await peer.LockAsync(file, new LockElement(0, 1, Exclusive), new LockElement(10, 1, Exclusive));

        Reply reply = await peer.LockAsync(
            file, new LockElement(0, 1, LockFlags.Unlock), new LockElement(5, 1, LockFlags.Unlock), new LockElement(10, 1, LockFlags.Unlock));

        Assert.Equal(NtStatus.RangeNotLocked, reply.Status);
        Assert.Equal(NtStatus.Success, (await peer.LockAsync(file, new LockElement(0, 1, Exclusive))).Status);
        Assert.Equal(NtStatus.LockNotGranted, (await peer.LockAsync(file, new LockElement(10, 1, Exclusive))).Status);
    }

    [Theory] // [MS-FSA] 2.1.4.10, smb2.lock.rw-shared and rw-exclusive
    [InlineData(true, true, NtStatus.Success, NtStatus.Success)]
    [InlineData(true, false, NtStatus.FileLockConflict, NtStatus.FileLockConflict)]
    [InlineData(false, true, NtStatus.Success, NtStatus.FileLockConflict)]
    [InlineData(false, false, NtStatus.Success, NtStatus.FileLockConflict)]
    public async Task Locks_keep_readers_and_writers_out(bool exclusive, bool sameOpen, NtStatus read, NtStatus write)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId holder = await peer.OpenAsync("a.txt");
        FileId other = sameOpen ? holder : await peer.OpenAsync("a.txt");
        await peer.WriteAsync(holder, 0, new byte[100]);
        await peer.LockAsync(holder, new LockElement(10, 10, exclusive ? Exclusive : Shared));

        Assert.Equal(read, (await peer.ReadAsync(other, 15, 10)).Status);
        Assert.Equal(write, (await peer.WriteAsync(other, 5, new byte[6])).Status);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(other, 0, new byte[10])).Status);
        Assert.Equal(NtStatus.Success, (await peer.ReadAsync(other, 20, 10)).Status);
        Assert.Equal(NtStatus.Success, (await peer.ReadAsync(other, 15, 0)).Status); // Nothing is not in the way.
    }

    [Fact]
    public async Task Locks_go_with_their_open()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId first = await peer.OpenAsync("a.txt");
        FileId second = await peer.OpenAsync("a.txt");
        await peer.LockAsync(first, new LockElement(0, 10, Exclusive));
        ulong id = await peer.PostAsync(new LockRequest(0, 0, second, new LockElement(0, 10, LockFlags.ExclusiveLock)));
        await peer.WaitAsync(id, acceptInterim: true);

        await peer.CloseAsync(first);

        Assert.Equal(NtStatus.Success, (await peer.WaitAsync(id)).Status);
    }
}
