using Symbio.Cluster.Scheduling;
using Symbio.Storage;

namespace Symbio.Server.Information;

/// <summary>
/// A part of a descriptor is changed by reading all of it and writing all of it back. Of two that change one file's at the same
/// time neither must undo the other: they go one by one.
/// </summary>
internal sealed class SecurityTurns
{
    private readonly Turn[] _turns = new Turn[64];

    public SecurityTurns(WorkScheduler scheduler)
    {
        for (int i = 0; i < _turns.Length; i++)
            _turns[i] = new Turn(scheduler);
    }

    /// <summary>The change, in the turn of those who change this file's descriptor (and a few others').</summary>
    public async ValueTask<T> RunAsync<T>(FileKey file, Func<ValueTask<T>> change)
    {
        Turn turn = _turns[file.FileId % (uint)_turns.Length];
        await turn.EnterAsync().ConfigureAwait(false);
        try
        {
            return await change().ConfigureAwait(false);
        }
        finally
        {
            turn.Leave();
        }
    }
}
