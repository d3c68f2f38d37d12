using Symbio.Cluster.Scheduling;

namespace Symbio.Simulation;

/// <summary>Work that the server has put off. Which comes next is the seed's choice, as on a thread pool it is nobody's.</summary>
internal sealed class SimulatedScheduler(World world) : WorkScheduler
{
    private readonly List<IThreadPoolWorkItem> _waiting = [];

    public int Count => _waiting.Count;

    public override void Schedule(IThreadPoolWorkItem work)
    {
        world.AssertOwnThread();
        _waiting.Add(work);
    }

    public void RunOne(Chance chance)
    {
        int index = chance.Below(_waiting.Count);
        IThreadPoolWorkItem work = _waiting[index];
        _waiting.RemoveAt(index);
        world.Trace.Say($"  work: {work.GetType().Name} ({_waiting.Count} wait)");
        work.Execute();
    }
}
