using BenchmarkDotNet.Attributes;
using Symbio.Cluster;
using Symbio.Cluster.Local;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Bench.Micro;

/// <summary>Symbio.Cluster: an open that claims its file, with and without a lease, and gives it back.</summary>
public class ArbitrationBenchmarks
{
    private static readonly ClaimOptions Plain = new("", "A", AccessMask.ReadData, true, true, true, false);

    private readonly LocalCoordinator _coordinator = new(TimeProvider.System);
    private readonly List<IFileClaim> _others = [];
    private ClaimOptions _leased;

    /// <summary>Opens that the file has already.</summary>
    [Params(0, 10, 1000)]
    public int Others { get; set; }

    [GlobalSetup]
    public async Task PrepareAsync()
    {
        _leased = Plain with
        {
            Caching = new CacheRequest(LeaseState.ReadCaching, new LeaseId(Guid.NewGuid(), Guid.NewGuid()), 0, new Owner()),
        };
        for (int i = 0; i < Others; i++)
            _others.Add((await _coordinator.OpenAsync(new FileIdentity(1, 1, 0), Plain, default)).Claim!);
    }

    [Benchmark]
    public Task OpenAndClose() => RunAsync(Plain);

    [Benchmark]
    public Task OpenWithALeaseAndClose() => RunAsync(_leased);

    private async Task RunAsync(ClaimOptions options)
    {
        ClaimOutcome outcome = await _coordinator.OpenAsync(new FileIdentity(1, 1, 0), options, default);
        await outcome.Claim!.ReleaseAsync(default);
        outcome.Claim.CompleteRelease();
    }

    private sealed class Owner : ICacheOwner
    {
        public void OnBreak(CacheBreak cacheBreak)
        {
        }

        public void OnBreakExpired()
        {
        }

        public void OnBreakAcknowledged()
        {
        }
    }
}
