namespace Symbio.Storage.Memory;

/// <summary>A named stream of a node. All but the data is guarded by the node's gate.</summary>
internal sealed class MemoryNamedStream(string name, MemoryData data)
{
    private string _name = name;

    /// <summary>As spelled; may be read without the gate.</summary>
    public string Name
    {
        get => Volatile.Read(ref _name);
        set => Volatile.Write(ref _name, value);
    }

    public MemoryData Data => data;

    public int OpenCount { get; set; }

    public bool IsRemoved { get; set; }
}
