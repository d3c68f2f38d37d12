using System.Numerics;

namespace Symbio.Server.Connections;

/// <summary>
/// Connection.CommandSequenceWindow, [MS-SMB2] 3.3.1.1: which MessageIds a client may use. Credits granted widen it at
/// the top; used ids close it at the bottom. Thread-safe: grants come from whoever completes a response.
/// </summary>
internal sealed class CommandSequenceWindow
{
    private const int WordBits = 64;

    // The window may be twice as wide as the credits are many: a client that leaves its lowest id unused while it goes
    // on with later ones is served until then, and the bitmap stays small.
    private const int SpreadFactor = 2;

    private readonly Lock _lock = new();
    private readonly int _maxCredits;
    private readonly ulong _maxSpread;
    private ulong[] _used; // Ring of bits from _low on; as long as the furthest id that was used needs.
    private ulong _low;
    private ulong _high = 1; // A new connection may use MessageId 0.
    private int _credits = 1; // Unused ids in the window.

    public CommandSequenceWindow(int maxCredits)
    {
        _maxCredits = maxCredits;
        _maxSpread = BitOperations.RoundUpToPowerOf2((ulong)maxCredits) * SpreadFactor;
        _used = new ulong[2];
    }

    /// <summary>Credits the client holds.</summary>
    public int Credits
    {
        get
        {
            lock (_lock)
                return _credits;
        }
    }

    /// <summary>Uses the ids [<paramref name="messageId"/>, + <paramref name="charge"/>); false when one is not free.</summary>
    public bool TryUse(ulong messageId, int charge)
    {
        lock (_lock)
        {
            ulong end = messageId + (ulong)charge;
            if (messageId < _low || end > _high || end < messageId)
                return false;
            EnsureSpread(end - _low);
            for (ulong id = messageId; id < end; id++)
            {
                if (IsUsed(id))
                    return false;
            }

            for (ulong id = messageId; id < end; id++)
                Set(id, true);
            _credits -= charge;
            while (_low < _high && IsUsed(_low))
                Set(_low++, false);
            return true;
        }
    }

    /// <summary>Grants up to <paramref name="requested"/> credits, as far as the bounds allow; returns how many.</summary>
    public ushort Grant(int requested)
    {
        lock (_lock)
        {
            int room = Math.Min(_maxCredits - _credits, (int)(_maxSpread - (_high - _low)));
            int granted = Math.Clamp(requested, 0, Math.Max(0, room));

            // A client without any credit could never speak again.
            if (granted == 0 && _credits == 0 && _high - _low < _maxSpread)
                granted = 1;
            _high += (ulong)granted;
            _credits += granted;
            return (ushort)granted;
        }
    }

    private ulong RingSize => (ulong)_used.Length * WordBits;

    private bool IsUsed(ulong id)
    {
        ulong index = id & (RingSize - 1);
        return (_used[index / WordBits] >> (int)(index % WordBits) & 1) != 0;
    }

    private void Set(ulong id, bool used)
    {
        ulong index = id & (RingSize - 1);
        ulong bit = 1UL << (int)(index % WordBits);
        if (used)
            _used[index / WordBits] |= bit;
        else
            _used[index / WordBits] &= ~bit;
    }

    private void EnsureSpread(ulong spread)
    {
        if (spread <= RingSize)
            return;
        var old = (Bits: _used, Size: RingSize);
        _used = new ulong[BitOperations.RoundUpToPowerOf2(spread) / WordBits];
        for (ulong id = _low; id < _low + old.Size; id++)
        {
            ulong index = id & (old.Size - 1);
            if ((old.Bits[index / WordBits] >> (int)(index % WordBits) & 1) != 0)
                Set(id, true);
        }
    }
}
