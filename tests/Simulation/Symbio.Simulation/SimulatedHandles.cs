using Symbio.Server.Durability.Persistence;

namespace Symbio.Simulation;

/// <summary>
/// The disk that persistent handles are kept on: it outlives the server. What is on its way there when the server is killed does
/// not arrive.
/// </summary>
internal sealed class SimulatedHandles(World world) : IHandleStorage
{
    private readonly SortedDictionary<string, byte[]> _records = new(StringComparer.Ordinal);
    private readonly List<TaskCompletionSource> _waiting = [];

    public int Count => _records.Count;

    /// <summary>Records that have not reached the disk yet.</summary>
    public int Waiting => _waiting.Count;

    public void RunOne(Chance chance)
    {
        int index = chance.Below(_waiting.Count);
        TaskCompletionSource next = _waiting[index];
        _waiting.RemoveAt(index);
        next.SetResult();
    }

    /// <summary>The server has been killed.</summary>
    public void LoseWaiting() => _waiting.Clear();

    public async ValueTask SaveAsync(string name, ReadOnlyMemory<byte> record)
    {
        world.AssertOwnThread();
        byte[] kept = record.ToArray();
        if (world.Plan.SlowHandles)
        {
            var gate = new TaskCompletionSource();
            _waiting.Add(gate);
            await gate.Task;
        }

        if (!world.Rule.ForgetsHandles)
            _records[name] = kept;
    }

    public void Remove(string name) => _records.Remove(name);

    public IEnumerable<(string Name, byte[] Record)> Load() => [.. _records.Select(r => (r.Key, r.Value))];
}
