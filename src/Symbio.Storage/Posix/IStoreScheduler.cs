namespace Symbio.Storage.Posix;

/// <summary>Where a store's calls run that may wait for a disk.</summary>
public interface IStoreScheduler
{
    /// <summary>Runs the work soon, on a thread that may block. Every work item runs exactly once.</summary>
    void Schedule(IThreadPoolWorkItem work);
}
