using Microsoft.Extensions.Logging;
using Symbio.Identity;
using Symbio.Server;
using Symbio.Storage.Posix;

namespace Symbio.Cli.Configuration;

/// <summary>
/// Every setting there is. The file's schema, the flags, the environment's names, `config show` and the guide's tables
/// all come from here.
/// </summary>
internal static class SettingTable
{
    public static IReadOnlyList<Setting<ServerSettings>> Server { get; } =
    [
        new ListSetting<ServerSettings, System.Net.IPEndPoint>(
            "listen", "--listen", SettingType.Endpoint, s => s.Listen, (s, v) => s.Listen = v,
            "Addresses and ports to listen on. [::] takes IPv4 connections too; port 0 takes any free port.")
        { DefaultText = "every address, port 445 as root, else 4450" },
        new Setting<ServerSettings, string>(
            "serverName", "--server-name", SettingType.Text, s => s.ServerName, (s, v) => s.ServerName = v,
            "The server's NetBIOS-style name, at most 15 characters: what clients see, and the domain of its local users.")
        { DefaultText = "the host's name" },
        new Setting<ServerSettings, string>(
            "workgroup", "--workgroup", SettingType.Text, s => s.Workgroup, (s, v) => s.Workgroup = v,
            "Workgroup that the server says it is in."),
        new Setting<ServerSettings, string>(
            "appleModel", "--apple-model", SettingType.Text, s => s.AppleModel, (s, v) => s.AppleModel = v,
            "The model of a Mac, at most 32 characters, that decides which picture Finder shows for the server (for instance " +
            "Xserve, MacPro7,1, TimeCapsule8,119)."),
        new Setting<ServerSettings, string>(
            "usersFile", "--users-file", SettingType.Text, s => s.UsersFile, (s, v) => s.UsersFile = v,
            "The file with the local users, kept by `symbio user`. Only its owner may have access to it.")
        { DefaultText = "/var/lib/symbio/users.json as root, else ~/.local/state/symbio/users.json" },
        new ListSetting<ServerSettings, UserSetting>(
            "users", "--user", SettingTypes.User, s => s.Users, (s, v) => s.Users = v,
            "Users besides those of the users file: NAME:PASSWORD, or NAME, whose password is asked for on a terminal and " +
            "else made up and printed. In a configuration file only when others cannot read that.")
        { Reloads = true, IsSecret = true, Unsplit = true },
        new Setting<ServerSettings, string>(
            "guestAccount", "--guest-account", SettingType.Text, s => s.GuestAccount, (s, v) => s.GuestAccount = v,
            "The Unix account that guests work as when the server runs as root; it must be there. There are guests only when a share " +
            "allows them."),

        new Setting<ServerSettings, string>(
            "kerberos:keytab", "--kerberos-keytab", SettingType.Text, s => s.Keytab, (s, v) => s.Keytab = v,
            "The key table of this machine's account in an Active Directory domain (adcli, net ads join and samba-tool make " +
            "it). Kerberos is offered when it is set; the file is read again for every logon.")
        { DefaultText = "none: no Kerberos" },
        new Setting<ServerSettings, DomainUnixMapping>(
            "kerberos:accounts", "--kerberos-accounts",
            SettingType.OneOf(("rid", DomainUnixMapping.Rid), ("nss", DomainUnixMapping.Nss)),
            s => s.DomainMapping, (s, v) => s.DomainMapping = v,
            "Which Unix accounts the domain's accounts work as when the server runs as root. rid: idBase + RID, for users and " +
            "groups. nss: those that the system has for them (sssd, winbind), with uids from 1000 up; who has none cannot log on."),
        new Setting<ServerSettings, int>(
            "kerberos:idBase", "--kerberos-id-base", SettingType.Number(1000, 2_000_000_000), s => s.DomainIdBase,
            (s, v) => s.DomainIdBase = v,
            "With kerberos.accounts=rid: the Unix id that a RID is added to. Once there are files, it has to stay."),

        new Setting<ServerSettings, Protocol.Smb2.Dialect>(
            "minDialect", "--min-dialect", SettingType.Dialects, s => s.MinDialect, (s, v) => s.MinDialect = v,
            "The oldest SMB dialect that is accepted. SMB1 never is."),
        new Setting<ServerSettings, Protocol.Smb2.Dialect>(
            "maxDialect", "--max-dialect", SettingType.Dialects, s => s.MaxDialect, (s, v) => s.MaxDialect = v,
            "The newest SMB dialect that is offered."),
        new Setting<ServerSettings, bool>(
            "requireSigning", "--require-signing", SettingType.Boolean, s => s.RequireSigning,
            (s, v) => s.RequireSigning = v,
            "Requests of users must be signed (or encrypted), so that nobody on the way can change them."),
        new Setting<ServerSettings, EncryptionMode>(
            "encryption", "--encryption",
            SettingType.OneOf(
                ("off", EncryptionMode.Off), ("offered", EncryptionMode.Offered),
                ("required", EncryptionMode.Required)),
            s => s.Encryption, (s, v) => s.Encryption = v,
            "off: not negotiated. offered: clients may encrypt, and shares may demand it. required: every session is encrypted."),
        new Setting<ServerSettings, bool>(
            "rejectUnencrypted", "--reject-unencrypted", SettingType.Boolean, s => s.RejectUnencrypted,
            (s, v) => s.RejectUnencrypted = v,
            "Where encryption is required, turn away clients that cannot encrypt rather than serve them in the clear."),
        new ListSetting<ServerSettings, Protocol.Smb2.EncryptionAlgorithm>(
            "ciphers", "--ciphers", SettingType.Ciphers, s => s.Ciphers, (s, v) => s.Ciphers = v,
            "Ciphers of SMB 3.1.1, the preferred one first. SMB 3.0 and 3.0.2 know AES-128-CCM alone."),
        new Setting<ServerSettings, CompressionMode>(
            "compression", "--compression",
            SettingType.OneOf(
                ("off", CompressionMode.Off), ("on", CompressionMode.Requested), ("all", CompressionMode.All)),
            s => s.Compression, (s, v) => s.Compression = v,
            "off: not negotiated. on: what clients ask to have compressed is, and large listings are. all: clients are asked to compress what they write, and all they read is (SMB 3.1.1)."),
        new ListSetting<ServerSettings, Protocol.Smb2.CompressionAlgorithm>(
            "compressionAlgorithms", "--compression-algorithms", SettingType.CompressionAlgorithms,
            s => s.CompressionAlgorithms, (s, v) => s.CompressionAlgorithms = v,
            "Compression algorithms of SMB 3.1.1, the preferred one first. Pattern_V1 stands for runs of one byte, and is used beside another."),
        new ListSetting<ServerSettings, Protocol.Smb2.SigningAlgorithm>(
            "signingAlgorithms", "--signing-algorithms", SettingType.SigningAlgorithms, s => s.SigningAlgorithms,
            (s, v) => s.SigningAlgorithms = v, "Signing algorithms of SMB 3.1.1, the preferred one first."),
        new Setting<ServerSettings, bool>(
            "allowAnonymous", "--allow-anonymous", SettingType.Boolean, s => s.AllowAnonymous,
            (s, v) => s.AllowAnonymous = v,
            "Accept sessions without a user. They reach IPC$ only, where they can list the shares."),
        new Setting<ServerSettings, bool>(
            "multichannel", "--multichannel", SettingType.Boolean, s => s.Multichannel, (s, v) => s.Multichannel = v,
            "Clients may use several connections at once for one session (SMB 3)."),
        new Setting<ServerSettings, bool>(
            "directoryLeases", "--directory-leases", SettingType.Boolean, s => s.DirectoryLeases,
            (s, v) => s.DirectoryLeases = v,
            "Clients may cache what is in directories (SMB 3), and are told when it changes; also when a local process changes " +
            "it, for which the kernel watches each such directory (inotify). Off by default because Linux clients of older kernels " +
            "(6.1 is one) have a bug in their cache of directories that can crash them; mounted with nohandlecache they can do " +
            "without it."),
        new ListSetting<ServerSettings, InterfaceOptions>(
            "interfaces", "--interface", InterfaceSetting.Type, s => s.Interfaces, (s, v) => s.Interfaces = v,
            "Network interfaces that clients are told of for multichannel: a name (eth0) or an address, and after " +
            "semicolons what the system does not know or gets wrong: speed=10G (bits per second), rss or no-rss (several " +
            "connections to it are of use).")
        { DefaultText = "those that the server listens on; loopback only when there is no other" },

        new Setting<ServerSettings, ulong>(
            "limits:maxIoSize", "--max-io-size", SettingType.Size(64 << 10, 8 << 20), s => s.MaxIoSize,
            (s, v) => s.MaxIoSize = v,
            "Bytes that one read, write or transaction may carry."),
        new Setting<ServerSettings, int>(
            "limits:maxCredits", "--max-credits", SettingType.Number(64, 65535), s => s.MaxCredits,
            (s, v) => s.MaxCredits = v,
            "Credits of one connection: requests of up to 64 KiB each that it may have under way at once."),
        new Setting<ServerSettings, int>(
            "limits:maxConnections", "--max-connections", SettingType.Number(1, 1_000_000), s => s.MaxConnections,
            (s, v) => s.MaxConnections = v, "Connections in all; more are closed at once."),
        new Setting<ServerSettings, int>(
            "limits:maxUnauthenticatedConnections", "--max-unauthenticated-connections",
            SettingType.Number(1, 1_000_000),
            s => s.MaxUnauthenticatedConnections, (s, v) => s.MaxUnauthenticatedConnections = v,
            "Connections on which nobody has logged on yet; more are closed at once. No host gets more of them than are left for others."),
        new Setting<ServerSettings, TimeSpan>(
            "limits:authenticationTimeout", "--authentication-timeout",
            SettingType.Duration(TimeSpan.FromSeconds(1), TimeSpan.FromHours(1)),
            s => s.AuthenticationTimeout, (s, v) => s.AuthenticationTimeout = v,
            "A connection on which nobody has logged on after this time is closed."),
        new Setting<ServerSettings, ulong>(
            "limits:maxUnauthenticatedFrame", "--max-unauthenticated-frame", SettingType.Size(16 << 10, 16 << 20),
            s => s.MaxUnauthenticatedFrame, (s, v) => s.MaxUnauthenticatedFrame = v,
            "Bytes of the largest message on a connection on which nobody has logged on."),
        new Setting<ServerSettings, int>(
            "limits:maxSessionsPerConnection", "--max-sessions-per-connection", SettingType.Number(1, 1_000_000),
            s => s.MaxSessionsPerConnection, (s, v) => s.MaxSessionsPerConnection = v, "Sessions of one connection."),
        new Setting<ServerSettings, int>(
            "limits:maxTreesPerSession", "--max-trees-per-session", SettingType.Number(1, 1_000_000),
            s => s.MaxTreesPerSession, (s, v) => s.MaxTreesPerSession = v,
            "Shares that one session may be connected to."),
        new Setting<ServerSettings, int>(
            "limits:maxOpensPerSession", "--max-opens-per-session", SettingType.Number(1, 10_000_000),
            s => s.MaxOpensPerSession, (s, v) => s.MaxOpensPerSession = v, "Files that one session may have open."),
        new Setting<ServerSettings, int>(
            "limits:maxAsyncCommands", "--max-async-commands", SettingType.Number(1, 65535),
            s => s.MaxAsyncCommands, (s, v) => s.MaxAsyncCommands = v,
            "Requests of one connection that may wait for an event (a lock, a change)."),

        new Setting<ServerSettings, LogLevel>(
            "log:level", "--log-level", SettingTypes.LogLevels, s => s.LogLevel, (s, v) => s.LogLevel = v,
            "The least important lines that are logged.")
        { Reloads = true },
        new Setting<ServerSettings, LogFormat>(
            "log:format", "--log-format", SettingType.OneOf(("text", LogFormat.Text), ("json", LogFormat.Json)),
            s => s.LogFormat, (s, v) => s.LogFormat = v, "Log lines for people (text) or for programs (json)."),
        new Setting<ServerSettings, bool>(
            "log:trace", "--trace", SettingType.Boolean, s => s.Trace, (s, v) => s.Trace = v,
            "Log every request with its status and how long it took. Costs speed."),
        new Setting<ServerSettings, string>(
            "control:path", "--control", SettingType.Text, s => s.ControlPath, (s, v) => s.ControlPath = v,
            "The socket that `symbio status` talks to.")
        { DefaultText = "/run/symbio/control.sock as root, else $XDG_RUNTIME_DIR/symbio/control.sock" },
        new Setting<ServerSettings, TimeSpan>(
            "shutdownTimeout", "--shutdown-timeout", SettingType.Duration(TimeSpan.Zero, TimeSpan.FromHours(1)),
            s => s.ShutdownTimeout, (s, v) => s.ShutdownTimeout = v,
            "How long requests under way may take to finish when the server is stopped.")
        { Reloads = true },
    ];

    /// <summary>
    /// The settings of each share; here "flag" is the option's name in <c>--share NAME=PATH,option=value</c>.
    /// </summary>
    public static IReadOnlyList<Setting<ShareSettings>> Share { get; } =
    [
        new Setting<ShareSettings, string>(
            "path", "", SettingType.Text, s => s.Path, (s, v) => s.Path = v,
            "The folder to share, relative to the configuration file; or `memory:`, a scratch folder that is gone when the server stops.")
        { DefaultText = "must be given" },
        new Setting<ShareSettings, string>(
            "comment", "comment", SettingType.Text, s => s.Comment, (s, v) => s.Comment = v,
            "Shown beside the name in listings."),
        new Setting<ShareSettings, bool>(
            "readOnly", "ro", SettingType.Boolean, s => s.ReadOnly, (s, v) => s.ReadOnly = v,
            "Nothing can be changed through the share."),
        new Setting<ShareSettings, bool>(
            "encrypt", "encrypt", SettingType.Boolean, s => s.Encrypt, (s, v) => s.Encrypt = v,
            "Only encrypted requests reach it."),
        new Setting<ShareSettings, bool>(
            "notify", "notify", SettingType.Boolean, s => s.Notify, (s, v) => s.Notify = v,
            "Clients may watch folders and are told at once what changes in them."),
        new Setting<ShareSettings, bool>(
            "hidden", "hidden", SettingType.Boolean, s => s.Hidden, (s, v) => s.Hidden = v,
            "Left out of listings, as is a share whose name ends in $."),
        new Setting<ShareSettings, bool>(
            "guest", "guest", SettingType.Boolean, s => s.Guest, (s, v) => s.Guest = v,
            "People without an account may use it, without password, signing or encryption."),
        new Setting<ShareSettings, int>(
            "maxUses", "max-uses", SettingType.Number(0, 1_000_000), s => s.MaxUses, (s, v) => s.MaxUses = v,
            "Connections to the share at one time; 0 for no bound."),
        new Setting<ShareSettings, int>(
            "maxOpens", "max-opens", SettingType.Number(0, 10_000_000), s => s.MaxOpens, (s, v) => s.MaxOpens = v,
            "Files open through the share at one time; 0 for no bound."),
        new Setting<ShareSettings, OfflineCaching>(
            "offlineCaching", "offline-caching",
            SettingType.OneOf(
                ("manual", OfflineCaching.Manual), ("documents", OfflineCaching.Documents),
                ("programs", OfflineCaching.Programs), ("none", OfflineCaching.None)),
            s => s.OfflineCaching, (s, v) => s.OfflineCaching = v,
            "What Windows clients may keep for the time they are offline: manual (files that their user picks), documents " +
            "(also files that were opened), programs (as documents, and used while online too), none."),
        new Setting<ShareSettings, bool>(
            "oplocks", "oplocks", SettingType.Boolean, s => s.Oplocks, (s, v) => s.Oplocks = v,
            "Clients may cache what nobody else changes (oplocks and leases). Without, every client asks the server each time."),
        new Setting<ShareSettings, bool>(
            "kernelOplocks", "kernel-oplocks", SettingType.Boolean, s => s.KernelOplocks, (s, v) => s.KernelOplocks = v,
            "A local process that opens a file waits until the client that caches it has written that back (fcntl leases). Off, " +
            "because then only a client that is alone with a file caches it, and leases, which newer clients build on, are " +
            "not granted on files. For folders that local programs and clients write to at the same time."),
        new Setting<ShareSettings, bool>(
            "posixLocking", "posix-locking", SettingType.Boolean, s => s.PosixLocking, (s, v) => s.PosixLocking = v,
            "Byte-range locks of clients keep out local processes that lock the same bytes (fcntl), and the other way round. " +
            "Costs a system call for each lock and nothing else; reading and writing do not look at the locks of local " +
            "processes."),
        new Setting<ShareSettings, bool>(
            "forceLevel2Oplock", "force-level2-oplock", SettingType.Boolean, s => s.ForceLevel2Oplock,
            (s, v) => s.ForceLevel2Oplock = v,
            "Clients cache what they read, and never what they write."),
        new Setting<ShareSettings, bool>(
            "restrictExclusiveOpens", "restrict-exclusive-opens", SettingType.Boolean, s => s.RestrictExclusiveOpens,
            (s, v) => s.RestrictExclusiveOpens = v,
            "Who opens a file without writing to it cannot keep others from reading it."),
        new Setting<ShareSettings, bool>(
            "forceSharedDelete", "force-shared-delete", SettingType.Boolean, s => s.ForceSharedDelete,
            (s, v) => s.ForceSharedDelete = v,
            "Files can be deleted and renamed while they are open, whatever those who opened them say."),
        new ListSetting<ShareSettings, string>(
            "users", "users", SettingType.Text, s => s.Users, (s, v) => s.Users = v,
            "Users and groups that may use it. With neither users nor readers: everyone who can log on. " +
            "On the command line separated by '+'."),
        new ListSetting<ShareSettings, string>(
            "readers", "readers", SettingType.Text, s => s.Readers, (s, v) => s.Readers = v,
            "Users and groups that may read from it and change nothing. On the command line separated by '+'."),
        new Setting<ShareSettings, string>(
            "runAs", "run-as", SettingType.Text, s => s.RunAs, (s, v) => s.RunAs = v,
            "The Unix account that works on the files for every user, instead of the user's own. Only as root."),
        new Setting<ShareSettings, NameMapping>(
            "nameMapping", "name-mapping",
            SettingType.OneOf(
                ("private", NameMapping.Private), ("catia", NameMapping.Catia), ("none", NameMapping.None)),
            s => s.NameMapping, (s, v) => s.NameMapping = v,
            "How characters that Windows forbids in names are shown: private (as macOS and Samba's fruit module do), " +
            "catia (as Samba's catia module does), none (as they are)."),
        new Setting<ShareSettings, bool>(
            "accessBasedEnumeration", "access-based-enumeration", SettingType.Boolean, s => s.AccessBasedEnumeration,
            (s, v) => s.AccessBasedEnumeration = v,
            "Listings of folders leave out what the user may not read."),
        new Setting<ShareSettings, bool>(
            "continuouslyAvailable", "continuously-available", SettingType.Boolean, s => s.ContinuouslyAvailable,
            (s, v) => s.ContinuouslyAvailable = v,
            "Clients' handles, locks and leases survive the end of the server, also a sudden one. They are kept in the " +
            "folder handles beside the default users file."),
        new Setting<ShareSettings, bool>(
            "shortNames", "short-names", SettingType.Boolean, s => s.ShortNames, (s, v) => s.ShortNames = v,
            "Long names have an 8.3 name besides, made from the long one, that old programs can use."),
        new Setting<ShareSettings, LinkPolicy>(
            "symlinks", "symlinks",
            SettingType.OneOf(("follow", LinkPolicy.Follow), ("report", LinkPolicy.Report), ("hide", LinkPolicy.Hide)),
            s => s.Links, (s, v) => s.Links = v,
            "Symbolic links. follow: the server follows those that stay inside the share, and never those that leave it. " +
            "report: clients see them as links and follow them themselves, as on a Windows server. hide: there are none."),
        new Setting<ShareSettings, bool>(
            "posixExtensions", "posix-extensions", SettingType.Boolean, s => s.PosixExtensions,
            (s, v) => s.PosixExtensions = v,
            "The SMB 3.1.1 POSIX extensions for clients that ask for them (Linux: mount option posix): names that differ " +
            "by case, characters that Windows forbids, modes and owners, names that go while the file is open."),
        new Setting<ShareSettings, bool>(
            "appleExtensions", "apple-extensions", SettingType.Boolean, s => s.AppleExtensions,
            (s, v) => s.AppleExtensions = v,
            "Apple's extensions for clients of macOS, which ask for them: listings of folders tell what Finder wants to know " +
            "of each file (resource fork, Finder information, rights), so that it need not open them one by one; files are copied " +
            "on the server; modes can be set; AFP_AfpInfo and AFP_Resource behave as macOS knows them."),
        new Setting<ShareSettings, AppleMetadata>(
            "appleMetadata", "apple-metadata",
            SettingType.OneOf(("stream", AppleMetadata.Stream), ("netatalk", AppleMetadata.Netatalk)),
            s => s.AppleMetadata, (s, v) => s.AppleMetadata = v,
            "Where Finder information (AFP_AfpInfo) is kept. stream: as other streams. netatalk: in the extended attribute " +
            "org.netatalk.Metadata, as Netatalk and Samba's fruit module do. What is kept in the other place does not come along."),
        new Setting<ShareSettings, AppleResource>(
            "appleResource", "apple-resource",
            SettingType.OneOf(("stream", AppleResource.Stream), ("file", AppleResource.File)),
            s => s.AppleResource, (s, v) => s.AppleResource = v,
            "Where resource forks (AFP_Resource) are kept. stream: as other streams, with their bound. file: in AppleDouble files " +
            "(`._name`), as Netatalk and Samba's fruit module do, up to 4 GiB; clients see no names that begin with `._` then. What " +
            "is kept in the other place does not come along."),
        new Setting<ShareSettings, bool>(
            "timeMachine", "time-machine", SettingType.Boolean, s => s.TimeMachine, (s, v) => s.TimeMachine = v,
            "macOS may keep backups of Time Machine here: it is told that what it flushes is on the disk."),
        new Setting<ShareSettings, ulong>(
            "timeMachineMaxSize", "time-machine-max-size", SettingType.Size(0, 1UL << 50), s => s.TimeMachineMaxSize,
            (s, v) => s.TimeMachineMaxSize = v,
            "Bytes that the share says it has, so that Time Machine deletes old backups in time; 0 for what the disk has. " +
            "Only the backups count as taken, by the bands of the sparse bundles in the share's root: nothing else should be there."),
        new Setting<ShareSettings, bool>(
            "hideDotFiles", "hide-dot-files", SettingType.Boolean, s => s.HideDotFiles, (s, v) => s.HideDotFiles = v,
            "Names that begin with a dot have the attribute Hidden."),
        new ListSetting<ShareSettings, string>(
            "hideFiles", "hide-files", SettingType.Text, s => s.HideFiles, (s, v) => s.HideFiles = v,
            "Names that match one of these patterns (* and ?, in any case) have the attribute Hidden. On the command line " +
            "separated by '+'."),
        new Setting<ShareSettings, bool>(
            "streams", "streams", SettingType.Boolean, s => s.Streams, (s, v) => s.Streams = v,
            "Files may have alternate data streams. They are kept in extended attributes, which bounds them to 64 KiB each " +
            "(less on ext4)."),
        new Setting<ShareSettings, uint>(
            "fileMode", "file-mode", SettingType.Mode, s => s.FileMode, (s, v) => s.FileMode = v,
            "Mode bits of a new file (octal), less the server's umask."),
        new Setting<ShareSettings, uint>(
            "directoryMode", "directory-mode", SettingType.Mode, s => s.DirectoryMode, (s, v) => s.DirectoryMode = v,
            "Mode bits of a new folder (octal), less the server's umask."),
        new Setting<ShareSettings, string>(
            "snapshots", "snapshots", SettingType.Text, s => s.Snapshots, (s, v) => s.Snapshots = v,
            "Where earlier states of the folder are, which Windows shows as previous versions: folders named by their " +
            "time (UTC), for instance `.snapshots/@GMT-%Y.%m.%d-%H.%M.%S`; a path that is not absolute begins at the " +
            "share's folder. What follows the name is the share's folder within the snapshot. Symbolic links are not " +
            "followed below the share's folder, nor in place of a snapshot. In the share, only a server that runs as root " +
            "shows them, and the folder that holds them must belong to root, be writable by nobody else, and not have been " +
            "given permissions over SMB, nor any folder between it and the share's: who could make a folder there could " +
            "pass it off as an earlier state. Outside, and for what ZFS (`.zfs/snapshot`), Ceph (`.snap`) and NetApp over " +
            "NFS (`.snapshot`) show, that does not matter. The newest 4,096 are listed."),
        new Setting<ShareSettings, ulong>(
            "capacity", "capacity", SettingType.Size(64 << 10, 1UL << 50), s => s.Capacity, (s, v) => s.Capacity = v,
            "Bytes that a `memory:` share may take."),
    ];
}

/// <summary>Types that only this program's settings have.</summary>
internal static class SettingTypes
{
    public static SettingType<LogLevel> LogLevels { get; } = SettingType.OneOf(
        ("trace", LogLevel.Trace), ("debug", LogLevel.Debug), ("information", LogLevel.Information),
        ("info", LogLevel.Information),
        ("warning", LogLevel.Warning), ("error", LogLevel.Error), ("critical", LogLevel.Critical),
        ("none", LogLevel.None));

    public static SettingType<UserSetting> User { get; } = new(
        "NAME:PASSWORD",
        text =>
        {
            int colon = text.IndexOf(':');
            string name = colon < 0 ? text : text[..colon];
            string? password = colon < 0 ? null : text[(colon + 1)..];
            if (Identity.LocalUser.CheckName(name) is { } wrong)
                return Parsed<UserSetting>.Wrong(wrong);
            return password is { Length: 0 }
                ? Parsed<UserSetting>.Wrong(
                    $"user '{name}' has an empty password; leave the colon away to be asked for one")
                : new UserSetting(name, password);
        },
        user => System.Text.Json.Nodes.JsonValue.Create(user.Name),
        () => new System.Text.Json.Nodes.JsonObject { ["type"] = "string" });
}
