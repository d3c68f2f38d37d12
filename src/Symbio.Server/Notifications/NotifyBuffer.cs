using System.Diagnostics;
using Symbio.Protocol.Fscc;

namespace Symbio.Server.Notifications;

/// <summary>
/// ChangeNotifyEntry.NotifyEventList, [MS-FSA] 2.1.1.8, in the form that goes to the client. Its size is that of the first
/// request's buffer: what happens beyond it is only counted as "something". Guarded by its watch's lock.
/// </summary>
internal sealed class NotifyBuffer(int limit)
{
    private const int FirstSize = 256;

    private byte[] _bytes = [];
    private FileNotifyListWriter _list;

    /// <summary>Something happened that the buffer has no room for.</summary>
    public bool HasOverflowed { get; private set; }

    public bool IsEmpty => _list.Count == 0 && !HasOverflowed;

    /// <summary>Bytes of the changes.</summary>
    public int Length => _list.Length;

    /// <summary>Adds a change; one that only says again what the last one said is left out.</summary>
    public void Add(FileAction action, ReadOnlySpan<char> name)
    {
        if (HasOverflowed || _list.Repeats(_bytes, action, name))
            return;
        int needed = _list.LengthWith(name.Length);
        if (needed > limit)
        {
            Overflow();
            return;
        }

        if (needed > _bytes.Length)
            Array.Resize(ref _bytes, Math.Min(limit, Math.Max(needed, Math.Max(FirstSize, _bytes.Length * 2))));
        _list.Append(_bytes, action, name);
    }

    /// <summary>Hands over the changes and is empty.</summary>
    public ReadOnlyMemory<byte> Take()
    {
        Debug.Assert(!HasOverflowed);
        ReadOnlyMemory<byte> taken = _bytes.AsMemory(0, _list.Length);
        Clear();
        return taken;
    }

    /// <summary>Forgets the changes, but not that there were some.</summary>
    public void Overflow()
    {
        Clear();
        HasOverflowed = true;
    }

    public void Clear()
    {
        _bytes = [];
        _list = default;
        HasOverflowed = false;
    }
}
