using Symbio.Cluster.Local;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Cluster.Tests;

/// <summary>Clients that cache one file, played against the coordinator.</summary>
public abstract class CacheTests
{
    protected const LeaseState None = LeaseState.None;
    protected const LeaseState R = LeaseState.ReadCaching;
    protected const LeaseState RH = R | LeaseState.HandleCaching;
    protected const LeaseState RW = R | LeaseState.WriteCaching;
    protected const LeaseState RWH = RH | LeaseState.WriteCaching;
    protected const LeaseState Data = RW;
    protected const LeaseState Handle = LeaseState.HandleCaching;

    protected const AccessMask ReadWrite = AccessMask.ReadData | AccessMask.WriteData;

    private static readonly Guid Client = Guid.NewGuid();

    protected static FileIdentity File { get; } = new(1, 2, 3);

    protected ManualClock Clock { get; } = new();

    protected LocalCoordinator Coordinator => field ??= new LocalCoordinator(Clock);

    /// <summary>What an open is like where a test does not say otherwise: it shares everything and caches nothing.</summary>
    protected static ClaimOptions Plain { get; } = new("", "A", ReadWrite, true, true, true, false);

    protected static ClaimOptions Leased(Owner owner, int key, LeaseState wanted, ushort epoch = 0) => Plain with
    {
        Caching = new CacheRequest(wanted, new LeaseId(Client, new Guid(key, 0, 0, new byte[8])), epoch, owner),
    };

    protected static ClaimOptions Oplocked(Owner owner, LeaseState wanted) =>
        Plain with { Caching = new CacheRequest(wanted, null, 0, owner) };

    protected async Task<ClaimOutcome> TryAsync(ClaimOptions options) => await Coordinator.OpenAsync(File, options, default);

    /// <summary>An open that succeeds at once.</summary>
    protected async Task<IFileClaim> OpenAsync(ClaimOptions options)
    {
        ClaimOutcome outcome = await TryAsync(options);
        Assert.Equal(NtStatus.Success, outcome.Status);
        return outcome.Claim!;
    }

    /// <summary>An open that has to wait for somebody.</summary>
    protected async Task<Task> WaitAsync(ClaimOptions options)
    {
        ClaimOutcome outcome = await TryAsync(options);
        Assert.Equal((NtStatus.Pending, true), (outcome.Status, outcome.Wait is not null));
        Assert.False(outcome.Wait!.IsCompleted);
        return outcome.Wait!;
    }

    protected static async Task CloseAsync(IFileClaim claim)
    {
        await claim.ReleaseAsync(default);
        claim.CompleteRelease();
    }

    protected sealed class Owner : ICacheOwner
    {
        private readonly Queue<CacheBreak> _breaks = new();

        /// <summary>How many breaks the owner has agreed to.</summary>
        public int Acknowledged { get; private set; }

        /// <summary>How many breaks the owner has not agreed to in time.</summary>
        public int Expired { get; private set; }

        public void OnBreak(CacheBreak cacheBreak) => _breaks.Enqueue(cacheBreak);

        public void OnBreakExpired() => Expired++;

        public void OnBreakAcknowledged() => Acknowledged++;

        /// <summary>The one break that this owner has been told of since it was asked last.</summary>
        public CacheBreak Told()
        {
            CacheBreak told = Assert.Single(_breaks);
            _breaks.Clear();
            return told;
        }

        public void AssertQuiet() => Assert.Empty(_breaks);
    }
}
