using Symbio.Interop.Tests.Clients;
using Symbio.Interop.Tests.Servers;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Interop.Tests.Lifecycle;

/// <summary>
/// SIGKILL under load on a continuously available share: clients come back to their persistent handles, and everything that
/// they were told is still true, [MS-SMB2] 3.3.5.9.12.
/// </summary>
public sealed class PersistentHandleKillTests
{
    private const int Clients = 4;
    private const LeaseState Cached = LeaseState.ReadCaching | LeaseState.WriteCaching | LeaseState.HandleCaching;

    private static readonly ShareSetup Share = new(ShareNames.Files, ContinuouslyAvailable: true);

    [Fact]
    public async Task Acknowledged_bytes_locks_and_leases_survive()
    {
        int rounds = Peers.Long ? 100 : 6;
        await using var server = ServerProcess.Create(new ServerSetup { Shares = [Share] });
        var random = new Random(7);
        for (int round = 0; round < rounds; round++)
        {
            await server.StartAsync();
            string prefix = $"round{round}-";
            Client[] clients = [.. Enumerable.Range(0, Clients).Select(i => new Client(prefix + i, random.Next()))];
            Task[] works = [.. clients.Select(client => client.WorkAsync(server))];
            await Task.Delay(random.Next(100, 700));
            await server.KillAsync();
            await Task.WhenAll(works);

            await server.StartAsync();
            await Task.WhenAll(clients.Select(client => client.VerifyAsync(server)));
            Assert.Equal(NtStatus.Success, await OpenPlainlyAsync(server, prefix + 0)); // Nothing was left behind.
            await server.KillAsync();
        }

        Assert.Empty(server.ErrorLines);
    }

    private static async Task<NtStatus> OpenPlainlyAsync(ServerProcess server, string name)
    {
        await using ScriptedPeer peer = await TcpPeer.ConnectAsync(server);
        return (await peer.CreateAsync(name, share: ShareAccess.None)).Status;
    }

    // One client with one handle, and all that it was promised.
    private sealed class Client(string name, int seed)
    {
        private readonly PeerOptions _options = new()
        {
            ClientGuid = Guid.NewGuid(),
            Capabilities = Capabilities.GlobalCapPersistentHandles | Capabilities.GlobalCapLeasing
                | Capabilities.GlobalCapLargeMtu | Capabilities.GlobalCapEncryption,
        };

        private readonly Guid _create = Guid.NewGuid();
        private readonly Guid _lease = Guid.NewGuid();
        private readonly HashSet<ulong> _locked = [];
        private FileId? _file;
        private ulong _written;
        private ulong? _inDoubt; // The lock (or unlock) that was not answered.

        // Writes, locks and unlocks until the server is gone.
        public async Task WorkAsync(ServerProcess server)
        {
            var random = new Random(seed);
            try
            {
                await using ScriptedPeer peer = await TcpPeer.ConnectAsync(server, options: _options);
                Reply created = await OpenAsync(peer, new DurableHandleRequestV2(60_000, DurableHandleFlags.Persistent, _create));
                Assert.Equal(NtStatus.Success, created.Status);
                _file = created.As<CreateResponse>().FileId;
                while (true)
                {
                    byte[] record = BitConverter.GetBytes(_written + 1);
                    Reply written = await peer.WriteAsync(_file.Value, _written * sizeof(ulong), record);
                    Assert.Equal(NtStatus.Success, written.Status);
                    _written++;
                    ulong place = (ulong)random.Next(64);
                    bool unlock = _locked.Contains(place);
                    _inDoubt = place;
                    Reply locked = await peer.LockAsync(_file.Value, At(place, unlock));
                    Assert.Equal(NtStatus.Success, locked.Status);
                    _inDoubt = null;
                    if (!_locked.Remove(place))
                        _locked.Add(place);
                }
            }
            catch (IOException)
            {
                // Killed.
            }
        }

        // Comes back, and looks at everything.
        public async Task VerifyAsync(ServerProcess server)
        {
            await using ScriptedPeer peer = await TcpPeer.ConnectAsync(server, options: _options);
            Reply back = _file is { } known
                ? await OpenAsync(peer, new DurableHandleReconnectV2(known, _create, DurableHandleFlags.Persistent))
                : await CreateOnceMoreAsync(peer);
            Assert.Equal(NtStatus.Success, back.Status);
            FileId file = back.As<CreateResponse>().FileId;
            Assert.Equal(Cached, LeaseOf(back.As<CreateResponse>()));
            for (ulong i = 0; i < _written; i++)
            {
                Reply read = await peer.ReadAsync(file, i * sizeof(ulong), sizeof(ulong));
                Assert.Equal(i + 1, BitConverter.ToUInt64(read.As<ReadResponse>().Data.Span));
            }

            for (ulong place = 0; place < 64; place++)
            {
                if (place == _inDoubt)
                    continue;
                Reply answer = await peer.LockAsync(file, At(place, unlock: true));
                Assert.Equal(_locked.Contains(place) ? NtStatus.Success : NtStatus.RangeNotLocked, answer.Status);
            }

            Assert.Equal(NtStatus.Success, (await peer.CloseAsync(file)).Status);
        }

        // The server died before it answered: whatever became of the CREATE, it may be sent again.
        private async Task<Reply> CreateOnceMoreAsync(ScriptedPeer peer)
        {
            byte[] bytes = peer.Build(
                CreateWith(new DurableHandleRequestV2(60_000, DurableHandleFlags.Persistent, _create)), signs: true,
                flags: Smb2HeaderFlags.ReplayOperation | Smb2HeaderFlags.Signed);
            return await peer.ExchangeAsync(bytes);
        }

        private static LockElement At(ulong place, bool unlock) => new(
            1_000_000 + (place * 10), 10, unlock ? LockFlags.Unlock : LockFlags.ExclusiveLock | LockFlags.FailImmediately);

        private ValueTask<Reply> OpenAsync<T>(ScriptedPeer peer, T durable)
            where T : struct, ICreateContext<T> => peer.SendAsync(CreateWith(durable));

        private CreateRequest CreateWith<T>(T durable)
            where T : struct, ICreateContext<T>
        {
            byte[] buffer = new byte[256];
            var contexts = new CreateContextListWriter(buffer);
            contexts.Add(durable);
            contexts.Add(new LeaseV2(_lease, Cached, LeaseFlags.None, Guid.Empty, 0));
            return ScriptedPeer.Create(name, contexts: contexts.Written.ToArray()) with { RequestedOplockLevel = OplockLevel.Lease };
        }

        private static LeaseState LeaseOf(in CreateResponse response)
        {
            foreach (CreateContext context in response.CreateContexts)
            {
                if (context.Is(LeaseV2.Name) && LeaseV2.TryRead(context.Data, out LeaseV2 lease))
                    return lease.LeaseState;
            }

            return LeaseState.None;
        }
    }
}
