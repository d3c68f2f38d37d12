using Symbio.Cluster.Scheduling;
using Symbio.Protocol.Fscc;
using Symbio.Server.Names;

namespace Symbio.Server.Information.File;

/// <summary>
/// Looking for opens of a file that is to be replaced shows up as an open for a moment. Two that replace the same file must
/// not take each other for one: they go one by one.
/// </summary>
internal sealed class ReplaceTurns
{
    private readonly Turn[] _turns = new Turn[64];

    public ReplaceTurns(WorkScheduler scheduler)
    {
        for (int i = 0; i < _turns.Length; i++)
            _turns[i] = new Turn(scheduler);
    }

    /// <summary>The turn of those who replace what has this name (and of a few others).</summary>
    public Turn Of(ShareName name)
    {
        uint hash = 0;
        foreach (char unit in name.Path) // Not a string's hash, which is another one in every process: this can be replayed.
            hash = (hash * 31) + UpcaseTable.ToUpper(unit);
        return _turns[hash % (uint)_turns.Length];
    }
}
