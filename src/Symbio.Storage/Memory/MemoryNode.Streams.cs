using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

namespace Symbio.Storage.Memory;

/// <summary>Named streams and extended attributes.</summary>
internal sealed partial class MemoryNode
{
    private const int MaxEaSize = 65535; // What FILE_EA_INFORMATION of NTFS can tell.

    private readonly Dictionary<string, MemoryNamedStream> _streams = new(NameComparer.Instance);
    private List<ExtendedAttribute> _attributesExtended = [];
    private uint _eaSize;

    public NtStatus OpenStream(string name, bool create, FileTime now, out MemoryNamedStream? stream)
    {
        stream = null;
        lock (_gate)
        {
            bool exists = _streams.TryGetValue(name, out var found);
            if (create)
            {
                if (exists)
                    return NtStatus.ObjectNameCollision;
                if (!_ledger.TryTake(Overhead))
                    return NtStatus.DiskFull;
                found = new MemoryNamedStream(name, new MemoryData(_ledger));
                _streams.Add(name, found);
                _changeTime = now;
            }
            else if (!exists)
            {
                return NtStatus.ObjectNameNotFound;
            }

            stream = found!;
            stream.OpenCount++;
            _openCount++;
            return NtStatus.Success;
        }
    }

    public IReadOnlyList<StoreStream> ListStreams()
    {
        lock (_gate)
        {
            var list = new List<StoreStream>(_streams.Count);
            foreach (var stream in _streams.Values)
                list.Add(new StoreStream(stream.Name, (ulong)stream.Data.Length, (ulong)stream.Data.Allocated));
            return list;
        }
    }

    public NtStatus RemoveStream(MemoryNamedStream stream, FileTime now)
    {
        lock (_gate)
        {
            if (stream.IsRemoved)
                return NtStatus.ObjectNameNotFound;
            Remove(stream);
            _changeTime = now;
            return NtStatus.Success;
        }
    }

    public NtStatus RenameStream(MemoryNamedStream stream, string newName, bool replace, FileTime now)
    {
        lock (_gate)
        {
            if (stream.IsRemoved)
                return NtStatus.AccessDenied;
            if (_streams.TryGetValue(newName, out var existing) && existing != stream)
            {
                if (!replace)
                    return NtStatus.ObjectNameCollision;
                Remove(existing);
            }

            _streams.Remove(stream.Name);
            stream.Name = newName;
            _streams.Add(newName, stream);
            _changeTime = now;
            return NtStatus.Success;
        }
    }

    public IReadOnlyList<ExtendedAttribute> ExtendedAttributes
    {
        get
        {
            lock (_gate)
                return _attributesExtended; // Replaced, never changed.
        }
    }

    /// <summary>Sets all of them or, when that is too much, none.</summary>
    public NtStatus SetExtendedAttributes(IReadOnlyList<ExtendedAttribute> changes, FileTime now)
    {
        if (changes.Count == 0)
            return NtStatus.Success;
        lock (_gate)
        {
            var set = new OrderedDictionary<string, ExtendedAttribute>(StringComparer.OrdinalIgnoreCase);
            foreach (var attribute in _attributesExtended)
                set.Add(attribute.Name, attribute);
            foreach (var change in changes)
            {
                // The value is the caller's buffer and has to be copied; an existing one keeps its name's spelling.
                if (change.Value.IsEmpty)
                    set.Remove(change.Name);
                else
                    set[change.Name] = change with
                    {
                        Name = set.TryGetValue(change.Name, out var old) ? old.Name : change.Name,
                        Value = change.Value.ToArray(),
                    };
            }

            List<ExtendedAttribute> result = [.. set.Values];
            long size = EaSize(result);
            if (size > MaxEaSize)
                return NtStatus.EaTooLarge;
            _attributesExtended = result;
            _eaSize = (uint)size;
            _changeTime = now;
            return NtStatus.Success;
        }
    }

    /// <summary>Length as FILE_FULL_EA_INFORMATION, [MS-FSCC] 2.4.16: all but the last padded to 4.</summary>
    private static long EaSize(List<ExtendedAttribute> list)
    {
        long size = 0;
        foreach (var ea in list)
            size = ((size + 3) & ~3L) + 8 + ea.Name.Length + 1 + ea.Value.Length;
        return size;
    }

    private void Remove(MemoryNamedStream stream)
    {
        _streams.Remove(stream.Name);
        stream.IsRemoved = true;
        DiscardIfUnused(stream);
    }

    private void DiscardIfUnused(MemoryNamedStream stream)
    {
        if (!stream.IsRemoved || stream.OpenCount > 0)
            return;
        stream.Data.Discard();
        _ledger.Return(Overhead);
    }
}
