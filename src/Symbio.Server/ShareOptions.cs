using Symbio.Protocol.Dtyp;
using Symbio.Storage;

namespace Symbio.Server;

/// <summary>One share, [MS-SMB2] 3.3.1.6.</summary>
public sealed record ShareOptions
{
    /// <summary>Share.Name: what clients connect to. Names compare without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>Where its files are. The server closes it when the share goes, unless another share uses it too.</summary>
    public required IFileStore Store { get; init; }

    /// <summary>Earlier states of <see cref="Store"/>; null: the share has none.</summary>
    public ISnapshotSource? Snapshots { get; init; }

    /// <summary>Share.Remark</summary>
    public string Comment { get; init; } = "";

    /// <summary>What administrators' tools show as the share's path.</summary>
    public string LocalPath { get; init; } = "";

    /// <summary>Nothing can be changed through the share.</summary>
    public bool ReadOnly { get; init; }

    /// <summary>Share.EncryptData: only encrypted requests reach it.</summary>
    public bool EncryptData { get; init; }

    /// <summary>Clients may watch directories for changes (CHANGE_NOTIFY); without it they look for themselves.</summary>
    public bool NotifyOfChanges { get; init; } = true;

    /// <summary>Left out of listings (as a name that ends in '$' is).</summary>
    public bool Hidden { get; init; }

    /// <summary>Share.DoAccessBasedDirectoryEnumeration: listings leave out what the user may not read.</summary>
    public bool AccessBasedEnumeration { get; init; }

    /// <summary>
    /// Share.IsCA: handles are persistent where a client asks for it. Needs
    /// <see cref="SmbServerOptions.PersistentHandles"/>.
    /// </summary>
    public bool ContinuouslyAvailable { get; init; }

    /// <summary>Names that are no 8.3 names have a generated one besides, [MS-FSCC] 2.1.5.2.1.</summary>
    public bool ShortNames { get; init; } = true;

    /// <summary>Guests may use it.</summary>
    public bool AllowGuest { get; init; }

    /// <summary>Share.ConnectSecurity: who may connect; null for everyone who could log on.</summary>
    public SecurityDescriptor? ConnectSecurity { get; init; }

    /// <summary>Share.MaxUses; null for no bound.</summary>
    public int? MaxUses { get; init; }

    /// <summary>File-system operations of every user run as this account instead of the user's own.</summary>
    public StoreCaller? ForcedCaller { get; init; }
}
