using System.Buffers.Binary;

namespace Symbio.Simulation.Model;

/// <summary>Something that may have changed a slot of a file.</summary>
internal sealed class SlotWrite(ulong value, long sent)
{
    /// <summary>It happened before this moment or will not any more; nobody knows which.</summary>
    public void MayHaveHappenedUntil(long now) => MayHappenUntil = now;

    /// <summary>Later than this it cannot happen.</summary>
    public long MayHappenUntil { get; private set; } = long.MaxValue;

    /// <summary>What it writes; 0 for zeros, or for cutting the file off.</summary>
    public ulong Value => value;

    public long Sent => sent;

    /// <summary>When the client learned that it had happened; until then, or if it never does, it may happen at any moment.</summary>
    public long Done { get; set; } = long.MaxValue;
}

/// <summary>
/// What a file may hold, as far as those can know who have written to it: some slots of sixteen bytes, each written as a
/// whole. What has been acknowledged must be there for whoever reads afterwards; what has not may be, or not, or still come.
/// </summary>
internal sealed class FileModel
{
    public const int Slots = 8;
    public const int SlotSize = 16;

    private readonly List<SlotWrite>[] _slots = new List<SlotWrite>[Slots];

    public FileModel()
    {
        for (int i = 0; i < Slots; i++)
            _slots[i] = [new SlotWrite(0, -1) { Done = -1 }];
    }

    /// <summary>What a file, or a stream of it, is known by here.</summary>
    public static ulong IdOf(ulong diskFileId, bool isStream) => isStream ? diskFileId | (1ul << 63) : diskFileId;

    /// <summary>What a slot of this data holds; past its end that is nothing.</summary>
    public static ulong ValueAt(ReadOnlySpan<byte> data, int slot)
    {
        if (data.Length <= slot * SlotSize)
            return 0;
        ReadOnlySpan<byte> bytes = data.Slice(slot * SlotSize, SlotSize);
        ulong value = BinaryPrimitives.ReadUInt64LittleEndian(bytes);
        ulong check = BinaryPrimitives.ReadUInt64LittleEndian(bytes[8..]);
        if (value == 0 ? check != 0 : check != ~value)
            throw new InvariantViolation("content", $"a slot holds {value:x} and {check:x}: half of two writes");
        return value;
    }

    /// <summary>Something is about to be written.</summary>
    public SlotWrite Begin(int slot, ulong value, long now)
    {
        var write = new SlotWrite(value, now);
        _slots[slot].Add(write);
        return write;
    }

    /// <summary>A create may cut the file off, or not, and nobody will know.</summary>
    public void MayBeOverwritten(long sent)
    {
        for (int slot = 0; slot < Slots; slot++)
            Begin(slot, 0, sent);
    }

    /// <summary>It was refused, and has changed nothing.</summary>
    public void Refuse(int slot, SlotWrite write) => _slots[slot].Remove(write);

    /// <summary>Can a read that was sent then and answered now have found this?</summary>
    public bool Allows(int slot, ulong value, long sent, long answered)
    {
        foreach (SlotWrite write in _slots[slot])
        {
            if (write.Value == value && write.Sent <= answered && !IsOverwritten(slot, write, sent))
                return true;
        }

        return false;
    }

    /// <summary>What a slot may hold now, for whoever is told that it holds something else.</summary>
    public string Describe(int slot) =>
        string.Join(", ", _slots[slot].Select(w => $"{w.Value:x}[{w.Sent}..{(w.Done == long.MaxValue ? "?" : w.Done)}]"));

    /// <summary>Nothing of before can still come: the slot holds this.</summary>
    public void Settle(int slot, ulong value, long now)
    {
        _slots[slot].Clear();
        _slots[slot].Add(new SlotWrite(value, -1) { Done = now });
    }

    /// <summary>Forgets what no read that is still under way can find.</summary>
    public void Prune(int slot, long oldestRead)
    {
        List<SlotWrite> writes = _slots[slot];
        if (writes.Count > 4)
            writes.RemoveAll(w => IsOverwritten(slot, w, oldestRead));
    }

    // By something that began after it was done, and was done before the read began.
    private bool IsOverwritten(int slot, SlotWrite write, long read)
    {
        foreach (SlotWrite later in _slots[slot])
        {
            if (Math.Min(write.Done, write.MayHappenUntil) < later.Sent && later.Done < read)
                return true;
        }

        return false;
    }
}
