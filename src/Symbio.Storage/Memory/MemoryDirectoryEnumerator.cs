using Symbio.Protocol;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Memory;

/// <summary>A position in a directory: the sequence number of the last entry that was looked at.</summary>
internal sealed class MemoryDirectoryEnumerator(MemoryDirectory? directory) : IDirectoryEnumerator
{
    private const long BeforeDot = -2;
    private const long BeforeDotDot = -1;
    private const int SlotsPerHold = 1024; // Bounds how long a search without hits keeps others out.

    private long _position = BeforeDot;

    public ValueTask<(NtStatus Status, int Count)> ReadAsync(
        NamePattern pattern, DirectoryFields fields, Memory<DirectoryEntry> destination,
        CancellationToken cancellationToken)
    {
        if (directory is null)
            return new((NtStatus.InvalidParameter, 0));
        var entries = destination.Span;
        int count = 0;
        AddDot(directory, BeforeDot, ".", pattern, entries, ref count);
        AddDot(directory.Parent, BeforeDotDot, "..", pattern, entries, ref count);
        if (pattern.Literal is { } literal)
        {
            LookUp(directory, literal, entries, ref count);
        }
        else
        {
            while (Scan(directory, pattern, entries, ref count))
            {
            }
        }

        return new((NtStatus.Success, count));
    }

    public void Restart() => _position = BeforeDot;

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static DirectoryEntry Entry(string name, MemoryNode node) => new(name, node.GetStat(node.Data));

    private void AddDot(MemoryDirectory dot, long position, string name, NamePattern pattern,
        Span<DirectoryEntry> entries, ref int count)
    {
        if (_position != position || count == entries.Length)
            return;
        _position++;
        if (!directory!.IsRemoved && pattern.Matches(name))
            entries[count++] = Entry(name, dot.Node);
    }

    private void LookUp(MemoryDirectory searched, string name, Span<DirectoryEntry> entries, ref int count)
    {
        if (count == entries.Length)
            return;
        lock (searched.Gate)
        {
            if (searched.TryGet(name, out var link) && link.Sequence > _position)
                entries[count++] = Entry(link.Place.Name, link.Node);
        }

        _position = long.MaxValue; // No other name can match.
    }

    /// <summary>Looks at the next entries; false at the end.</summary>
    private bool Scan(MemoryDirectory searched, NamePattern pattern, Span<DirectoryEntry> entries, ref int count)
    {
        lock (searched.Gate)
        {
            var slots = searched.After(_position);
            foreach (var slot in slots[..Math.Min(slots.Length, SlotsPerHold)])
            {
                if (slot.Link is { } link && pattern.Matches(link.Place.Name))
                {
                    if (count == entries.Length)
                        return false; // It is the first of the next call.
                    entries[count++] = Entry(link.Place.Name, link.Node);
                }

                _position = slot.Sequence;
            }

            return slots.Length > SlotsPerHold;
        }
    }
}
