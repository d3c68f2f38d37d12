using Symbio.Cluster;
using Symbio.Protocol.Smb2;
using Symbio.Server.Opens;

namespace Symbio.Server.Leases;

/// <summary>The owner of an oplock: one open, [MS-SMB2] 3.3.1.10.</summary>
internal sealed class Oplock : CacheOwner
{
    /// <summary>What writes, locks and new sizes of others spoil.</summary>
    public const LeaseState DataCaching = LeaseState.ReadCaching | LeaseState.WriteCaching;

    /// <summary>The open that holds it; set before it is announced.</summary>
    public Open? Open { get; set; }

    /// <summary>The level that means the same as a state.</summary>
    public static OplockLevel LevelOf(LeaseState state) => state switch
    {
        LeaseState.None => OplockLevel.None,
        _ when (state & LeaseState.WriteCaching) == 0 => OplockLevel.LevelII,
        _ when (state & LeaseState.HandleCaching) == 0 => OplockLevel.Exclusive,
        _ => OplockLevel.Batch,
    };

    /// <summary>The state that means the same as a level; nothing for what is no oplock's level.</summary>
    public static LeaseState StateOf(OplockLevel level) => level switch
    {
        OplockLevel.LevelII => LeaseState.ReadCaching,
        OplockLevel.Exclusive => LeaseState.ReadCaching | LeaseState.WriteCaching,
        OplockLevel.Batch => LeaseState.ReadCaching | LeaseState.WriteCaching | LeaseState.HandleCaching,
        _ => LeaseState.None,
    };

    /// <inheritdoc/>
    public override IReadOnlyList<Open> Opens => Open is { } open ? [open] : [];

    /// <inheritdoc/>
    protected override bool TryTell(Open open, in CacheBreak cacheBreak) =>
        TrySend(open, new OplockBreakNotification(LevelOf(cacheBreak.To), open.FileId), open.Connection);
}
