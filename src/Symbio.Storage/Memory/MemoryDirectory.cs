using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.InteropServices;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Memory;

/// <summary>
/// The entries of a directory: by name for look-ups, and in order of arrival for listings, so that a listing that goes
/// by sequence number meets what stays exactly once. All members need <see cref="Gate"/>.
/// </summary>
internal sealed class MemoryDirectory(MemoryNode node, MemoryLink? link)
{
    private readonly Dictionary<string, MemoryLink> _byName = new(NameComparer.Instance);
    private readonly List<Slot> _slots = []; // Ascending sequence numbers; a removed entry leaves a hole.
    private long _lastSequence;

    public Lock Gate { get; } = new();

    public MemoryNode Node => node;

    /// <summary>The name of this directory; null for the root. Needs no gate.</summary>
    public MemoryLink? Link => link;

    /// <summary>The parent; the root is its own. Needs no gate.</summary>
    public MemoryDirectory Parent => link is null ? this : link.Place.Parent;

    public int Count => _byName.Count;

    /// <summary>It has no name any more, and nothing may be put into it.</summary>
    public bool IsRemoved { get; set; }

    public bool TryGet(ReadOnlySpan<char> name, [NotNullWhen(true)] out MemoryLink? found) =>
        _byName.GetAlternateLookup<ReadOnlySpan<char>>().TryGetValue(name, out found);

    /// <summary>Adds a link whose place is here.</summary>
    public void Add(MemoryLink entry)
    {
        Debug.Assert(Gate.IsHeldByCurrentThread && entry.Place.Parent == this && !IsRemoved);
        _byName.Add(entry.Place.Name, entry);
        entry.Sequence = ++_lastSequence;
        _slots.Add(new Slot(entry.Sequence, entry));
    }

    public void Remove(MemoryLink entry)
    {
        Debug.Assert(Gate.IsHeldByCurrentThread);
        _byName.Remove(entry.Place.Name);
        CollectionsMarshal.AsSpan(_slots)[IndexAfter(entry.Sequence - 1)].Link = null;
        if (_slots.Count > 32 && _byName.Count < _slots.Count / 2)
            _slots.RemoveAll(slot => slot.Link is null);
    }

    /// <summary>Changes the name; the entry keeps its place in listings.</summary>
    public void Rename(MemoryLink entry, string name)
    {
        Debug.Assert(Gate.IsHeldByCurrentThread);
        _byName.Remove(entry.Place.Name);
        entry.Place = new MemoryLink.Location(this, name);
        _byName.Add(name, entry);
    }

    /// <summary>The entries behind a sequence number, in order; null stands for a removed one.</summary>
    public ReadOnlySpan<Slot> After(long sequence) => CollectionsMarshal.AsSpan(_slots)[IndexAfter(sequence)..];

    /// <summary>This is <paramref name="other"/> or above it. Stable only while no directory can move.</summary>
    public bool Contains(MemoryDirectory other)
    {
        while (other != this)
        {
            if (other.Link is null)
                return false;
            other = other.Parent;
        }

        return true;
    }

    private int IndexAfter(long sequence)
    {
        var slots = CollectionsMarshal.AsSpan(_slots);
        int low = 0, high = slots.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (slots[middle].Sequence <= sequence)
                low = middle + 1;
            else
                high = middle;
        }

        return low;
    }

    internal record struct Slot(long Sequence, MemoryLink? Link);
}
