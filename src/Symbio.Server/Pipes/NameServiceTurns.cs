using Symbio.Cluster.Scheduling;

namespace Symbio.Server.Pipes;

/// <summary>
/// The system's name services (files, sssd, winbind) are asked by calls that block, for as long as a directory on the network
/// takes: never on the thread of a socket, and by few at a time, whatever clients do. One look-up has one turn, so that a
/// call with thousands of them is not in the way of another's single one.
/// </summary>
internal sealed class NameServiceTurns(WorkScheduler scheduler)
{
    /// <summary>Threads that may be waiting for name services.</summary>
    public const int Lanes = 4;

    private readonly Turn[] _lanes = [.. Enumerable.Range(0, Lanes).Select(_ => new Turn(scheduler))];
    private uint _last;

    /// <summary>Runs what may block when it is its turn.</summary>
    public async ValueTask<TResult> RunAsync<TState, TResult>(
        TState state, Func<TState, TResult> lookUp, CancellationToken cancellationToken)
    {
        Turn lane = _lanes[Interlocked.Increment(ref _last) % Lanes];
        await lane.EnterAsync().ConfigureAwait(false);
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var work = new LookUp<TState, TResult>(state, lookUp);
            scheduler.Schedule(work);
            return await work.Task.ConfigureAwait(false);
        }
        finally
        {
            lane.Leave();
        }
    }

    private sealed class LookUp<TState, TResult>(TState state, Func<TState, TResult> lookUp) : IThreadPoolWorkItem
    {
        private readonly TaskCompletionSource<TResult> _result = new(); // Who waits goes on on the thread that has waited.

        public Task<TResult> Task => _result.Task;

        public void Execute()
        {
            try
            {
                _result.SetResult(lookUp(state));
            }
            catch (Exception exception)
            {
                _result.SetException(exception); // Whoever awaits gets it.
            }
        }
    }
}
