using Symbio.Server.Durability.Persistence;

namespace Symbio.Simulation;

/// <summary>The disk that persistent handles are kept on: it outlives the server.</summary>
internal sealed class SimulatedHandles(World world) : IHandleStorage
{
    private readonly SortedDictionary<string, byte[]> _records = new(StringComparer.Ordinal);

    public int Count => _records.Count;

    public ValueTask SaveAsync(string name, ReadOnlyMemory<byte> record)
    {
        world.AssertOwnThread();
        if (!world.Rule.ForgetsHandles)
            _records[name] = record.ToArray();
        return ValueTask.CompletedTask;
    }

    public void Remove(string name) => _records.Remove(name);

    public IEnumerable<(string Name, byte[] Record)> Load() => [.. _records.Select(r => (r.Key, r.Value))];
}
