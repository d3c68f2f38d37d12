using Symbio.Cli.Configuration;
using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Server;
using Symbio.Storage;
using Symbio.Storage.Memory;
using Symbio.Storage.Posix;

namespace Symbio.Cli.Serving;

/// <summary>Makes the shares that the settings describe. A share that is made again keeps its store.</summary>
internal sealed class ShareBuilder(IAccountAuthority accounts, IUnixAccounts unix, IIdentityMap identities)
{
    private const AccessMask ReadOnly = AccessMask.FileGenericRead | AccessMask.FileGenericExecute;

    private readonly Dictionary<string, FolderSnapshotSource> _snapshots = new(StringComparer.Ordinal);
    private Dictionary<string, IFileStore> _stores = new(StringComparer.Ordinal);

    /// <exception cref="SettingsException">A folder is missing, an account is unknown or cannot be looked up.</exception>
    public IReadOnlyList<ShareOptions> Build(ServerSettings settings, Action<string> warn)
    {
        var errors = settings.Shares.Values.Select(Check).Append(CheckGuests(settings)).OfType<string>().ToList();
        if (errors.Count > 0)
            throw new SettingsException(errors);

        var stores = new Dictionary<string, IFileStore>(StringComparer.Ordinal);
        var shares = new List<ShareOptions>();
        try
        {
            foreach (var share in settings.Shares.Values)
            {
                string key = StoreKey(share);
                if (!stores.TryGetValue(key, out var store))
                    stores[key] = store = _stores.GetValueOrDefault(key) ?? Open(share);
                if (Snapshots(share) is { IsOpenToUsers: true })
                {
                    warn($"{share.Origin}: share '{share.Name}': no snapshots are shown, because others than root can write to the " +
                        "folder in the share that holds them; give it to root, with mode 0755 and without security.NTACL, and have the " +
                        "server run as root; or keep them outside the share");
                }
                if (share is { KernelOplocks: true, IsMemory: false } && !Capabilities.CanLease)
                {
                    warn($"{share.Origin}: share '{share.Name}': with kernelOplocks clients cache no files but those that the server's " +
                        "own account owns: on others the kernel gives it no leases without CAP_LEASE");
                }
                shares.Add(new ShareOptions
                {
                    Name = share.Name,
                    Store = store,
                    Snapshots = Snapshots(share),
                    Comment = share.Comment,
                    LocalPath = share.Path,
                    ReadOnly = share.ReadOnly,
                    EncryptData = share.Encrypt,
                    NotifyOfChanges = share.Notify,
                    Hidden = share.Hidden,
                    AccessBasedEnumeration = share.AccessBasedEnumeration,
                    ContinuouslyAvailable = share.ContinuouslyAvailable,
                    ShortNames = share.ShortNames,
                    Streams = share.Streams,
                    PosixExtensions = share.PosixExtensions,
                    AppleExtensions = share.AppleExtensions,
                    TimeMachine = share.TimeMachine,
                    TimeMachineMaxSize = share.TimeMachineMaxSize == 0 ? null : share.TimeMachineMaxSize,
                    AllowGuest = share.Guest,
                    ConnectSecurity = ConnectSecurity(share, warn),
                    MaxUses = share.MaxUses == 0 ? null : share.MaxUses,
                    MaxOpens = share.MaxOpens == 0 ? null : share.MaxOpens,
                    OfflineCaching = share.OfflineCaching,
                    Oplocks = share.Oplocks,
                    KernelOplocks = share.KernelOplocks,
                    PosixLocking = share.PosixLocking,
                    ForceLevel2Oplock = share.ForceLevel2Oplock,
                    RestrictExclusiveOpens = share.RestrictExclusiveOpens,
                    ForceSharedDelete = share.ForceSharedDelete,
                    ForcedCaller = ForcedCaller(share),
                });
            }
        }
        catch
        {
            foreach (var store in stores.Values.Except(_stores.Values))
                store.DisposeAsync().AsTask().Wait(); // Nothing is open in it.
            throw;
        }
        _stores = stores; // Those that are gone are closed by the server, when their last client is.
        return shares;
    }

    private string? Check(ShareSettings share)
    {
        if (!share.IsMemory && !Directory.Exists(share.Path))
        {
            return File.Exists(share.Path)
                ? $"{share.Origin}: share '{share.Name}': {share.Path} is a file; a share is a folder"
                : $"{share.Origin}: share '{share.Name}': there is no folder {share.Path}; make it, or change the path";
        }
        if (share.Snapshots.Length > 0 && (share.IsMemory || Snapshots(share) is null))
        {
            return $"{share.Origin}: share '{share.Name}': snapshots needs a folder named with %Y, %m and %d (and %H, %M, " +
                "%S), each once, as in .snapshots/@GMT-%Y.%m.%d-%H.%M.%S";
        }
        if (share.RunAs.Length == 0)
            return null;
        var account = unix.FindUser(share.RunAs);
        return account.ProblemWith(share.RunAs) is { } problem
            ? $"{share.Origin}: share '{share.Name}': {problem}"
            : !unix.CanImpersonate && account.Account!.Uid != unix.Service.Uid
                ? $"{share.Origin}: share '{share.Name}': runAs needs root"
            : null;
    }

    // Told here, rather than by each guest's logon.
    private string? CheckGuests(ServerSettings settings) =>
        unix.CanImpersonate && settings.GuestAccount.Length > 0
        && settings.Shares.Values.FirstOrDefault(s => s.Guest) is { } share
        && unix.FindUser(settings.GuestAccount).ProblemWith(settings.GuestAccount) is { } problem
            ? $"{share.Origin}: share '{share.Name}' is for guests, and {problem}; name another one with guestAccount"
            : null;

    private StoreCaller? ForcedCaller(ShareSettings share)
    {
        if (share.RunAs.Length == 0)
            return null;
        var found = unix.FindUser(share.RunAs);
        return found.Account is { } account
            ? new StoreCaller(account.Uid, account.Gid, account.Groups)
            : throw new SettingsException($"{share.Origin}: share '{share.Name}': {found.ProblemWith(share.RunAs)}");
    }

    /// <summary>All that a store is made with: when it changes, the share gets a new store.</summary>
    private static string StoreKey(ShareSettings share) => share.IsMemory
        ? $"{ShareSettings.Memory}{share.Name}/{share.Capacity}"
        : $"{share.NameMapping},{share.Links},{share.AppleMetadata},{share.AppleResource},{share.HideDotFiles},{string.Join(':', share.HideFiles)},{share.FileMode},{share.DirectoryMode}," +
          share.Path;

    private IFileStore Open(ShareSettings share)
    {
        if (share.IsMemory)
            return new MemoryFileStore(new MemoryStoreOptions { CapacityBytes = share.Capacity, Label = share.Name });
        return PosixFileStore.TryOpen(share.Path, StoreOptions(share), out var store, out string? error)
            ? store
            : throw new SettingsException($"{share.Origin}: share '{share.Name}': {error.TrimEnd('.')}");
    }

    /// <summary>The source of the share's snapshots; null when it has none, or when what is set makes no sense.</summary>
    private FolderSnapshotSource? Snapshots(ShareSettings share)
    {
        if (share.Snapshots.Length == 0)
            return null;
        string key = $"{StoreKey(share)},{share.Snapshots}";
        if (!_snapshots.TryGetValue(key, out var source) &&
            FolderSnapshotSource.TryCreate(share.Path, share.Snapshots, StoreOptions(share), out source))
        {
            _snapshots[key] = source;
        }
        return source;
    }

    private PosixStoreOptions StoreOptions(ShareSettings share) =>
        new()
        {
            Identities = identities,
            NameMapping = share.NameMapping,
            Links = share.Links,
            AppleMetadata = share.AppleMetadata,
            AppleResource = share.AppleResource,
            HideDotFiles = share.HideDotFiles,
            HiddenNames = share.HideFiles,
            FileMode = share.FileMode,
            DirectoryMode = share.DirectoryMode,
            Label = share.Name,
        };

    /// <summary>Share.ConnectSecurity from the lists of users and readers; null when both are empty.</summary>
    private SecurityDescriptor? ConnectSecurity(ShareSettings share, Action<string> warn)
    {
        if (share.Users.Count == 0 && share.Readers.Count == 0)
            return null;
        var aces = new List<Ace>();
        foreach (var (name, mask) in share.Users.Select(u => (u, AccessMask.FileAll))
            .Concat(share.Readers.Select(r => (r, ReadOnly))))
        {
            if (Sid.TryParse(name, out var sid))
                aces.Add(Ace.Allow(sid, mask)); // A group of a domain: nobody here knows its name.
            else if (accounts.TryLookupName(name, out var account))
                aces.Add(Ace.Allow(account.Sid, mask));
            else
                warn($"{share.Origin}: share '{share.Name}': there is no user or group '{name}'");
        }
        return SecurityDescriptor.Create(Sid.BuiltinAdministrators, Sid.BuiltinAdministrators, [.. aces]);
    }
}
