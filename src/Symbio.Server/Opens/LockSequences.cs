namespace Symbio.Server.Opens;

/// <summary>Open.LockSequenceArray, [MS-SMB2] 3.3.1.10: tells a repeated LOCK request from a new one.</summary>
internal sealed class LockSequences
{
    /// <summary>Entries of the array: lock sequence numbers 1 to 64.</summary>
    private const int Size = 64;

    private const byte Invalid = 0xFF;

    private readonly Lock _lock = new();
    private byte[]? _entries;

    /// <summary>True when this request was carried out before: it only has to be answered again, 3.3.5.14.</summary>
    public bool IsReplay(uint index, byte number)
    {
        if (index is 0 or > Size)
            return false;
        lock (_lock)
        {
            if (_entries is null || _entries[index - 1] == Invalid)
                return false;
            if (_entries[index - 1] == number)
                return true;
            _entries[index - 1] = Invalid;
            return false;
        }
    }

    /// <summary>The array, to be kept; null as long as it is unused.</summary>
    public byte[]? Save()
    {
        lock (_lock)
            return (byte[]?)_entries?.Clone();
    }

    /// <summary>The array as it was kept.</summary>
    public void Load(byte[]? entries)
    {
        lock (_lock)
            _entries = entries is { Length: Size } ? entries : null;
    }

    /// <summary>The request was carried out.</summary>
    public void Store(uint index, byte number)
    {
        if (index is 0 or > Size)
            return;
        lock (_lock)
        {
            if (_entries is null)
            {
                _entries = new byte[Size];
                _entries.AsSpan().Fill(Invalid);
            }

            _entries[index - 1] = number;
        }
    }
}
