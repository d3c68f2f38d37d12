using Symbio.Storage.Posix;

namespace Symbio.Storage.Tests.Posix;

/// <summary>Nothing runs before the test says so.</summary>
internal sealed class HeldScheduler : IStoreScheduler
{
    private readonly Lock _lock = new();
    private readonly List<IThreadPoolWorkItem> _held = [];
    private bool _isReleased;

    public int Held
    {
        get
        {
            lock (_lock)
                return _held.Count;
        }
    }

    public void Schedule(IThreadPoolWorkItem work)
    {
        lock (_lock)
        {
            if (!_isReleased)
            {
                _held.Add(work);
                return;
            }
        }

        StoreWorkers.Shared.Schedule(work);
    }

    public void RunHeld()
    {
        IThreadPoolWorkItem[] held;
        lock (_lock)
        {
            held = [.. _held];
            _held.Clear();
        }

        foreach (IThreadPoolWorkItem work in held)
            work.Execute();
    }

    // From now on everything runs at once.
    public void Release()
    {
        lock (_lock)
            _isReleased = true;
        RunHeld();
    }
}
