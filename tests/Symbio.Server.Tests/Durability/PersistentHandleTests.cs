using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Tests.Apple;
using Symbio.Server.Tests.Ioctls;
using Symbio.Server.Tests.Leases;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage.Memory;
using Symbio.Testing;

namespace Symbio.Server.Tests.Durability;

/// <summary>
/// Persistent handles, [MS-SMB2] 3.3.5.9.10 and 3.3.5.9.12. The server dies suddenly: another one begins on the same store
/// and the same folder of handles, and nothing is said to the first.
/// </summary>
public sealed class PersistentHandleTests : IDisposable
{
    private const LeaseState ReadWriteHandle =
        LeaseState.ReadCaching | LeaseState.WriteCaching | LeaseState.HandleCaching;

    private static readonly PeerOptions Client = new()
    {
        ClientGuid = Guid.NewGuid(),
        Capabilities = Capabilities.GlobalCapPersistentHandles | Capabilities.GlobalCapEncryption
            | Capabilities.GlobalCapLargeMtu | Capabilities.GlobalCapLeasing,
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("symbio-handles").FullName;
    private readonly MemoryFileStore _store = new(new MemoryStoreOptions());

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Handle_lease_and_locks_survive_the_server()
    {
        Guid create = Guid.NewGuid(), lease = Guid.NewGuid();
        TestServer first = await StartAsync();
        ScriptedPeer peer = await first.ConnectAuthenticatedAsync(options: Client);
        CreateResponse made = await CreateAsync(peer, create, lease);
        Assert.Equal(DurableHandleFlags.Persistent, GrantOf(made).Flags);
        Assert.Equal(ReadWriteHandle, LeaseOf(made).LeaseState);
        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(made.FileId, 0, "kept"u8.ToArray())).Status);
        Assert.Equal(NtStatus.Success, (await peer.LockAsync(made.FileId, Exclusive(10, 5))).Status);

        await using TestServer second = await StartAsync();
        await using ScriptedPeer other = await second.ConnectAuthenticatedAsync();
        Assert.Equal(NtStatus.FileNotAvailable, (await other.CreateAsync("a.txt")).Status);

        await using ScriptedPeer again = await second.ConnectAuthenticatedAsync(options: Client);
        Reply reply = await ReconnectAsync(again, made.FileId, create, lease);
        Assert.Equal(NtStatus.Success, reply.Status);
        CreateResponse back = reply.As<CreateResponse>();
        Assert.Equal(made.FileId, back.FileId);
        Assert.Equal(LeaseOf(made), LeaseOf(back) with { Flags = LeaseOf(made).Flags });
        Assert.Equal("kept"u8.ToArray(), (await again.ReadAsync(back.FileId, 0, 4)).As<ReadResponse>().Data.ToArray());
        Assert.Equal(NtStatus.LockNotGranted, (await again.LockAsync(back.FileId, Exclusive(12, 1))).Status);
        Assert.Equal(NtStatus.Success, (await again.LockAsync(back.FileId, new LockElement(10, 5, LockFlags.Unlock))).Status);

        Assert.Equal(NtStatus.Success, (await again.CloseAsync(back.FileId)).Status);
        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Equal(NtStatus.Success, (await other.CreateAsync("a.txt")).Status);
    }

    [Theory]
    [InlineData(true, false, NtStatus.ObjectNameNotFound)] // Another CreateGuid.
    [InlineData(false, true, NtStatus.ObjectNameNotFound)] // As if it were merely durable.
    public async Task Only_its_own_client_gets_it_back(bool otherGuid, bool notPersistent, NtStatus expected)
    {
        Guid create = Guid.NewGuid(), lease = Guid.NewGuid();
        TestServer first = await StartAsync();
        CreateResponse made = await CreateAsync(await first.ConnectAuthenticatedAsync(options: Client), create, lease);
        await using TestServer second = await StartAsync();
        await using ScriptedPeer again = await second.ConnectAuthenticatedAsync(options: Client);

        Reply reply = await ReconnectAsync(
            again, made.FileId, otherGuid ? Guid.NewGuid() : create, lease,
            notPersistent ? DurableHandleFlags.None : DurableHandleFlags.Persistent);

        Assert.Equal(expected, reply.Status);
    }

    [Fact] // [MS-SMB2] 3.3.5.14.1: what was unlocked before the failure stays so, whatever happens.
    public async Task A_lock_that_has_gone_does_not_come_back()
    {
        Guid create = Guid.NewGuid(), lease = Guid.NewGuid();
        TestServer first = await StartAsync();
        ScriptedPeer peer = await first.ConnectAuthenticatedAsync(options: Client);
        FileId file = (await CreateAsync(peer, create, lease)).FileId;
        await peer.LockAsync(file, Exclusive(0, 1), Exclusive(1, 1));
        Reply unlock = await peer.LockAsync(
            file, new LockElement(0, 1, LockFlags.Unlock), new LockElement(5, 1, LockFlags.Unlock));
        Assert.Equal(NtStatus.RangeNotLocked, unlock.Status);

        await using TestServer second = await StartAsync();
        await using ScriptedPeer again = await second.ConnectAuthenticatedAsync(options: Client);
        Assert.Equal(NtStatus.Success, (await ReconnectAsync(again, file, create, lease)).Status);

        Assert.Equal(NtStatus.Success, (await again.LockAsync(file, Exclusive(0, 1))).Status);
        Assert.Equal(NtStatus.LockNotGranted, (await again.LockAsync(file, Exclusive(1, 1))).Status);
    }

    [Theory] // 3.3.5.14: the answer was lost with the connection, and the client asks again.
    [InlineData(Dialect.Smb210, NtStatus.Success)]
    [InlineData(Dialect.Smb202, NtStatus.LockNotGranted)] // It has no such thing.
    public async Task A_lock_request_of_a_handle_that_survives_may_come_twice(Dialect dialect, NtStatus expected)
    {
        await using TestServer server = await StartAsync();
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(dialect);
        FileId file = (await peer.OpenAsync(LeasePeer.Create("a.txt", OplockLevel.Batch, LeasePeer.DurableV1))).FileId;
        var request = new LockRequest(1, 1, file, Exclusive(0, 1));

        Assert.Equal(NtStatus.Success, (await peer.SendAsync(request)).Status);
        Assert.Equal(expected, (await peer.SendAsync(request)).Status);
    }

    [Fact] // 3.3.5.9.12: a client that was never answered knows no FileId, but its CreateGuid.
    public async Task The_CreateGuid_finds_it_where_the_FileId_does_not()
    {
        Guid create = Guid.NewGuid(), lease = Guid.NewGuid();
        TestServer first = await StartAsync();
        FileId file = (await CreateAsync(await first.ConnectAuthenticatedAsync(options: Client), create, lease)).FileId;
        await using TestServer second = await StartAsync();
        await using ScriptedPeer again = await second.ConnectAuthenticatedAsync(options: Client);
        FileId wrong = new(file.Persistent + 77, 0);

        Assert.Equal(NtStatus.ObjectNameNotFound, (await ReconnectAsync(again, wrong, Guid.NewGuid(), lease)).Status);
        Assert.Equal(NtStatus.ObjectNameNotFound, (await ReconnectAsync(again, wrong, create, lease, DurableHandleFlags.None)).Status);
        Reply back = await ReconnectAsync(again, wrong, create, lease);

        Assert.Equal(NtStatus.Success, back.Status);
        Assert.Equal(file, back.As<CreateResponse>().FileId);
    }

    [Theory] // Whichever name it has when the server dies, its handles find it: also one that is made in the middle.
    [InlineData(false)]
    [InlineData(true)] // A directory above it gets the name.
    public async Task A_handle_that_is_made_during_a_rename_survives_as_well(bool above)
    {
        Guid create = Guid.NewGuid(), lease = Guid.NewGuid();
        var storage = new DyingStorage(new HandleFolder(_folder));
        var gate = new GatedStore(_store);
        TestServer first = await TestServer.StartAsync(o => Options(o) with { PersistentHandles = storage }, gate);
        ScriptedPeer other = await first.ConnectAuthenticatedAsync();
        if (above)
            Assert.NotNull(await other.QueryAppleAsync()); // It renames directories whatever is open below them.
        FileId directory = await other.OpenAsync("d", options: CreateOptions.DirectoryFile);
        string name = above ? @"d\a.txt" : "a.txt", now = above ? @"e\a.txt" : "b.txt";
        FileId file = await other.OpenAsync(name);
        ScriptedPeer peer = await first.ConnectAuthenticatedAsync(options: Client);
        gate.CloseFor(writes: true);
        Task<Reply> rename = other.RenameAsync(above ? directory : file, above ? "e" : now).AsTask();
        await gate.WaitForAsync(1);
        CreateResponse made = await CreateAsync(peer, create, lease, name: name);
        storage.IsDead = true; // Nothing more gets to the disk but the file's new name.
        gate.Open();
        Assert.Equal(NtStatus.Success, (await rename).Status);

        await using TestServer second = await StartAsync();
        Assert.Empty(second.Log.Errors);
        await using ScriptedPeer again = await second.ConnectAuthenticatedAsync(options: Client);
        Assert.Equal(NtStatus.Success, (await ReconnectAsync(again, made.FileId, create, lease, name: now)).Status);
        Assert.Equal(now, second.Server.Opens.All.Single().File.Path);
    }

    [Fact]
    public async Task An_orderly_stop_keeps_it_too()
    {
        Guid create = Guid.NewGuid(), lease = Guid.NewGuid();
        FileId file;
        await using (TestServer first = await StartAsync())
        {
            await using ScriptedPeer peer = await first.ConnectAuthenticatedAsync(options: Client);
            file = (await CreateAsync(peer, create, lease)).FileId;
            Assert.Empty(await first.LeftoversAsync());
        }

        await using TestServer second = await StartAsync();
        await using ScriptedPeer again = await second.ConnectAuthenticatedAsync(options: Client);
        Assert.Equal(NtStatus.Success, (await ReconnectAsync(again, file, create, lease)).Status);
    }

    [Fact] // FILE_OPEN_REPARSE_POINT, and what the link leads to is another file.
    public async Task A_handle_of_a_link_is_one_of_the_link_again()
    {
        var link = new SymbolicLinkReparseData("target", "target", IsRelative: true);
        Guid create = Guid.NewGuid(), lease = Guid.NewGuid();
        TestServer first = await StartAsync();
        ScriptedPeer peer = await first.ConnectAuthenticatedAsync(options: Client);
        await peer.CloseAsync(await peer.OpenAsync("target"));
        FileId file = await peer.OpenAsync("a.txt", options: CreateOptions.OpenReparsePoint);
        Assert.Equal(NtStatus.Success, (await SetLinkAsync(peer, file, link)).Status);
        await peer.CloseAsync(file);
        CreateResponse made = await CreateAsync(peer, create, lease, CreateOptions.OpenReparsePoint);

        await using TestServer second = await StartAsync();
        Assert.Empty(second.Log.Errors);
        await using ScriptedPeer again = await second.ConnectAuthenticatedAsync(options: Client);
        Assert.Equal(NtStatus.Success, (await ReconnectAsync(again, made.FileId, create, lease)).Status);

        Reply told = await again.IoctlAsync(FsctlCode.GetReparsePoint, made.FileId);
        Assert.Equal(NtStatus.Success, told.Status);
        Assert.Equal(ReparseTag.SymbolicLink, told.Output<ReparseDataBuffer>().Tag);
    }

    [Fact]
    public async Task What_cannot_be_read_is_left_out_with_a_line_in_the_log()
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "0000000000000001.handle"), "{ not json");

        await using TestServer server = await StartAsync();

        Assert.Empty(Directory.GetFiles(_folder));
        Assert.Contains(server.Log.Lines, line => line.Text.Contains("is lost"));
    }

    [Fact]
    public async Task Other_shares_have_none()
    {
        await using TestServer server = await StartAsync(available: false);
        await using ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: Client);

        CreateResponse made = await CreateAsync(peer, Guid.NewGuid(), Guid.NewGuid());

        Assert.Equal(DurableHandleFlags.None, GrantOf(made).Flags);
        Assert.Empty(Directory.GetFiles(_folder));
    }

    private ValueTask<TestServer> StartAsync(bool available = true) =>
        TestServer.StartAsync(options => Options(options, available), _store);

    private SmbServerOptions Options(SmbServerOptions options, bool available = true) => options with
    {
        PersistentHandles = new HandleFolder(_folder),
        Shares = [.. options.Shares.Select(share => share with { ContinuouslyAvailable = available })],
    };

    private static ValueTask<Reply> SetLinkAsync(ScriptedPeer peer, FileId file, SymbolicLinkReparseData link)
    {
        byte[] data = new byte[link.Length];
        var writer = new WireWriter(data);
        link.Write(ref writer);
        return peer.IoctlAsync(
            FsctlCode.SetReparsePoint, file, new ReparseDataBuffer(ReparseTag.SymbolicLink, Guid.Empty, data), 0);
    }

    private static async Task<CreateResponse> CreateAsync(
        ScriptedPeer peer, Guid create, Guid lease, CreateOptions options = CreateOptions.None, string name = "a.txt")
    {
        byte[] buffer = new byte[256];
        var contexts = new CreateContextListWriter(buffer);
        contexts.Add(new DurableHandleRequestV2(60_000, DurableHandleFlags.Persistent, create));
        contexts.Add(new LeaseV2(lease, ReadWriteHandle, LeaseFlags.None, Guid.Empty, 0));
        Reply reply = await peer.SendAsync(
            ScriptedPeer.Create(name, options: options, contexts: contexts.Written.ToArray())
                with { RequestedOplockLevel = OplockLevel.Lease });
        Assert.Equal(NtStatus.Success, reply.Status);
        return reply.As<CreateResponse>();
    }

    private static async Task<Reply> ReconnectAsync(
        ScriptedPeer peer, FileId file, Guid create, Guid lease, DurableHandleFlags flags = DurableHandleFlags.Persistent,
        string name = "a.txt")
    {
        byte[] buffer = new byte[256];
        var contexts = new CreateContextListWriter(buffer);
        contexts.Add(new DurableHandleReconnectV2(file, create, flags));
        contexts.Add(new LeaseV2(lease, ReadWriteHandle, LeaseFlags.None, Guid.Empty, 0));
        return await peer.SendAsync(
            ScriptedPeer.Create(name, contexts: contexts.Written.ToArray()) with { RequestedOplockLevel = OplockLevel.Lease });
    }

    /// <summary>The disk of a server that dies.</summary>
    private sealed class DyingStorage(IHandleStorage storage) : IHandleStorage
    {
        public bool IsDead { get; set; }

        public ValueTask SaveAsync(string name, ReadOnlyMemory<byte> record) =>
            IsDead ? ValueTask.CompletedTask : storage.SaveAsync(name, record);

        public void Remove(string name)
        {
            if (!IsDead)
                storage.Remove(name);
        }

        public IEnumerable<(string Name, byte[] Record)> Load() => storage.Load();
    }

    private static LockElement Exclusive(ulong offset, ulong length) =>
        new(offset, length, LockFlags.ExclusiveLock | LockFlags.FailImmediately);

    private static DurableHandleResponseV2 GrantOf(in CreateResponse response) =>
        DurableHandleResponseV2.TryRead(ContextOf(response, "DH2Q"u8), out DurableHandleResponseV2 grant)
            ? grant
            : throw new InvalidDataException();

    private static LeaseV2 LeaseOf(in CreateResponse response) =>
        LeaseV2.TryRead(ContextOf(response, "RqLs"u8), out LeaseV2 lease) ? lease : throw new InvalidDataException();

    private static ReadOnlyMemory<byte> ContextOf(in CreateResponse response, ReadOnlySpan<byte> name)
    {
        foreach (CreateContext context in response.CreateContexts)
        {
            if (context.Is(name))
                return context.Data;
        }

        return default;
    }
}
