using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Tests.Leases;
using Symbio.Storage;
using Symbio.Storage.Posix;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>
/// Byte-range locks of clients and of local processes. Whoever has the file open by another descriptor is a stranger to the
/// kernel, as another process is.
/// </summary>
public sealed class LocalLockTests : IAsyncLifetime
{
    private const LockFlags Exclusive = LockFlags.ExclusiveLock | LockFlags.FailImmediately;
    private const LockFlags Shared = LockFlags.SharedLock | LockFlags.FailImmediately;
    private const string Python = "/usr/bin/python3";

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-locks-").FullName;
    private readonly string _handles = Directory.CreateTempSubdirectory("symbio-locks-handles-").FullName;
    private TestServer _server = null!;
    private ScriptedPeer _peer = null!;
    private FileId _file;
    private PosixFileStore _strangers = null!;
    private IStoreFile _opened = null!;
    private ILockableFile _local = null!;

    public async ValueTask InitializeAsync()
    {
        await File.WriteAllBytesAsync(At("a"), new byte[100]);
        _server = await StartAsync();
        _peer = await _server.ConnectAuthenticatedAsync();
        _file = await _peer.OpenAsync("a");
        _strangers = PosixFileStore.Open(_folder);
        (_, IStoreFile? opened) = await _strangers.OpenAsync(
            "a", new StoreOpenOptions(StoreAccess.Read | StoreAccess.Write), StoreCaller.Service, CancellationToken.None);
        _opened = opened!;
        _local = (ILockableFile)opened!;
    }

    public async ValueTask DisposeAsync()
    {
        await _opened.DisposeAsync();
        await _strangers.DisposeAsync();
        await _peer.DisposeAsync();
        Assert.Empty(await _server.LeftoversAsync());
        Directory.Delete(_folder, recursive: true);
        Directory.Delete(_handles, recursive: true);
    }

    [Theory]
    [InlineData(LocalLockState.Exclusive, Exclusive, NtStatus.LockNotGranted)]
    [InlineData(LocalLockState.Exclusive, Shared, NtStatus.LockNotGranted)]
    [InlineData(LocalLockState.Shared, Exclusive, NtStatus.LockNotGranted)]
    [InlineData(LocalLockState.Shared, Shared, NtStatus.Success)]
    public async Task A_local_process_keeps_a_client_out(LocalLockState state, LockFlags flags, NtStatus expected)
    {
        Assert.Equal(NtStatus.Success, await _local.SetLockAsync(10, 5, state));

        Assert.Equal(expected, await LockAsync(14, 10, flags));
        Assert.Equal(NtStatus.Success, await LockAsync(0, 10, flags));
        Assert.Equal(NtStatus.Success, await LockAsync(30, 0, flags)); // Without a byte there is nothing to meet.
        Assert.Equal(NtStatus.Success, (await _peer.WriteAsync(_file, 12, new byte[1])).Status); // Locks meet locks alone.

        await _local.SetLockAsync(10, 5, LocalLockState.Unlocked);
        Assert.Equal(NtStatus.Success, await LockAsync(10, 4, flags));
    }

    [Fact]
    public async Task A_client_keeps_local_processes_out_until_it_unlocks_or_closes()
    {
        Assert.Equal(NtStatus.Success, await LockAsync(10, 5, Exclusive));
        Assert.Equal(NtStatus.Success, await LockAsync(20, 5, Shared));

        Assert.False(await _local.CanLockAsync(14, 1, LocalLockState.Shared));
        Assert.Equal(NtStatus.LockNotGranted, await _local.SetLockAsync(14, 1, LocalLockState.Shared));
        Assert.True(await _local.CanLockAsync(15, 5, LocalLockState.Exclusive));
        Assert.True(await _local.CanLockAsync(20, 5, LocalLockState.Shared));
        Assert.False(await _local.CanLockAsync(20, 5, LocalLockState.Exclusive));

        await LockAsync(10, 5, LockFlags.Unlock);
        Assert.True(await _local.CanLockAsync(10, 5, LocalLockState.Exclusive));
        await _peer.CloseAsync(_file);
        Assert.True(await _local.CanLockAsync(20, 5, LocalLockState.Exclusive));
    }

    [Fact]
    public async Task A_client_waits_for_a_local_process_and_keeps_nobody_out_meanwhile()
    {
        await using ScriptedPeer other = await _server.ConnectAuthenticatedAsync();
        FileId second = await other.OpenAsync("a");
        await _local.SetLockAsync(10, 5, LocalLockState.Exclusive);

        ulong id = await _peer.PostWaitingAsync(Request(10, 5, LockFlags.ExclusiveLock));
        Assert.Equal(NtStatus.Success, (await other.WriteAsync(second, 10, new byte[5])).Status);
        await _local.SetLockAsync(10, 5, LocalLockState.Unlocked);

        Assert.Equal(NtStatus.Success, (await _peer.WaitAsync(id)).Status);
        Assert.False(await _local.CanLockAsync(10, 5, LocalLockState.Shared));
        Assert.Equal(NtStatus.FileLockConflict, (await other.WriteAsync(second, 10, new byte[5])).Status);
    }

    [Theory]
    [InlineData(true, NtStatus.Cancelled)]
    [InlineData(false, NtStatus.RangeNotLocked)]
    public async Task Waiting_ends_with_a_cancel_and_with_a_close(bool cancels, NtStatus expected)
    {
        await _local.SetLockAsync(10, 5, LocalLockState.Exclusive);
        ulong id = await _peer.PostWaitingAsync(Request(10, 5, LockFlags.ExclusiveLock));

        if (cancels)
            await _peer.CancelAsync(id);
        else
            await _peer.CloseAsync(_file);

        Assert.Equal(expected, (await _peer.WaitAsync(id)).Status);
        await _local.SetLockAsync(10, 5, LocalLockState.Unlocked);
        Assert.True(await _local.CanLockAsync(10, 5, LocalLockState.Exclusive));
    }

    [Fact] // NT stacks them, POSIX does not.
    public async Task Of_locks_on_the_same_bytes_what_is_left_counts()
    {
        await LockAsync(0, 10, Shared);
        await LockAsync(5, 10, Shared);
        await LockAsync(0, 10, LockFlags.Unlock);
        Assert.True(await _local.CanLockAsync(0, 5, LocalLockState.Exclusive));
        Assert.False(await _local.CanLockAsync(5, 1, LocalLockState.Exclusive));
        Assert.False(await _local.CanLockAsync(14, 1, LocalLockState.Exclusive));

        await LockAsync(20, 10, Exclusive);
        await LockAsync(22, 4, Shared); // On one's own exclusive one.
        Assert.False(await _local.CanLockAsync(22, 4, LocalLockState.Shared));
        await LockAsync(20, 10, LockFlags.Unlock);
        Assert.True(await _local.CanLockAsync(20, 2, LocalLockState.Exclusive));
        Assert.True(await _local.CanLockAsync(22, 4, LocalLockState.Shared));
        Assert.False(await _local.CanLockAsync(22, 4, LocalLockState.Exclusive));
        Assert.True(await _local.CanLockAsync(26, 4, LocalLockState.Exclusive));
    }

    [Fact]
    public async Task A_lock_that_is_not_granted_leaves_the_others_as_they_were()
    {
        await LockAsync(0, 10, Shared);
        await _local.SetLockAsync(15, 1, LocalLockState.Exclusive);

        Assert.Equal(NtStatus.LockNotGranted, await LockAsync(5, 15, Shared));
        Reply several = await _peer.LockAsync(_file, new LockElement(30, 5, Exclusive), new LockElement(14, 2, Exclusive));
        Assert.Equal(NtStatus.LockNotGranted, several.Status);

        Assert.False(await _local.CanLockAsync(0, 10, LocalLockState.Exclusive));
        Assert.True(await _local.CanLockAsync(10, 90, LocalLockState.Exclusive));
        Assert.Equal(NtStatus.RangeNotLocked, await LockAsync(5, 15, LockFlags.Unlock));
    }

    [Fact]
    public async Task Clients_are_no_strangers_to_each_other()
    {
        await using ScriptedPeer other = await _server.ConnectAuthenticatedAsync();
        FileId second = await other.OpenAsync("a", AccessMask.FileGenericRead);
        await LockAsync(0, 10, Shared);
        Assert.Equal(NtStatus.Success, (await other.LockAsync(second, new LockElement(0, 10, Shared))).Status);
        await LockAsync(0, 10, LockFlags.Unlock);
        Assert.False(await _local.CanLockAsync(0, 10, LocalLockState.Exclusive));
        await other.LockAsync(second, new LockElement(0, 10, LockFlags.Unlock));
        Assert.True(await _local.CanLockAsync(0, 10, LocalLockState.Exclusive));

        for (int i = 0; i < 20; i++)
        {
            await LockAsync(0, 10, Exclusive);
            ulong id = await other.PostWaitingAsync(Request(0, 10, LockFlags.ExclusiveLock, second));
            await LockAsync(0, 10, LockFlags.Unlock);
            Assert.Equal(NtStatus.Success, (await other.WaitAsync(id)).Status);
            await other.LockAsync(second, new LockElement(0, 10, LockFlags.Unlock));
        }
    }

    [Theory]
    [InlineData(ulong.MaxValue, 1ul)]
    [InlineData(1ul << 63, 1ul << 62)]
    public async Task Beyond_the_longest_file_there_are_no_local_locks(ulong offset, ulong length)
    {
        await _local.SetLockAsync(0, ulong.MaxValue, LocalLockState.Exclusive);
        Assert.Equal(NtStatus.Success, await LockAsync(offset, length, Exclusive));
        Assert.Equal(NtStatus.LockNotGranted, await LockAsync((1ul << 63) - 1, 2, Exclusive));
    }

    [Fact]
    public async Task A_share_may_keep_them_apart()
    {
        await using TestServer server = await StartAsync(locking: false);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync();
        FileId file = await peer.OpenAsync("a");
        await _local.SetLockAsync(0, 10, LocalLockState.Exclusive);

        Assert.Equal(NtStatus.Success, (await peer.LockAsync(file, new LockElement(0, 20, Exclusive))).Status);
        Assert.True(await _local.CanLockAsync(10, 10, LocalLockState.Exclusive));
    }

    [Fact]
    public async Task Locks_of_a_persistent_handle_are_back_with_the_server()
    {
        PeerOptions client = new() { Capabilities = Capabilities.GlobalCapPersistentHandles | Capabilities.GlobalCapEncryption };
        await using (TestServer first = await StartAsync(available: true))
        {
            await using ScriptedPeer peer = await first.ConnectAuthenticatedAsync(options: client);
            FileId file = (await peer.OpenAsync(LeasePeer.Create(
                "a", 1, LeasePeer.RH,
                (ref CreateContextListWriter w) => w.Add(
                    new DurableHandleRequestV2(60_000, DurableHandleFlags.Persistent, Guid.NewGuid()))))).FileId;
            Assert.Equal(NtStatus.Success, (await peer.LockAsync(file, new LockElement(40, 10, Exclusive))).Status);
            Assert.Empty(await first.LeftoversAsync());
        }

        Assert.True(await _local.CanLockAsync(40, 10, LocalLockState.Exclusive));
        await using TestServer second = await StartAsync(available: true);
        Assert.False(await _local.CanLockAsync(40, 10, LocalLockState.Shared));
    }

    [Fact] // fcntl(2) F_SETLK: the locks of whole processes.
    public async Task A_process_with_ordinary_locks_counts()
    {
        Assert.SkipUnless(File.Exists(Python), "There is no python3 here.");
        await LockAsync(50, 5, Exclusive);
        using Process process = Process.Start(new ProcessStartInfo(Python)
        {
            ArgumentList =
            {
                "-c",
                """
                import errno, fcntl, os, sys
                f = os.open(sys.argv[1], os.O_RDWR)
                fcntl.lockf(f, fcntl.LOCK_EX | fcntl.LOCK_NB, 5, 60)
                try: fcntl.lockf(f, fcntl.LOCK_SH | fcntl.LOCK_NB, 1, 54); print("granted", flush=True)
                except OSError as e: print(errno.errorcode[e.errno], flush=True)
                sys.stdin.readline()
                """,
                At("a"),
            },
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        })!;

        Assert.Equal("EAGAIN", await process.StandardOutput.ReadLineAsync());
        Assert.Equal(NtStatus.LockNotGranted, await LockAsync(64, 1, Shared));
        ulong id = await _peer.PostWaitingAsync(Request(60, 5, LockFlags.ExclusiveLock));
        await process.StandardInput.WriteLineAsync();
        await process.WaitForExitAsync();
        Assert.Equal(NtStatus.Success, (await _peer.WaitAsync(id)).Status);
    }

    private ValueTask<TestServer> StartAsync(bool locking = true, bool available = false) => TestServer.StartAsync(
        o => o with
        {
            PersistentHandles = available ? new HandleFolder(_handles) : null,
            Shares = [.. o.Shares.Select(s => s with { PosixLocking = locking, ContinuouslyAvailable = available })],
        },
        PosixFileStore.Open(_folder));

    private async Task<NtStatus> LockAsync(ulong offset, ulong length, LockFlags flags) =>
        (await _peer.LockAsync(_file, new LockElement(offset, length, flags))).Status;

    private LockRequest Request(ulong offset, ulong length, LockFlags flags, FileId? file = null) =>
        new(0, 0, file ?? _file, new LockElement(offset, length, flags));

    private string At(string path) => Path.Combine(_folder, path);
}
