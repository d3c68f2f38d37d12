namespace Symbio.Cli.Bench.Workloads;

/// <summary>What a benchmark does over and over.</summary>
internal abstract class Workload
{
    /// <summary>False for one that connects by itself.</summary>
    public virtual bool NeedsClients => true;

    /// <summary>Makes what the operations need. Nothing of this is measured.</summary>
    public virtual ValueTask PrepareAsync(BenchContext context) => ValueTask.CompletedTask;

    /// <summary>One operation, which is measured; returns the bytes of files that it moved.</summary>
    /// <param name="number">Counts the operations of the phase, over all lanes.</param>
    public abstract ValueTask<long> OperateAsync(BenchLane lane, long number);

    /// <summary>After the measurement: closes what is open. What is on the share is deleted by others.</summary>
    public virtual ValueTask FinishAsync(BenchContext context) => ValueTask.CompletedTask;
}
