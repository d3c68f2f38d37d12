namespace Symbio.Cluster.Scheduling;

/// <summary>
/// Something that happens once. Those who wait for it go on elsewhere, one after the other: never on the stack, or under
/// the locks, of who says that it has happened.
/// </summary>
public sealed class Signal(WorkScheduler scheduler) : IThreadPoolWorkItem
{
    private readonly TaskCompletionSource _source = new(); // Its continuations run in Execute.
    private int _set;

    /// <summary>Completes soon after <see cref="Set"/>.</summary>
    public Task Task => _source.Task;

    /// <summary>It has happened. Later calls do nothing.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) == 0)
            scheduler.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute() => _source.SetResult();
}
