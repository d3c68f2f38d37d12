using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Simulation.Model;

namespace Symbio.Simulation.Clients;

/// <summary>What a client knows of an open.</summary>
internal sealed class ClientOpen
{
    public required FileId FileId { get; init; }

    public required string Name { get; init; }

    /// <summary>Which file it is: the id on the disk.</summary>
    public required ulong File { get; init; }

    public required FileModel Model { get; init; }

    public required AccessMask Access { get; init; }

    public required ShareAccess Share { get; init; }

    public required ClientSession Session { get; set; }

    public required bool IsOnAvailableShare { get; init; }

    public bool IsDirectory { get; init; }

    public bool IsStream => Name.Contains(':', StringComparison.Ordinal);

    public required uint Tree { get; set; }

    public ClientLease? Lease { get; init; }

    /// <summary>The oplock that the client believes to have.</summary>
    public OplockLevel Oplock { get; set; }

    public OplockLevel? OplockBreak { get; set; }

    /// <summary>The client has answered a break, and does not know whether the server has heard.</summary>
    public bool IsDoubtful { get; set; }

    public DurableKind Durable { get; set; }

    public Guid CreateGuid { get; init; }

    public TimeSpan Timeout { get; set; }

    /// <summary>When the client lost it; null while it has it.</summary>
    public DateTimeOffset? Lost { get; set; }

    /// <summary>The epoch of its lease at that time.</summary>
    public ushort LostEpoch { get; set; }

    /// <summary>The client has sent what ends it.</summary>
    public bool IsClosing { get; set; }

    public List<HeldLock> Locks { get; } = [];

    /// <summary>The client has asked to have it back.</summary>
    public bool IsReturning { get; set; }

    /// <summary>What was read under a lease or oplock that lets the client keep it; null for nothing.</summary>
    public ulong?[]? Cached { get; set; }

    /// <summary>The names that were listed under a lease on the directory; null for nothing.</summary>
    public SortedSet<string>? Listing { get; set; }

    /// <summary>The client will not answer the break.</summary>
    public bool Ignored;

    public bool IsUsable => Lost is null && !IsClosing && Session.IsReady;

    public bool Has(AccessMask access) => (Access & access) != 0;
}

/// <summary>A byte-range lock, and when the client learned that it has it.</summary>
internal readonly record struct HeldLock(ulong Offset, ulong Length, bool Exclusive, long Since)
{
    public bool Overlaps(ulong offset, ulong length) => Offset < offset + length && offset < Offset + Length;
}

internal enum DurableKind
{
    None,
    First,
    Second,
    Persistent,
    Resilient,
}

/// <summary>A lease as its client believes it to be.</summary>
internal sealed class ClientLease(Guid key, bool second)
{
    public Guid Key => key;

    public bool IsSecond => second;

    /// <summary>The one name that the client uses it for.</summary>
    public required string Name { get; init; }

    public LeaseState State { get; set; }

    public ushort Epoch { get; set; }

    /// <summary>What the server wants; null when the client has not been asked, or has agreed.</summary>
    public LeaseState? Break { get; set; }

    public int Opens { get; set; }

    /// <summary>The client will not answer the break.</summary>
    public bool Ignored;

    /// <summary>The client has lost all it had of it: what it is told next counts.</summary>
    public bool IsStale { get; set; }

    /// <summary>The client came back while a break was under way, of which it knows nothing.</summary>
    public bool IsDoubtful { get; set; }

    /// <summary>Counts what the server has said.</summary>
    public int Changes { get; set; }

    /// <summary>Creates with it that have not been answered.</summary>
    public int Asking { get; set; }

    public override string ToString() =>
        $"lease {key.ToString()[..8]} ({State}{(Break is { } to ? $" -> {to}" : "")}, epoch {Epoch}, {Opens} opens, {Asking} asking)";
}
