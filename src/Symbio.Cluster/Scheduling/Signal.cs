namespace Symbio.Cluster.Scheduling;

/// <summary>
/// Something that happens once. Those who wait for it go on elsewhere, one after the other: never on the stack, or under
/// the locks, of who says that it has happened. While nobody waits it is one small object: a connection has several.
/// </summary>
public sealed class Signal(WorkScheduler scheduler) : IThreadPoolWorkItem
{
    private static readonly object s_over = new();

    private object? _state; // Null, the source of the task that somebody has asked for, or s_over.
    private int _set;

    /// <summary>Completes soon after <see cref="Set"/>.</summary>
    public Task Task
    {
        get
        {
            object? state = Volatile.Read(ref _state);
            if (state is null)
            {
                var source = new TaskCompletionSource(); // Its continuations run in Execute.
                state = Interlocked.CompareExchange(ref _state, source, null) ?? source;
            }

            return (state as TaskCompletionSource)?.Task ?? Task.CompletedTask;
        }
    }

    /// <summary>It has happened. Later calls do nothing.</summary>
    public void Set()
    {
        if (Interlocked.Exchange(ref _set, 1) == 0)
            scheduler.Schedule(this);
    }

    void IThreadPoolWorkItem.Execute()
    {
        // The source stays: a task has one identity for all who ask.
        if (Interlocked.CompareExchange(ref _state, s_over, null) is TaskCompletionSource source)
            source.SetResult();
    }
}
