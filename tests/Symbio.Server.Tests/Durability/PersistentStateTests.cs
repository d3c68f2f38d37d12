using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Tests.Leases;
using Symbio.Server.Tests.Notifications;
using Symbio.Storage.Memory;
using Symbio.Testing;
using static Symbio.Server.Tests.Leases.LeasePeer;

namespace Symbio.Server.Tests.Durability;

/// <summary>
/// What others do to a file that a persistent handle is open on outlives the server as well, [MS-SMB2] 3.3.5.9.12. The server
/// dies suddenly: another one begins on the same store and the same records.
/// </summary>
public sealed class PersistentStateTests : IAsyncDisposable
{
    private readonly MemoryFileStore _store = new(new MemoryStoreOptions());
    private readonly Records _records = new();
    private readonly ManualClock _time = new();

    public ValueTask DisposeAsync() => _store.DisposeAsync();

    [Fact]
    public async Task Two_handles_of_a_file_that_is_to_be_deleted_both_survive()
    {
        TestServer first = await StartAsync();
        Handle a = await PersistentAsync(first, 1, R), b = await PersistentAsync(first, 2, R);
        Assert.Equal(NtStatus.Success, (await a.Peer.DeleteAsync(a.Open)).Status);

        await using TestServer second = await StartAsync();
        await using ScriptedPeer other = await second.ConnectAuthenticatedAsync();

        foreach (Handle handle in (Handle[])[a, b])
        {
            Assert.Equal(NtStatus.DeletePending, (await other.CreateAsync("a.txt")).Status);
            (ScriptedPeer peer, _) = await ReturnAsync(second, handle);
            Assert.Equal(NtStatus.Success, (await peer.CloseAsync(handle.Open)).Status);
        }

        Assert.Equal(NtStatus.ObjectNameNotFound, (await other.CreateAsync("a.txt", disposition: CreateDisposition.Open)).Status);
    }

    [Theory]
    [InlineData(false)] // It was to be deleted, and then not any more: another open said so.
    [InlineData(true)] // It was to be deleted by a close, which the open that is left has survived.
    public async Task What_is_to_become_of_a_file_another_open_may_have_said_last(bool delete)
    {
        TestServer first = await StartAsync();
        Handle a = await PersistentAsync(first, 1, R);
        await using ScriptedPeer other = await first.ConnectAuthenticatedAsync();
        FileId file = await other.OpenAsync("a.txt", options: delete ? CreateOptions.DeleteOnClose : CreateOptions.None);
        if (delete)
        {
            await other.CloseAsync(file);
        }
        else
        {
            await a.Peer.DeleteAsync(a.Open);
            await other.SetInfoAsync(file, new FileDispositionInformation(false));
        }

        await using TestServer second = await StartAsync();
        (ScriptedPeer peer, _) = await ReturnAsync(second, a);
        await peer.CloseAsync(a.Open);

        Assert.Equal(
            delete ? NtStatus.ObjectNameNotFound : NtStatus.Success,
            (await peer.CreateAsync("a.txt", disposition: CreateDisposition.Open)).Status);
    }

    [Fact] // The file's named streams go with that, but not those that are open.
    public async Task A_handle_on_a_stream_survives_that_the_file_is_overwritten()
    {
        TestServer first = await StartAsync();
        Handle a = await PersistentAsync(first, 1, R, name: "a.txt:s");
        await using ScriptedPeer other = await first.ConnectAuthenticatedAsync();
        await other.OpenAsync("a.txt", AccessMask.WriteData, CreateDisposition.Overwrite);

        await using TestServer second = await StartAsync();
        (ScriptedPeer peer, _) = await ReturnAsync(second, a);

        Assert.Equal(NtStatus.Success, (await peer.WriteAsync(a.Open, 0, "new"u8.ToArray())).Status);
        await peer.CloseAsync(a.Open);
        Assert.Equal(
            NtStatus.ObjectNameNotFound, (await peer.CreateAsync("a.txt:s", disposition: CreateDisposition.Open)).Status);
    }

    [Theory]
    [InlineData(R)] // Told, and not asked.
    [InlineData(RWH)] // Asked, and silent until the time was up: 3.3.6.1.
    public async Task What_was_taken_away_does_not_come_back(LeaseState state)
    {
        TestServer first = await StartAsync();
        Handle a = await PersistentAsync(first, 1, state);
        await using ScriptedPeer other = await first.ConnectAuthenticatedAsync();
        ulong open = await other.PostAsync(ScriptedPeer.Create("a.txt"));
        if (state == RWH)
        {
            await other.AssertWaitsAsync(open);
            _time.Advance(first.Server.Options.OplockBreakTimeout);
        }

        FileId file = (await other.WaitAsync(open)).As<CreateResponse>().FileId;
        Assert.Equal(NtStatus.Success, (await other.WriteAsync(file, 0, "new"u8.ToArray())).Status);
        ushort told = (await a.Peer.LeaseBreakAsync()).NewEpoch;

        await using TestServer second = await StartAsync();
        (_, LeaseV2 lease) = await ReturnAsync(second, a);

        Assert.Equal((LeaseState.None, told), (lease.LeaseState, lease.Epoch));
    }

    [Fact] // Else the next life of the server would give back what a client that was not told believes to have.
    public async Task A_change_is_answered_once_what_it_takes_away_is_on_the_disk()
    {
        await using TestServer server = await StartAsync();
        Handle a = await PersistentAsync(server, 1, R);
        await using ScriptedPeer other = await server.ConnectAuthenticatedAsync();
        FileId file = await other.OpenAsync("a.txt", AccessMask.WriteData);

        _records.Disk = new TaskCompletionSource();
        ulong change = await other.PostAsync(
            new WriteRequest(
                Smb2Header.Size + WriteRequest.FixedSize, 3, 0, file, Channel.None, 0, WriteFlags.None, default, "new"u8.ToArray()), 3);
        Assert.Equal(LeaseState.None, (await a.Peer.LeaseBreakAsync()).NewLeaseState);
        ulong echo = await other.PostAsync(new EchoRequest());
        Assert.Equal(echo, (await other.ReceiveAsync(1)).Single().Header.MessageId);

        _records.Disk.SetResult();
        Assert.Equal(change, (await other.ReceiveAsync(1)).Single().Header.MessageId);
    }

    [Theory]
    [InlineData(false)] // The server dies before the file has its new name ...
    [InlineData(true)] // ... or right after that.
    public async Task A_file_is_found_by_the_name_it_has_when_the_server_dies(bool renamed)
    {
        TestServer first = await StartAsync();
        Handle a = await PersistentAsync(first, 1, RWH);
        _records.After = 1; // That it is about to be renamed.
        string left = Assert.Single(_records.Names);
        await a.Peer.SetInfoAsync(a.Open, new FileRenameInformation(false, 0, "b.txt"));
        if (!renamed)
            await a.Peer.SetInfoAsync(a.Open, new FileRenameInformation(false, 0, "a.txt"));

        await using TestServer second = await StartAsync();
        (ScriptedPeer peer, _) = await ReturnAsync(second, a);

        Assert.Equal([left], _records.Names);
        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(a.Open)).Status);
    }

    [Fact]
    public async Task A_stream_is_found_by_its_new_name()
    {
        TestServer first = await StartAsync();
        Handle a = await PersistentAsync(first, 1, RWH, name: "a.txt:old");
        Assert.Equal(NtStatus.Success, (await a.Peer.SetInfoAsync(a.Open, new FileRenameInformation(false, 0, ":renamed"))).Status);
        string left = Assert.Single(_records.Names);

        await using TestServer second = await StartAsync();
        (ScriptedPeer peer, LeaseV2 lease) = await ReturnAsync(second, a with { Name = "a.txt:renamed" });

        Assert.Equal(RWH, lease.LeaseState);
        Assert.Equal([left], _records.Names);
        Assert.Equal(NtStatus.Success, (await peer.CloseAsync(a.Open)).Status);
    }

    [Fact]
    public async Task Of_two_records_that_contradict_each_other_the_later_one_counts()
    {
        TestServer first = await StartAsync();
        Handle a = await PersistentAsync(first, 1, RWH, AccessMask.ReadAttributes);
        _records.Lost = _records.Names.Single(); // From now on: the server dies before they are on the disk.
        await using ScriptedPeer other = await first.ConnectAuthenticatedAsync();
        ulong open = await other.PostWaitingAsync(ScriptedPeer.Create("a.txt"));
        Assert.Equal(RH, (await a.Peer.LeaseBreakAsync()).NewLeaseState);
        await a.Peer.AcknowledgeAsync(1, LeaseState.None);
        await other.CloseAsync((await other.WaitAsync(open)).As<CreateResponse>().FileId);
        Handle b = await PersistentAsync(first, 2, RWH);
        Assert.Equal(RWH, b.Lease.LeaseState);

        await using TestServer second = await StartAsync();
        (_, LeaseV2 kept) = await ReturnAsync(second, b);
        (_, LeaseV2 less) = await ReturnAsync(second, a);

        Assert.Equal((RWH, b.Lease.Epoch), (kept.LeaseState, kept.Epoch));
        Assert.Equal((LeaseState.None, (ushort)(a.Lease.Epoch + 1)), (less.LeaseState, less.Epoch));
    }

    private static Guid IdOf(int number) => new(number, 1, 1, new byte[8]);

    private static PeerOptions OptionsOf(int number) => new()
    {
        ClientGuid = IdOf(number),
        Capabilities = Capabilities.GlobalCapPersistentHandles | Capabilities.GlobalCapEncryption,
    };

    private static async Task<Handle> PersistentAsync(
        TestServer server, int number, LeaseState state, AccessMask access = AccessMask.FileAll, string name = "a.txt")
    {
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: OptionsOf(number));
        CreateResponse made = await peer.OpenAsync(Create(
            name, number, state,
            (ref CreateContextListWriter w) =>
                w.Add(new DurableHandleRequestV2(60_000, DurableHandleFlags.Persistent, IdOf(number)))) with
        {
            DesiredAccess = access,
        });
        return new Handle(number, name, peer, made.FileId, made.Lease());
    }

    private static async Task<(ScriptedPeer Peer, LeaseV2 Lease)> ReturnAsync(TestServer server, Handle handle)
    {
        ScriptedPeer peer = await server.ConnectAuthenticatedAsync(options: OptionsOf(handle.Number));
        CreateResponse back = await peer.OpenAsync(Create(
            handle.Name, handle.Number, RWH,
            (ref CreateContextListWriter w) =>
                w.Add(new DurableHandleReconnectV2(handle.Open, IdOf(handle.Number), DurableHandleFlags.Persistent))));
        return (peer, back.Lease());
    }

    private ValueTask<TestServer> StartAsync() => TestServer.StartAsync(
        options => options with
        {
            TimeProvider = _time,
            PersistentHandles = _records,
            Shares = [.. options.Shares.Select(share => share with { ContinuouslyAvailable = true })],
        },
        _store);

    private sealed record Handle(int Number, string Name, ScriptedPeer Peer, FileId Open, LeaseV2 Lease);

    private sealed class Records : IHandleStorage
    {
        private readonly Dictionary<string, byte[]> _records = [];

        public IEnumerable<string> Names => _records.Keys;

        /// <summary>What is said of this one from now on does not reach the disk.</summary>
        public string? Lost { get; set; }

        /// <summary>Only so many more records reach the disk.</summary>
        public int After { get; set; } = int.MaxValue;

        /// <summary>Not null: nothing reaches the disk before this.</summary>
        public TaskCompletionSource? Disk { get; set; }

        public async ValueTask SaveAsync(string name, ReadOnlyMemory<byte> record)
        {
            if (Disk is { } disk)
                await disk.Task;
            lock (_records)
            {
                if (name != Lost && After-- > 0)
                    _records[name] = record.ToArray();
            }
        }

        public void Remove(string name)
        {
            lock (_records)
                _records.Remove(name);
        }

        public IEnumerable<(string Name, byte[] Record)> Load()
        {
            lock (_records)
                return [.. _records.Select(r => (r.Key, r.Value))];
        }
    }
}
