namespace Symbio.Cluster.Scheduling;

/// <summary>
/// Where work goes on that does not belong on the stack of who caused it: on the thread pool, or in the queue of a
/// simulation, which decides what comes next. Injected, as the clock is.
/// </summary>
public abstract class WorkScheduler
{
    /// <summary>The thread pool.</summary>
    public static WorkScheduler ThreadPool { get; } = new Pool();

    /// <summary>Has the work done soon, by somebody else.</summary>
    public abstract void Schedule(IThreadPoolWorkItem work);

    /// <summary>Who awaits this goes on as work of its own.</summary>
    public Task SwitchAsync()
    {
        var signal = new Signal(this);
        signal.Set();
        return signal.Task;
    }

    private sealed class Pool : WorkScheduler
    {
        public override void Schedule(IThreadPoolWorkItem work) =>
            System.Threading.ThreadPool.UnsafeQueueUserWorkItem(work, preferLocal: true);
    }
}
