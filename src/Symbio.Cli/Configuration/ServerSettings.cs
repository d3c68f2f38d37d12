using System.Net;
using Microsoft.Extensions.Logging;
using Symbio.Identity;
using Symbio.Protocol.Smb2;
using Symbio.Server;
using Symbio.Storage.Posix;

namespace Symbio.Cli.Configuration;

/// <summary>How log lines look.</summary>
internal enum LogFormat
{
    Text,
    Json,
}

/// <summary>All settings of a server, with their defaults.</summary>
internal sealed class ServerSettings
{
    private static readonly ServerLimits DefaultLimits = new();
    private static readonly SmbServerOptions Defaults = new() { Accounts = null! };

    /// <summary>Empty: every address, on the default port.</summary>
    public IReadOnlyList<IPEndPoint> Listen { get; set; } = [];
    public string ServerName { get; set; } = Defaults.ServerName;
    public string AppleModel { get; set; } = Defaults.AppleModel;
    public string Workgroup { get; set; } = Defaults.DomainName;
    public string UsersFile { get; set; } = "";
    public IReadOnlyList<UserSetting> Users { get; set; } = [];
    /// <summary>Empty: no Kerberos.</summary>
    public string Keytab { get; set; } = "";
    public DomainUnixMapping DomainMapping { get; set; } = DomainUnixMapping.Rid;
    public int DomainIdBase { get; set; } = (int)DomainAccountsOptions.DefaultIdBase;
    public string GuestAccount { get; set; } = "nobody";
    public Dialect MinDialect { get; set; } = Defaults.MinDialect;
    public Dialect MaxDialect { get; set; } = Defaults.MaxDialect;
    public bool RequireSigning { get; set; } = Defaults.RequireSigning;
    public EncryptionMode Encryption { get; set; } = Defaults.Encryption;
    public bool RejectUnencrypted { get; set; } = Defaults.RejectUnencryptedAccess;
    public IReadOnlyList<EncryptionAlgorithm> Ciphers { get; set; } = Defaults.Ciphers;
    public CompressionMode Compression { get; set; } = Defaults.Compression;
    public IReadOnlyList<CompressionAlgorithm> CompressionAlgorithms { get; set; } = Defaults.CompressionAlgorithms;
    public IReadOnlyList<SigningAlgorithm> SigningAlgorithms { get; set; } = Defaults.SigningAlgorithms;
    public bool AllowAnonymous { get; set; } = Defaults.AllowAnonymous;
    public bool Multichannel { get; set; } = Defaults.MultiChannel;

    public bool DirectoryLeases { get; set; } = Defaults.DirectoryLeases;

    /// <summary>Empty: those that the server listens on.</summary>
    public IReadOnlyList<InterfaceOptions> Interfaces { get; set; } = [];

    public ulong MaxIoSize { get; set; } = (ulong)DefaultLimits.MaxIoSize;
    public int MaxCredits { get; set; } = DefaultLimits.MaxCredits;
    public int MaxConnections { get; set; } = DefaultLimits.MaxConnections;
    public int MaxUnauthenticatedConnections { get; set; } = DefaultLimits.MaxUnauthenticatedConnections;
    public TimeSpan AuthenticationTimeout { get; set; } = DefaultLimits.AuthenticationTimeout;
    public ulong MaxUnauthenticatedFrame { get; set; } = (ulong)DefaultLimits.MaxUnauthenticatedFrame;
    public int MaxSessionsPerConnection { get; set; } = DefaultLimits.MaxSessionsPerConnection;
    public int MaxTreesPerSession { get; set; } = DefaultLimits.MaxTreesPerSession;
    public int MaxOpensPerSession { get; set; } = DefaultLimits.MaxOpensPerSession;
    public int MaxAsyncCommands { get; set; } = DefaultLimits.MaxAsyncCommands;

    public LogLevel LogLevel { get; set; } = LogLevel.Information;
    public LogFormat LogFormat { get; set; } = LogFormat.Text;
    public bool Trace { get; set; }
    public string ControlPath { get; set; } = "";
    public TimeSpan ShutdownTimeout { get; set; } = TimeSpan.FromSeconds(15);

    /// <summary>Shares by name.</summary>
    public SortedDictionary<string, ShareSettings> Shares { get; } = new(StringComparer.OrdinalIgnoreCase);
}

/// <summary>A user given on the command line, by environment or in the configuration.</summary>
internal readonly record struct UserSetting(string Name, string? Password);

/// <summary>All settings of a share.</summary>
internal sealed class ShareSettings
{
    private static readonly PosixStoreOptions StoreDefaults = new();

    /// <summary>The path that means a store in memory.</summary>
    public const string Memory = "memory:";

    /// <summary>As spelled.</summary>
    public string Name { get; set; } = "";
    public string Path { get; set; } = "";
    public string Comment { get; set; } = "";
    public bool ReadOnly { get; set; }
    public bool Encrypt { get; set; }
    public bool Notify { get; set; } = true;
    public bool Hidden { get; set; }
    public bool Guest { get; set; }
    public bool AccessBasedEnumeration { get; set; }
    public bool ContinuouslyAvailable { get; set; }
    public bool ShortNames { get; set; } = true;
    public bool PosixExtensions { get; set; } = true;
    public bool AppleExtensions { get; set; } = true;
    public bool TimeMachine { get; set; }
    public ulong TimeMachineMaxSize { get; set; }
    public int MaxUses { get; set; }
    public int MaxOpens { get; set; }
    public OfflineCaching OfflineCaching { get; set; }
    public bool Oplocks { get; set; } = true;
    public bool KernelOplocks { get; set; }
    public bool PosixLocking { get; set; } = true;
    public bool ForceLevel2Oplock { get; set; }
    public bool RestrictExclusiveOpens { get; set; }
    public bool ForceSharedDelete { get; set; }
    public IReadOnlyList<string> Users { get; set; } = [];
    public IReadOnlyList<string> Readers { get; set; } = [];
    public string RunAs { get; set; } = "";
    public NameMapping NameMapping { get; set; } = StoreDefaults.NameMapping;
    public LinkPolicy Links { get; set; } = StoreDefaults.Links;
    public AppleMetadata AppleMetadata { get; set; } = StoreDefaults.AppleMetadata;
    public AppleResource AppleResource { get; set; } = StoreDefaults.AppleResource;
    public bool HideDotFiles { get; set; } = StoreDefaults.HideDotFiles;
    public IReadOnlyList<string> HideFiles { get; set; } = [];
    public bool Streams { get; set; } = true;
    public uint FileMode { get; set; } = StoreDefaults.FileMode;
    public uint DirectoryMode { get; set; } = StoreDefaults.DirectoryMode;
    public string Snapshots { get; set; } = "";
    public ulong Capacity { get; set; } = 4UL << 30;

    /// <summary>Where it was defined, for messages.</summary>
    public string Origin { get; set; } = "";

    public bool IsMemory => string.Equals(Path, Memory, StringComparison.OrdinalIgnoreCase);
}
