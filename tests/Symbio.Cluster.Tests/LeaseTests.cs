using Symbio.Cluster.Local;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Tests;

/// <summary>Who may cache what, and when it ends: [MS-FSA] 2.1.4.12 and 2.1.5.18.</summary>
public sealed class LeaseTests
{
    private const LeaseState R = LeaseState.ReadCaching;
    private const LeaseState RH = R | LeaseState.HandleCaching;
    private const LeaseState RW = R | LeaseState.WriteCaching;
    private const LeaseState RWH = RH | LeaseState.WriteCaching;

    private static readonly FileIdentity File = new(1, 2, 3);
    private static readonly Guid Client = Guid.NewGuid();

    private readonly LocalCoordinator _coordinator = new(TimeProvider.System);

    [Fact]
    public async Task An_upgrade_is_what_a_later_break_starts_from()
    {
        var first = new Owner();
        var second = new Owner();
        IFileClaim a = await OpenAsync(first, 1, R);
        Assert.Equal(R, a.Cache.State);
        IFileClaim b = await OpenAsync(first, 1, RWH);
        Assert.Equal(RWH, b.Cache.State);
        await CloseAsync(b);
        ClaimOutcome blocked = await TryOpenAsync(second, 2, R);
        Assert.Equal(new CacheBreak(RWH, RH, true, 3), Assert.Single(first.Breaks));
        Assert.Equal(NtStatus.Success, await a.AcknowledgeBreakAsync(RH, default));
        await blocked.Wait!;
        IFileClaim c = await OpenAsync(second, 2, R);
        IFileClaim d = await OpenAsync(second, 2, RH);
        Assert.Equal(RH, d.Cache.State);
        await CloseAsync(d);
        Assert.Equal(RH, c.Cache.State);

        Assert.Null(await a.ContendAsync(RW, default));
        Assert.Equal(RH, Assert.Single(second.Breaks).From);
    }

    private async Task<IFileClaim> OpenAsync(Owner owner, int key, LeaseState wanted)
    {
        ClaimOutcome outcome = await TryOpenAsync(owner, key, wanted);
        Assert.Equal(NtStatus.Success, outcome.Status);
        return outcome.Claim!;
    }

    private async Task<ClaimOutcome> TryOpenAsync(Owner owner, int key, LeaseState wanted) => await _coordinator.OpenAsync(
        File,
        new ClaimOptions(
            "", "A", AccessMask.ReadData | AccessMask.WriteData, true, true, true, false,
            Caching: new CacheRequest(wanted, new LeaseId(Client, new Guid(key, 0, 0, new byte[8])), 0, owner)),
        default);

    private static async Task CloseAsync(IFileClaim claim)
    {
        await claim.ReleaseAsync(default);
        claim.CompleteRelease();
    }

    private sealed class Owner : ICacheOwner
    {
        public List<CacheBreak> Breaks { get; } = [];

        public void OnBreak(CacheBreak cacheBreak) => Breaks.Add(cacheBreak);

        public void OnBreakAcknowledged()
        {
        }

        public void OnBreakExpired()
        {
        }
    }
}
