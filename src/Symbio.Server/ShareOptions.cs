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

    /// <summary>
    /// The SMB 3.1.1 POSIX extensions, for clients that ask for them: names told apart by case, modes and owners, names that
    /// go while the file is open. Needs a store that knows modes.
    /// </summary>
    public bool PosixExtensions { get; init; } = true;

    /// <summary>
    /// Apple's extensions (AAPL), for clients that ask for them: listings that tell what Finder wants to know of each file.
    /// </summary>
    public bool AppleExtensions { get; init; } = true;

    /// <summary>macOS is told that what it flushes is on the disk, without which Time Machine makes no backups there.</summary>
    public bool TimeMachine { get; init; }

    /// <summary>
    /// Bytes that the share says it has in all; of them, the images of Time Machine's backups (sparse bundles) are said to be
    /// taken. Null: what the store says. Nothing is refused beyond it.
    /// </summary>
    public ulong? TimeMachineMaxSize { get; init; }

    /// <summary>Share.CscFlags: what clients may keep for the time they are offline.</summary>
    public OfflineCaching OfflineCaching { get; init; } = OfflineCaching.Manual;

    /// <summary>Oplocks and leases are granted. Without them every client asks the server each time.</summary>
    public bool Oplocks { get; init; } = true;

    /// <summary>
    /// A local process that opens a file waits until the client that caches it has given that up. Only a client that is alone
    /// with a file caches it then (exclusive and batch oplocks), and there are no leases on files. For stores whose files are
    /// <see cref="Storage.ILeasableFile"/>.
    /// </summary>
    public bool KernelOplocks { get; init; }

    /// <summary>
    /// Byte-range locks of clients keep local processes out that lock as well, and theirs keep clients out. For stores whose
    /// files are <see cref="Storage.ILockableFile"/>.
    /// </summary>
    public bool PosixLocking { get; init; } = true;

    /// <summary>Share.ForceLevel2Oplock: clients cache what they read, and never what they write.</summary>
    public bool ForceLevel2Oplock { get; init; }

    /// <summary>
    /// Share.RestrictExclusiveOpens: who opens a file and does not write to it cannot keep others from reading it.
    /// </summary>
    public bool RestrictExclusiveOpens { get; init; }

    /// <summary>Share.ForceSharedDelete: no open keeps others from deleting or renaming the file.</summary>
    public bool ForceSharedDelete { get; init; }

    /// <summary>Files may have named streams, where the store has them.</summary>
    public bool Streams { get; init; } = true;

    /// <summary>Guests may use it.</summary>
    public bool AllowGuest { get; init; }

    /// <summary>Share.ConnectSecurity: who may connect; null for everyone who could log on.</summary>
    public SecurityDescriptor? ConnectSecurity { get; init; }

    /// <summary>Share.MaxUses; null for no bound.</summary>
    public int? MaxUses { get; init; }

    /// <summary>Files that may be open through the share at one time, those of absent clients included; null for no bound.</summary>
    public int? MaxOpens { get; init; }

    /// <summary>File-system operations of every user run as this account instead of the user's own.</summary>
    public StoreCaller? ForcedCaller { get; init; }
}

/// <summary>What clients may keep of a share for the time they are offline: the CSC policy, [MS-SMB2] 2.2.10.</summary>
public enum OfflineCaching
{
    /// <summary>SMB2_SHAREFLAG_MANUAL_CACHING: files that a user picks.</summary>
    Manual,

    /// <summary>SMB2_SHAREFLAG_AUTO_CACHING: also files that were opened.</summary>
    Documents,

    /// <summary>SMB2_SHAREFLAG_VDO_CACHING: also files that were opened, which are used while online too.</summary>
    Programs,

    /// <summary>SMB2_SHAREFLAG_NO_CACHING: nothing.</summary>
    None,
}
