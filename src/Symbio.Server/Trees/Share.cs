using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Cluster.Scheduling;
using Symbio.Server.Notifications;
using Symbio.Storage;

namespace Symbio.Server.Trees;

/// <summary>A share as it is being served, [MS-SMB2] 3.3.1.6.</summary>
internal sealed class Share(ShareOptions? options, DirectoryChanges changes, WorkScheduler scheduler)
{
    private readonly Signal _unused = new(scheduler);
    private int _currentUses;
    private int _openFiles;
    private int _holds = 1; // The share as long as it is served, and every tree that something still works in.
    private int _retired;

    private readonly BackupSpace _backups = new();

    private ShareOptions? _options = options;
    private SnapshotView? _view = ViewOf(options);

    /// <summary>Share.Name</summary>
    public string Name { get; } = options?.Name ?? IpcName;

    /// <summary>The share's settings; null for IPC$.</summary>
    public ShareOptions? Options
    {
        get => Volatile.Read(ref _options);
        set
        {
            Volatile.Write(ref _view, ViewOf(value));
            Volatile.Write(ref _options, value);
        }
    }

    /// <summary>Name of the share that carries named pipes.</summary>
    public const string IpcName = "IPC$";

    /// <summary>Share.Type</summary>
    public ShareType Type => Options is null ? ShareType.Pipe : ShareType.Disk;

    public bool IsIpc => Options is null;

    /// <summary>The files; only on a disk share.</summary>
    public IFileStore Store => Options!.Store;

    /// <summary>Share.SnapshotList is this source's; null on a share without snapshots.</summary>
    public ISnapshotSource? Snapshots => Volatile.Read(ref _view)?.Source;

    /// <summary>What paths are looked up in: <see cref="Store"/>, and its snapshots where the path says so.</summary>
    public IFileStore Files => Volatile.Read(ref _view) ?? Store;

    /// <summary>Where changes in <see cref="Store"/> are reported; shares of one store have one.</summary>
    public DirectoryChanges Changes { get; } = changes;

    public bool NotifiesOfChanges => Options?.NotifyOfChanges ?? false;

    public bool EncryptData => Options?.EncryptData ?? false;

    /// <summary>Share.DoAccessBasedDirectoryEnumeration</summary>
    public bool IsAccessBased => Options?.AccessBasedEnumeration ?? false;

    /// <summary>Share.IsCA</summary>
    public bool IsContinuouslyAvailable => Options?.ContinuouslyAvailable ?? false;

    public bool HasShortNames => Options?.ShortNames ?? false;

    /// <summary>The SMB 3.1.1 POSIX extensions are offered, and the store has what they need.</summary>
    public bool HasPosixExtensions =>
        Options is { PosixExtensions: true } o && (o.Store.Capabilities & StoreCapabilities.Posix) != 0;

    /// <summary>Apple's extensions are offered to clients that ask for them.</summary>
    public bool HasAppleExtensions => Options?.AppleExtensions ?? false;

    /// <summary>Backups of Time Machine are welcome.</summary>
    public bool IsTimeMachine => Options?.TimeMachine ?? false;

    /// <summary>Sizes of the volume, as the share shows it.</summary>
    public async ValueTask<(NtStatus Status, VolumeInfo Info)> GetVolumeInfoAsync()
    {
        (NtStatus status, VolumeInfo info) =
            await Store.GetVolumeInfoAsync(CancellationToken.None).ConfigureAwait(false);
        return status.IsError || Options?.TimeMachineMaxSize is not { } most
            ? (status, info)
            : (status, await _backups.BoundAsync(Store, info, most).ConfigureAwait(false));
    }

    /// <summary>Oplocks and leases are granted.</summary>
    public bool GrantsOplocks => Options?.Oplocks ?? false;

    /// <summary>Who caches a file keeps local processes waiting that open it.</summary>
    public bool AsksLocalProcesses => Options?.KernelOplocks ?? false;

    /// <summary>Local processes see the byte-range locks of clients, and theirs count.</summary>
    public bool ShowsLocks => Options?.PosixLocking ?? false;

    /// <summary>Share.ForceLevel2Oplock</summary>
    public bool ForcesLevel2Oplock => Options?.ForceLevel2Oplock ?? false;

    /// <summary>ShareFlags, [MS-SMB2] 2.2.10, those that are the share's own; [MS-SRVS] 2.2.4.29 has the same bits.</summary>
    public ShareFlags Flags
    {
        get
        {
            if (Options is not { } options)
                return ShareFlags.NoCaching;
            ShareFlags flags = options.OfflineCaching switch
            {
                OfflineCaching.Documents => ShareFlags.AutoCaching,
                OfflineCaching.Programs => ShareFlags.VdoCaching,
                OfflineCaching.None => ShareFlags.NoCaching,
                _ => ShareFlags.ManualCaching,
            };
            if (options.RestrictExclusiveOpens)
                flags |= ShareFlags.RestrictExclusiveOpens;
            if (options.ForceSharedDelete)
                flags |= ShareFlags.ForceSharedDelete;
            if (options.AccessBasedEnumeration)
                flags |= ShareFlags.AccessBasedDirectoryEnum;
            if (options.ForceLevel2Oplock)
                flags |= ShareFlags.ForceLevelIiOplock;
            if (options.EncryptData)
                flags |= ShareFlags.EncryptData;
            return flags;
        }
    }

    /// <summary>Files have named streams.</summary>
    public bool HasStreams => Options is { Streams: true } o && (o.Store.Capabilities & StoreCapabilities.NamedStreams) != 0;

    public bool IsReadOnly => Options is { } o && (o.ReadOnly || (o.Store.Capabilities & StoreCapabilities.ReadOnly) != 0);

    /// <summary>Share.CurrentUses</summary>
    public int CurrentUses => Volatile.Read(ref _currentUses);

    public bool TryEnter()
    {
        int uses = Interlocked.Increment(ref _currentUses);
        if (Options?.MaxUses is not { } max || uses <= max)
            return true;
        Interlocked.Decrement(ref _currentUses);
        return false;
    }

    public void Leave() => Interlocked.Decrement(ref _currentUses);

    /// <summary>How many files are open through the share.</summary>
    public int OpenFiles => Volatile.Read(ref _openFiles);

    /// <summary>Takes a place for an open file; false when there is none left.</summary>
    public bool TryAddOpenFile()
    {
        int files = Interlocked.Increment(ref _openFiles);
        if (Options?.MaxOpens is not { } max || files <= max)
            return true;
        RemoveOpenFile();
        return false;
    }

    /// <summary>Takes a place for a file that was opened in an earlier life of the server, and stays open whatever the bound is.</summary>
    public void AddOpenFile() => Interlocked.Increment(ref _openFiles);

    /// <summary>Gives the place of an open file back.</summary>
    public void RemoveOpenFile() => Interlocked.Decrement(ref _openFiles);

    /// <summary>The share is served no more: nobody connects to it.</summary>
    public bool IsRetired => Volatile.Read(ref _retired) != 0;

    /// <summary>Keeps the store for a tree until <see cref="EndHold"/>; false when the share has gone.</summary>
    public bool TryHold()
    {
        int holds = Volatile.Read(ref _holds);
        while (holds > 0 && !IsRetired)
        {
            int seen = Interlocked.CompareExchange(ref _holds, holds + 1, holds);
            if (seen == holds)
                return true;
            holds = seen;
        }

        return false;
    }

    public void EndHold()
    {
        if (Interlocked.Decrement(ref _holds) == 0)
            _unused.Set();
    }

    /// <summary>The share goes. Once.</summary>
    /// <returns>Completes when nothing uses the store by way of this share any more.</returns>
    public Task RetireAsync()
    {
        if (Interlocked.Exchange(ref _retired, 1) == 0)
            EndHold();
        return _unused.Task;
    }

    private static SnapshotView? ViewOf(ShareOptions? options) =>
        options?.Snapshots is { } source ? new SnapshotView(options.Store, source) : null;
}
