using Symbio.Cluster.Scheduling;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Local;

/// <summary>
/// The oplocks and leases on one file: who is in the way of what ([MS-FSA] 2.1.4.12), and who may be granted what
/// (2.1.5.18). Guarded by the file record's lock.
/// </summary>
internal sealed class CacheTable(FileRecord record)
{
    // An open that wants no more than this neither disturbs an oplock nor is disturbed by one. A lease does not even mind
    // READ_CONTROL.
    private const AccessMask StatAccess = AccessMask.ReadAttributes | AccessMask.WriteAttributes | AccessMask.Synchronize;

    private readonly List<CacheHolder> _holders = [];

    public bool IsEmpty => _holders.Count == 0;

    /// <summary>
    /// Before the sharing check: a batch oplock is broken even for an open that would not be let in, because its owner may
    /// hold no more than a cached handle.
    /// </summary>
    public List<Task>? BreakBatch(in ClaimOptions options, List<BreakNotice>? notices)
    {
        List<Task>? waits = null;
        foreach (CacheHolder holder in _holders)
        {
            if (IsStat(options, holder))
                continue;
            if (holder.IsOplock && holder.Stream == options.Stream && holder.Has(LeaseState.HandleCaching))
                Add(ref waits, holder.Break(Spoiled(options), wait: true, record, notices));
        }

        return waits;
    }

    /// <summary>The open would be a sharing violation: those who cache handles may have nothing but cached ones.</summary>
    public List<Task>? BreakHandles(in ClaimOptions options, List<BreakNotice>? notices)
    {
        List<Task>? waits = null;
        foreach (CacheHolder holder in _holders)
        {
            if (!holder.IsOplock && holder.Stream == options.Stream && !IsSame(holder, options.Caching?.Lease))
                Add(ref waits, holder.Break(LeaseState.HandleCaching, wait: true, record, notices));
        }

        return waits;
    }

    /// <summary>The open is let in: what others may no longer cache. Only who may have unwritten data is waited for.</summary>
    public List<Task>? BreakForOpen(in ClaimOptions options, List<BreakNotice>? notices)
    {
        List<Task>? waits = null;
        foreach (CacheHolder holder in _holders)
        {
            if (options.DeletesStreams && holder.Stream.Length > 0)
                Add(ref waits, holder.Break(LeaseState.HandleCaching, wait: true, record, notices));
            if (holder.Stream != options.Stream || IsSame(holder, options.Caching?.Lease) || IsStat(options, holder))
                continue;
            LeaseState lose = Spoiled(options);
            bool wait = holder.Has(LeaseState.WriteCaching);
            if (options.DeleteOnClose)
            {
                // A handle that is only cached would keep the name alive.
                lose |= LeaseState.HandleCaching;
                wait |= holder.Has(LeaseState.HandleCaching);
            }

            Add(ref waits, holder.Break(lose, wait, record, notices));
        }

        return waits;
    }

    /// <summary>
    /// Others than this holder and this lease lose what a change spoils. So does a level II oplock of one's own: it was
    /// granted for reading.
    /// </summary>
    public Task? Contend(
        string stream, CacheHolder? own, LeaseId? ownLease, LeaseState lose, List<BreakNotice> notices)
    {
        List<Task>? waits = null;
        foreach (CacheHolder holder in _holders)
        {
            if ((holder == own && !IsLevelII(holder)) || holder.Stream != stream || IsSame(holder, ownLease))
                continue;
            bool wait = (lose & LeaseState.HandleCaching) != 0 || holder.Has(LeaseState.WriteCaching);
            Add(ref waits, holder.Break(lose, wait, record, notices));
        }

        return waits is null ? null : Task.WhenAll(waits);
    }

    /// <summary>Grants what can be granted of what the open wants; null when it wants nothing.</summary>
    public CacheHolder? Grant(in ClaimOptions options, List<FileClaim> claims, bool hasLocks)
    {
        if (options.Caching is not { } request)
            return null;
        string stream = options.Stream;
        CacheHolder? holder = request.Lease is { } lease
            ? _holders.Find(h => h.Lease == lease && h.Stream == stream)
            : null;
        LeaseState granted = Grantable(options, request, holder, claims, hasLocks);
        if (holder is null)
        {
            if (granted == LeaseState.None && request.Lease is null)
                return null;
            _holders.Add(holder = new CacheHolder(options.Stream, request));
            if (request.Continues)
                holder.Continue(granted, request.Wanted);
            else if (granted != LeaseState.None)
                holder.Raise(granted);
        }
        else if (!request.Continues && holder.BreakTo is null && granted != holder.State && granted == Asked(options, request)
            && (holder.State & ~granted) == 0)
        {
            // An upgrade gives all that is asked for, or nothing.
            holder.Raise(granted);
        }

        holder.Claims++;
        return holder;
    }

    /// <summary>A claim that shared the holder has ended; the last one takes it along.</summary>
    public void Release(CacheHolder holder, List<Signal> wake)
    {
        if (--holder.Claims > 0)
            return;
        _holders.Remove(holder);
        holder.End(LeaseState.None, wake);
    }

    /// <summary>How many cache something of the stream.</summary>
    public int CountCaching(string stream)
    {
        int count = 0;
        foreach (CacheHolder holder in _holders)
        {
            if (holder.Stream == stream && holder.State != LeaseState.None)
                count++;
        }

        return count;
    }

    /// <summary>How many of those a holder need not care for when it changes something: itself, as a rule.</summary>
    public static int OwnShare(CacheHolder? own) => own is null || own.State == LeaseState.None || IsLevelII(own) ? 0 : 1;

    private LeaseState Grantable(
        in ClaimOptions options, CacheRequest request, CacheHolder? own, List<FileClaim> claims, bool hasLocks)
    {
        LeaseState wanted = Asked(options, request);
        if (options.IsDirectory && request.Lease is null)
            return LeaseState.None;

        // Who caches writes is alone with the stream.
        if ((wanted & LeaseState.WriteCaching) != 0)
        {
            foreach (FileClaim claim in claims)
            {
                if (!claim.IsReleased && claim.Stream == options.Stream
                    && !(own is not null && claim.Holder == own)
                    && (!IsStat(claim.Access) || claim.Holder is { State: not LeaseState.None }))
                {
                    wanted &= request.Lease is null ? LeaseState.ReadCaching : ~LeaseState.WriteCaching;
                    break;
                }
            }
        }

        foreach (CacheHolder other in _holders)
        {
            if (other == own || other.Stream != options.Stream || other.State == LeaseState.None)
                continue;
            if (other.Has(LeaseState.WriteCaching))
                return LeaseState.None; // An open for attributes alone, which left it that.
            if (request.Lease is null && !other.IsOplock && other.Has(LeaseState.HandleCaching))
                return LeaseState.None; // Level II and RH do not go together.
            if (request.Lease is not null && other.IsOplock)
                wanted &= ~LeaseState.HandleCaching;
        }

        // What is read past byte-range locks may not be kept.
        if (hasLocks && (wanted & LeaseState.WriteCaching) == 0)
            return LeaseState.None;
        bool isAlone = (wanted & LeaseState.WriteCaching) != 0;
        return (wanted & LeaseState.ReadCaching) == 0 || (request.OnlyAlone && !isAlone) ? LeaseState.None : wanted;
    }

    // Nobody writes to a directory; who asks to cache that asks for the rest.
    private static LeaseState Asked(in ClaimOptions options, CacheRequest request) =>
        options.IsDirectory ? request.Wanted & ~LeaseState.WriteCaching : request.Wanted;

    private static LeaseState Spoiled(in ClaimOptions options) =>
        options.Overwrites ? CacheHolder.ReadWrite : LeaseState.WriteCaching;

    private static bool IsLevelII(CacheHolder holder) => holder.IsOplock && holder.State == LeaseState.ReadCaching;

    private static bool IsSame(CacheHolder holder, LeaseId? lease) => lease is not null && holder.Lease == lease;

    private static bool IsStat(in ClaimOptions options, CacheHolder holder) =>
        !options.Overwrites && IsStat(holder.IsOplock ? options.Access : options.Access & ~AccessMask.ReadControl);

    private static bool IsStat(AccessMask access) => (access & ~StatAccess) == 0;

    private static void Add(ref List<Task>? waits, Task? wait)
    {
        if (wait is not null)
            (waits ??= []).Add(wait);
    }
}
