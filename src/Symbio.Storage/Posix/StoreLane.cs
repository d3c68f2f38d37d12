namespace Symbio.Storage.Posix;

/// <summary>
/// One store's way to the threads that all stores share: no more of them at once than <see cref="Width"/>. Without that a file system that
/// has stopped answering (a network's, a device that fails) would have them all, and every other share would wait with it.
/// </summary>
/// <param name="workers">The threads that all share.</param>
/// <param name="width">How many of them at once.</param>
internal sealed class StoreLane(IStoreScheduler workers, int width) : IStoreScheduler, IThreadPoolWorkItem
{
    /// <summary>What keeps the queues of an NVMe device or of an array busy; the threads cost little while they sleep.</summary>
    public const int Width = 64;

    private readonly Lock _lock = new();
    private readonly Queue<IThreadPoolWorkItem> _queue = new();
    private int _coming; // Threads that were asked for and have not come. As many as there is work for, within the width.
    private int _running;

    /// <summary>A lane to these workers; what is one already stays.</summary>
    public static StoreLane To(IStoreScheduler workers) => workers as StoreLane ?? new StoreLane(workers, Width);

    /// <inheritdoc/>
    public void Schedule(IThreadPoolWorkItem work)
    {
        lock (_lock)
        {
            _queue.Enqueue(work);
            if (_coming + _running >= width)
                return; // Whoever ends takes it.
            _coming++;
        }

        try
        {
            workers.Schedule(this);
        }
        catch
        {
            lock (_lock)
            {
                _coming--;
                if (!_queue.TryTakeOut(work))
                    return; // Another who came has it.
            }

            throw; // Who waits for it hears of that at once, and may use its buffer again.
        }
    }

    /// <summary>One piece of work. What is left asks for another turn, behind what others have asked for meanwhile.</summary>
    void IThreadPoolWorkItem.Execute()
    {
        IThreadPoolWorkItem work;
        lock (_lock)
        {
            _coming--;
            _running++;
            work = _queue.Dequeue();
        }

        try
        {
            work.Execute();
        }
        finally
        {
            End();
        }
    }

    private void End()
    {
        lock (_lock)
        {
            _running--;
            if (_queue.Count <= _coming)
                return;
            _coming++;
        }

        workers.Schedule(this);
    }
}
