using Symbio.Protocol.Dtyp;

namespace Symbio.Cluster.Local;

/// <summary>
/// The opens of one stream of a file ([MS-FSA] 2.1.1.5): counted by what they may do and what they allow others, so that the
/// cost of an open does not depend on how many there are. Guarded by the file record's lock, except for what is read
/// without: <see cref="HasLocks"/> and <see cref="IsCachedByOthers"/>.
/// </summary>
internal sealed class StreamRecord(FileRecord file, string name)
{
    private const AccessMask ReadAccess = AccessMask.ReadData | AccessMask.Execute;
    private const AccessMask WriteAccess = AccessMask.WriteData | AccessMask.AppendData;

    private volatile CacheTable? _caches;
    private volatile bool _hasLocks;

    // Of opens that take part in sharing, and have not been released.
    private int _readers;
    private int _writers;
    private int _deleters;
    private int _deniesRead;
    private int _deniesWrite;
    private int _deniesDelete;

    /// <summary>What an open must ask for one of, to be of any interest to others. Opens for attributes alone take no part.</summary>
    public const AccessMask SharedAccess = ReadAccess | WriteAccess | AccessMask.Delete;

    /// <summary>Empty for the unnamed one.</summary>
    public string Name { get; set; } = name;

    /// <summary>The name that it is about to get; null for none.</summary>
    public string? NextName { get; set; }

    public bool IsUnnamed => Name.Length == 0;

    /// <summary>Claims, those included whose name is just being deleted.</summary>
    public int Claims { get; private set; }

    /// <summary>Claims that have not been released.</summary>
    public int Opens { get; private set; }

    /// <summary>Opens that oplocks care about, [MS-FSA] 2.1.5.18: all but those for attributes alone.</summary>
    public int BusyOpens { get; private set; }

    public RangeLocks? Locks { get; private set; }

    public CacheTable? Caches => _caches;

    /// <summary>Who asked for the deletion of this named stream at its last close; null: nobody.</summary>
    public Deletion? Deletion { get; set; }

    /// <summary>Lets reads and writes of a stream without locks pass without taking the record's lock.</summary>
    public bool HasLocks => _hasLocks;

    /// <summary>Others than this one cache something. Lets writes of what nobody else caches pass without the record's lock.</summary>
    public bool IsCachedByOthers(CacheHolder? own) => _caches is { } caches && caches.IsCachedByOthers(own);

    public CacheTable GetCaches() => _caches ??= new CacheTable(this, file);

    public RangeLocks GetLocks() => Locks ??= new RangeLocks();

    /// <summary>To be called after each change of <see cref="Locks"/>.</summary>
    public void LocksChanged() => _hasLocks = Locks is { IsEmpty: false };

    public void Add(FileClaim claim)
    {
        Claims++;
        Count(claim, 1);
    }

    public void Release(FileClaim claim) => Count(claim, -1);

    public void Remove() => Claims--;

    /// <summary>Does anybody deny this access, or use what is not shared? [MS-FSA] 2.1.5.1.2.2.</summary>
    public bool Conflicts(in ClaimOptions options, AccessMask access) =>
        (!options.ShareRead && _readers > 0)
        || (!options.ShareWrite && _writers > 0)
        || (!options.ShareDelete && _deleters > 0)
        || ((access & ReadAccess) != 0 && _deniesRead > 0)
        || ((access & WriteAccess) != 0 && _deniesWrite > 0)
        || ((access & AccessMask.Delete) != 0 && _deniesDelete > 0);

    public bool HasDeleters => _deleters > 0;

    /// <summary>Does anybody but this one not share deletion?</summary>
    public bool DeniesDelete(FileClaim? but) => _deniesDelete > (Counts(but) && !but!.ShareDelete ? 1 : 0);

    /// <summary>Does anybody but this one not share writing?</summary>
    public bool DeniesWrite(FileClaim? but) => _deniesWrite > (Counts(but) && !but!.ShareWrite ? 1 : 0);

    private bool Counts(FileClaim? claim) =>
        claim is { IsReleased: false } && claim.On == this && (claim.Access & SharedAccess) != 0;

    private void Count(FileClaim claim, int change)
    {
        Opens += change;
        if (!CacheTable.IsStat(claim.Access))
            BusyOpens += change;
        if ((claim.Access & SharedAccess) == 0)
            return;
        if ((claim.Access & ReadAccess) != 0)
            _readers += change;
        if ((claim.Access & WriteAccess) != 0)
            _writers += change;
        if ((claim.Access & AccessMask.Delete) != 0)
            _deleters += change;
        if (!claim.ShareRead)
            _deniesRead += change;
        if (!claim.ShareWrite)
            _deniesWrite += change;
        if (!claim.ShareDelete)
            _deniesDelete += change;
    }
}

/// <summary>Who asked for a deletion: under which lease on the directory, and in whose name it is done.</summary>
internal sealed record Deletion(LeaseId? Parent, object? Deleter);
