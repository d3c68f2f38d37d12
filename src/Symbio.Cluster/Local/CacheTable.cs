using Symbio.Cluster.Scheduling;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Cluster.Local;

/// <summary>
/// The oplocks and leases on one stream: who is in the way of what ([MS-FSA] 2.1.4.12), and who may be granted what
/// (2.1.5.18). Guarded by the file record's lock.
/// </summary>
/// <remarks>
/// Only who caches something stands in the chain, and what they cache is counted: an open looks at others only if it has to
/// tell them something.
/// </remarks>
internal sealed class CacheTable(StreamRecord stream, FileRecord record)
{
    private static readonly object s_several = new();

    // An open that wants no more than this neither disturbs an oplock nor is disturbed by one. A lease does not even mind
    // READ_CONTROL.
    private const AccessMask StatAccess = AccessMask.ReadAttributes | AccessMask.WriteAttributes | AccessMask.Synchronize;

    private readonly LeaseHolders _leases = new();

    // Those who cache, in the order in which they began to.
    private CacheHolder? _first;
    private CacheHolder? _last;

    private int _caching;
    private int _writing;
    private int _oplocks;
    private int _oplockHandles;
    private int _leaseHandles;

    // Null: nobody caches. A holder: it alone, and its own changes do not disturb it. Else all are disturbed by each other.
    private volatile object? _whoCaches;

    /// <summary>Does a change by this holder, or by who holds nothing, disturb anybody? Needs no lock.</summary>
    public bool IsCachedByOthers(CacheHolder? own) => _whoCaches is { } who && who != own;

    /// <summary>To be called after each change of a holder's state.</summary>
    public void StateChanged(CacheHolder holder, LeaseState before)
    {
        Count(holder, before, -1);
        Count(holder, holder.State, 1);
        if (before == LeaseState.None && holder.State != LeaseState.None)
            Append(holder);
        else if (before != LeaseState.None && holder.State == LeaseState.None)
            Unchain(holder);
        _whoCaches = _caching switch
        {
            0 => null,
            1 when !IsLevelII(_first!) => _first,
            _ => s_several,
        };
    }

    /// <summary>
    /// Before the sharing check: a batch oplock is broken even for an open that would not be let in, because its owner may
    /// hold no more than a cached handle.
    /// </summary>
    public List<Task>? BreakBatch(in ClaimOptions options, List<BreakNotice>? notices)
    {
        List<Task>? waits = null;
        if (_oplockHandles == 0)
            return waits;
        for (CacheHolder? holder = _first, next; holder is not null; holder = next)
        {
            next = holder.Next;
            if (holder.IsOplock && holder.Has(LeaseState.HandleCaching) && !IsStat(options, holder))
                Add(ref waits, holder.Break(Spoiled(options), wait: true, record, notices));
        }

        return waits;
    }

    /// <summary>The open would be a sharing violation: those who cache handles may have nothing but cached ones.</summary>
    public List<Task>? BreakHandles(in ClaimOptions options, List<BreakNotice>? notices)
    {
        List<Task>? waits = null;
        if (_leaseHandles == 0)
            return waits;
        for (CacheHolder? holder = _first, next; holder is not null; holder = next)
        {
            next = holder.Next;
            if (!holder.IsOplock && !IsSame(holder, options.Caching?.Lease))
                Add(ref waits, holder.Break(LeaseState.HandleCaching, wait: true, record, notices));
        }

        return waits;
    }

    /// <summary>The open is let in: what others may no longer cache. Only who may have unwritten data is waited for.</summary>
    public List<Task>? BreakForOpen(in ClaimOptions options, List<BreakNotice>? notices)
    {
        List<Task>? waits = null;
        LeaseState spoiled = Spoiled(options);

        // A handle that is only cached would keep the name alive.
        LeaseState lose = options.DeleteOnClose ? spoiled | LeaseState.HandleCaching : spoiled;
        if (!AnyHas(lose))
            return waits;
        for (CacheHolder? holder = _first, next; holder is not null; holder = next)
        {
            next = holder.Next;
            if (IsSame(holder, options.Caching?.Lease) || IsStat(options, holder))
                continue;
            bool wait = holder.Has(LeaseState.WriteCaching)
                || (options.DeleteOnClose && holder.Has(LeaseState.HandleCaching));
            Add(ref waits, holder.Break(lose, wait, record, notices));
        }

        return waits;
    }

    /// <summary>This stream goes with its file, which somebody overwrites: handles that are only cached are to be closed.</summary>
    public void BreakForDeletion(List<BreakNotice>? notices, ref List<Task>? waits)
    {
        if (!AnyHas(LeaseState.HandleCaching))
            return;
        for (CacheHolder? holder = _first, next; holder is not null; holder = next)
        {
            next = holder.Next;
            Add(ref waits, holder.Break(LeaseState.HandleCaching, wait: true, record, notices));
        }
    }

    /// <summary>
    /// Others than this holder and this lease lose what a change spoils. So does a level II oplock of one's own: it was
    /// granted for reading.
    /// </summary>
    public Task? Contend(CacheHolder? own, LeaseId? ownLease, LeaseState lose, List<BreakNotice> notices)
    {
        List<Task>? waits = null;
        if (!AnyHas(lose))
            return null;
        for (CacheHolder? holder = _first, next; holder is not null; holder = next)
        {
            next = holder.Next;
            if ((holder == own && !IsLevelII(holder)) || IsSame(holder, ownLease))
                continue;
            bool wait = (lose & LeaseState.HandleCaching) != 0 || holder.Has(LeaseState.WriteCaching);
            Add(ref waits, holder.Break(lose, wait, record, notices));
        }

        return waits is null ? null : Task.WhenAll(waits);
    }

    /// <summary>Grants what can be granted of what the open wants; null when it wants nothing.</summary>
    public CacheHolder? Grant(in ClaimOptions options)
    {
        if (options.Caching is not { } request)
            return null;
        CacheHolder? holder = request.Lease is { } lease ? _leases.Find(lease) : null;
        LeaseState granted = Grantable(options, request, holder);
        if (holder is null)
        {
            if (granted == LeaseState.None && request.Lease is null)
                return null;
            holder = new CacheHolder(this, request);
            if (!holder.IsOplock)
                _leases.Add(holder);
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
        if (!IsStat(options.Access))
            holder.BusyClaims++;
        return holder;
    }

    /// <summary>A claim that shared the holder has ended; the last one takes it along.</summary>
    public void Release(FileClaim claim, List<Signal> wake)
    {
        CacheHolder holder = claim.Holder!;
        if (!IsStat(claim.Access))
            holder.BusyClaims--;
        if (--holder.Claims > 0)
            return;
        if (!holder.IsOplock)
            _leases.Remove(holder);
        holder.End(LeaseState.None, wake);
    }

    /// <summary>An open that wants no more than this neither disturbs an oplock nor is disturbed by one.</summary>
    public static bool IsStat(AccessMask access) => (access & ~StatAccess) == 0;

    private LeaseState Grantable(in ClaimOptions options, CacheRequest request, CacheHolder? own)
    {
        LeaseState wanted = Asked(options, request);
        if (options.IsDirectory && request.Lease is null)
            return LeaseState.None;

        // Who caches writes is alone with the stream.
        LeaseState held = own?.State ?? LeaseState.None;
        bool othersCache = _caching > (held == LeaseState.None ? 0 : 1);
        if ((wanted & LeaseState.WriteCaching) != 0 && (othersCache || stream.BusyOpens > (own?.BusyClaims ?? 0)))
            wanted &= request.Lease is null ? LeaseState.ReadCaching : ~LeaseState.WriteCaching;

        // (Who asks for an oplock holds nothing yet: others are all that hold something.)
        if (_writing > ((held & LeaseState.WriteCaching) == 0 ? 0 : 1))
            return LeaseState.None; // An open for attributes alone, which left it that.
        if (request.Lease is null && _leaseHandles > 0)
            return LeaseState.None; // Level II and RH do not go together.
        if (request.Lease is not null && _oplocks > 0)
            wanted &= ~LeaseState.HandleCaching;

        // What is read past byte-range locks may not be kept.
        if (stream.HasLocks && (wanted & LeaseState.WriteCaching) == 0)
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

    private bool AnyHas(LeaseState any) =>
        (any & LeaseState.ReadCaching) != 0
            ? _caching > 0
            : ((any & LeaseState.WriteCaching) != 0 && _writing > 0)
                || ((any & LeaseState.HandleCaching) != 0 && _oplockHandles + _leaseHandles > 0);

    private void Count(CacheHolder holder, LeaseState state, int change)
    {
        if (state == LeaseState.None)
            return;
        _caching += change;
        if (holder.IsOplock)
            _oplocks += change;
        if ((state & LeaseState.WriteCaching) != 0)
            _writing += change;
        if ((state & LeaseState.HandleCaching) == 0)
            return;
        if (holder.IsOplock)
            _oplockHandles += change;
        else
            _leaseHandles += change;
    }

    private void Append(CacheHolder holder)
    {
        holder.Previous = _last;
        if (_last is null)
            _first = holder;
        else
            _last.Next = holder;
        _last = holder;
    }

    private void Unchain(CacheHolder holder)
    {
        if (holder.Previous is { } previous)
            previous.Next = holder.Next;
        else
            _first = holder.Next;
        if (holder.Next is { } next)
            next.Previous = holder.Previous;
        else
            _last = holder.Previous;
        holder.Previous = holder.Next = null;
    }

    private static void Add(ref List<Task>? waits, Task? wait)
    {
        if (wait is not null)
            (waits ??= []).Add(wait);
    }
}
