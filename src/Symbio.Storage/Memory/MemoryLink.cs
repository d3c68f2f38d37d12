namespace Symbio.Storage.Memory;

/// <summary>
/// A name of a node in a directory; the object stays the same when the name changes or moves. Written under the gate
/// of the directory that holds it (of both in a move); <see cref="Place"/> may be read without one.
/// </summary>
internal sealed class MemoryLink(MemoryNode node, MemoryLink.Location place)
{
    private Location _place = place;

    public MemoryNode Node => node;

    /// <summary>Where it is, or last was.</summary>
    public Location Place
    {
        get => Volatile.Read(ref _place);
        set => Volatile.Write(ref _place, value);
    }

    public bool IsRemoved { get; set; }

    /// <summary>Position in the directory's order of arrival; what a listing goes by.</summary>
    public long Sequence { get; set; }

    /// <summary>A directory and a spelling, replaced as one.</summary>
    internal sealed record Location(MemoryDirectory Parent, string Name);
}
