using System.Net;
using System.Net.Sockets;

namespace Symbio.Identity;

/// <summary>
/// Makes guessing passwords slow. Each failure of an account from an address doubles the time until that pair's next
/// attempt is looked at; an address that fails with many accounts waits too. Attempts made at the same time queue up,
/// so that parallel connections gain nothing. Nobody is locked out: the owner of an account who sits elsewhere does not
/// notice that it is under attack.
/// </summary>
/// <remarks>Bounded: the entry that was used least recently makes room. Thread-safe.</remarks>
public sealed class LogonDelay(TimeProvider timeProvider, int capacity = LogonDelay.DefaultCapacity)
{
    /// <summary>About 2 MB at worst.</summary>
    public const int DefaultCapacity = 10_000;

    /// <summary>What the first failure costs.</summary>
    public static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(250);

    /// <summary>What a failure costs at most.</summary>
    public static readonly TimeSpan MaxDelay = TimeSpan.FromSeconds(8);

    /// <summary>An attempt that would have to wait longer than this is refused after this time, unchecked.</summary>
    public static readonly TimeSpan MaxWait = TimeSpan.FromSeconds(16);

    /// <summary>After this time without a failure an entry is forgotten.</summary>
    public static readonly TimeSpan Memory = TimeSpan.FromMinutes(15);

    /// <summary>Failures of one address with any account that cost nothing beyond the account's own delay.</summary>
    private const int FreeFailuresOfAddress = 10;

    private readonly Lock _lock = new();
    private readonly Dictionary<(string? Account, IPAddress Address), LinkedListNode<Entry>> _entries = [];
    private readonly LinkedList<Entry> _byUse = [];

    /// <summary>Entries held.</summary>
    public int Count
    {
        get
        {
            lock (_lock)
                return _entries.Count;
        }
    }

    /// <summary>
    /// How long the peer has to wait before its attempt is looked at; null: refuse it, after <see cref="MaxWait"/>.
    /// </summary>
    public TimeSpan? Reserve(string account, IPAddress? address)
    {
        var (pair, alone) = Keys(account, address);
        lock (_lock)
        {
            var now = timeProvider.GetUtcNow();
            var pairEntry = Find(pair, now);
            var aloneEntry = Find(alone, now);
            var start = Max(now, Max(pairEntry?.NextAttempt ?? now, aloneEntry?.NextAttempt ?? now));
            if (start - now > MaxWait)
                return null;
            // The slot is taken: an attempt made meanwhile comes after this one.
            if (pairEntry is not null)
                pairEntry.NextAttempt = start + DelayAfter(pairEntry.Failures);
            if (aloneEntry is not null && aloneEntry.Failures > FreeFailuresOfAddress)
                aloneEntry.NextAttempt = start + DelayAfter(aloneEntry.Failures - FreeFailuresOfAddress);
            return start - now;
        }
    }

    /// <summary>The attempt failed.</summary>
    public void Failed(string account, IPAddress? address)
    {
        var (pair, alone) = Keys(account, address);
        lock (_lock)
        {
            var now = timeProvider.GetUtcNow();
            AddFailure(pair, now, free: 0);
            AddFailure(alone, now, FreeFailuresOfAddress);
        }
    }

    /// <summary>The attempt succeeded: the pair's failures are forgotten (the address's are not).</summary>
    public void Succeeded(string account, IPAddress? address)
    {
        var (pair, _) = Keys(account, address);
        lock (_lock)
        {
            if (_entries.Remove(pair, out var node))
                _byUse.Remove(node);
        }
    }

    private void AddFailure((string?, IPAddress) key, DateTimeOffset now, int free)
    {
        var entry = Find(key, now);
        if (entry is null)
        {
            if (_entries.Count >= capacity)
            {
                _entries.Remove(_byUse.First!.Value.Key);
                _byUse.RemoveFirst();
            }
            entry = new Entry(key);
            _entries[key] = _byUse.AddLast(entry);
        }
        entry.Failures++;
        entry.LastFailure = now;
        if (entry.Failures > free)
            entry.NextAttempt = Max(entry.NextAttempt, now + DelayAfter(entry.Failures - free));
    }

    private Entry? Find((string?, IPAddress) key, DateTimeOffset now)
    {
        if (!_entries.TryGetValue(key, out var node))
            return null;
        _byUse.Remove(node);
        if (now - node.Value.LastFailure > Memory)
        {
            _entries.Remove(key);
            return null;
        }
        _byUse.AddLast(node);
        return node.Value;
    }

    private static TimeSpan DelayAfter(int failures)
    {
        var delay = FirstDelay * (1L << Math.Min(failures - 1, 16));
        return delay < MaxDelay ? delay : MaxDelay;
    }

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => a > b ? a : b;

    private static ((string?, IPAddress) Pair, (string?, IPAddress) Alone) Keys(string account, IPAddress? address)
    {
        var prefix = AddressPrefix.Of(address ?? IPAddress.None);
        // An account name is at most 256 characters in any directory; longer ones are only there to fill memory.
        string name = account.Length > 256 ? account[..256] : account;
        return ((name.ToUpperInvariant(), prefix), (null, prefix));
    }

    private sealed class Entry((string?, IPAddress) key)
    {
        public (string?, IPAddress) Key { get; } = key;
        public int Failures { get; set; }
        public DateTimeOffset LastFailure { get; set; }
        public DateTimeOffset NextAttempt { get; set; }
    }
}
