namespace Symbio.Storage.Posix;

/// <summary>
/// The default <see cref="IStoreScheduler"/>: threads of its own, started when needed, gone when idle. The thread pool
/// would not do: it runs the server's loops, and blocked threads would starve them.
/// </summary>
/// <remarks>
/// Work that finds all threads busy waits in line. The line is as long as the server's credits let it be: every entry
/// is one request of a client.
/// </remarks>
public sealed class StoreWorkers : IStoreScheduler
{
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(10);

    private readonly object _gate = new(); // Monitor: threads wait on it.
    private readonly Queue<IThreadPoolWorkItem> _queue = new();
    private readonly int _limit;
    private readonly Action<Thread> _start;
    private int _threads;
    private int _idle;

    /// <param name="limit">Most threads at once.</param>
    public StoreWorkers(int limit)
        : this(limit, static thread => thread.UnsafeStart())
    {
    }

    /// <param name="limit">Most threads at once.</param>
    /// <param name="start">Starts a thread; for tests.</param>
    internal StoreWorkers(int limit, Action<Thread> start)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(limit, 1);
        _limit = limit;
        _start = start;
    }

    /// <summary>
    /// One for the whole process: disks are shared by all stores. A store has 64 of them at most, so that others have some
    /// left when three file systems have stopped answering. They are started when needed only.
    /// </summary>
    public static StoreWorkers Shared { get; } = new(4 * StoreLane.Width);

    /// <inheritdoc/>
    /// <remarks>
    /// The system may refuse another thread (pids.max). Work then waits for those there are; where there is none it throws,
    /// and the work is not done.
    /// </remarks>
    public void Schedule(IThreadPoolWorkItem work)
    {
        lock (_gate)
        {
            _queue.Enqueue(work);
            if (_idle >= _queue.Count)
            {
                Monitor.Pulse(_gate);
                return;
            }

            if (_threads == _limit)
                return;
            _threads++;
            if (_threads == 1)
            {
                Start(work); // Under the lock: nobody counts on a thread that may not come.
                return;
            }
        }

        Start(work);
    }

    private void Start(IThreadPoolWorkItem work)
    {
        try
        {
            _start(new Thread(Run) { IsBackground = true, Name = "Symbio store" });
        }
        catch
        {
            lock (_gate)
            {
                _threads--;
                if (_threads > 0 || !_queue.TryTakeOut(work))
                    return;
            }

            throw;
        }
    }

    private void Run()
    {
        while (Next() is { } work)
            work.Execute();
    }

    private IThreadPoolWorkItem? Next()
    {
        lock (_gate)
        {
            _idle++;
            while (_queue.Count == 0)
            {
                if (!Monitor.Wait(_gate, s_idle) && _queue.Count == 0)
                {
                    _idle--;
                    _threads--;
                    return null;
                }
            }

            _idle--;
            return _queue.Dequeue();
        }
    }
}
