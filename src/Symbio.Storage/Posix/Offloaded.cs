namespace Symbio.Storage.Posix;

/// <summary>A call that has moved to the scheduler's threads, and its result.</summary>
internal sealed class Offloaded<TState, TResult>(TState state, Func<TState, TResult> call) : IThreadPoolWorkItem
{
    // Whoever awaits goes on on the worker's thread: it does not block there either, and a way to another thread costs more
    // than most of what follows (a listing was 8 % dearer, and a quarter slower).
    private readonly TaskCompletionSource<TResult> _result = new();

    public Task<TResult> Task => _result.Task;

    public void Execute()
    {
        try
        {
            _result.SetResult(call(state));
        }
#pragma warning disable CA1031 // The exception is not lost: whoever awaits gets it.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            _result.SetException(exception);
        }
    }
}

internal static class StoreSchedulerExtensions
{
    public static ValueTask<TResult> RunAsync<TState, TResult>(
        this IStoreScheduler scheduler, TState state, Func<TState, TResult> call)
    {
        var offloaded = new Offloaded<TState, TResult>(state, call);
        scheduler.Schedule(offloaded);
        return new(offloaded.Task);
    }
}
