namespace Symbio.Rpc.Interfaces.Srvsvc;

/// <summary>The server, as SERVER_INFO_* show it.</summary>
/// <param name="Name">NetBIOS name, without backslashes.</param>
/// <param name="Comment">For people.</param>
public sealed record ServerRecord(string Name, string Comment)
{
    /// <summary>The version clients decide by; 10.0 is what Windows since 2016 says.</summary>
    public uint VersionMajor { get; init; } = 10;

    public uint VersionMinor { get; init; }

    public ServerTypes Type { get; init; } =
        ServerTypes.Workstation | ServerTypes.Server | ServerTypes.Nt | ServerTypes.ServerNt;

    /// <summary>0xFFFFFFFF is no limit.</summary>
    public uint MaxUsers { get; init; } = uint.MaxValue;

    /// <summary>-1 is never.</summary>
    public int AutoDisconnectMinutes { get; init; } = -1;

    public bool IsHidden { get; init; }

    public uint AnnounceSeconds { get; init; } = 240;

    public uint AnnounceDeltaMilliseconds { get; init; } = 3000;

    public uint Licenses { get; init; }

    public string UserPath { get; init; } = @"C:\";

    /// <summary>Volumes that NetrServerDiskEnum lists, "C:" each.</summary>
    public IReadOnlyList<string> Disks { get; init; } = ["C:"];

    /// <summary>When the server started, for NetrRemoteTOD's uptime.</summary>
    public DateTimeOffset Started { get; init; }
}

/// <summary>SV_TYPE_*, [MS-SRVS] 2.2.2.7.</summary>
[Flags]
public enum ServerTypes : uint
{
    None = 0,
    /// <summary>SV_TYPE_WORKSTATION</summary>
    Workstation = 0x00000001,
    /// <summary>SV_TYPE_SERVER</summary>
    Server = 0x00000002,
    /// <summary>SV_TYPE_XENIX_SERVER</summary>
    Unix = 0x00000800,
    /// <summary>SV_TYPE_NT</summary>
    Nt = 0x00001000,
    /// <summary>SV_TYPE_SERVER_NT</summary>
    ServerNt = 0x00008000,
}

/// <summary>A share, as SHARE_INFO_* show it.</summary>
/// <param name="Path">As administrators are shown it, "C:\srv\files".</param>
public sealed record ShareRecord(string Name, ShareTypes Type, string Remark, string Path)
{
    /// <summary>shi2_permissions: of no effect with user-level security.</summary>
    public uint Permissions { get; init; }

    /// <summary>0xFFFFFFFF is no limit.</summary>
    public uint MaxUses { get; init; } = uint.MaxValue;

    public uint CurrentUses { get; init; }

    /// <summary>SHI1005_FLAGS_*, [MS-SRVS] 2.2.4.29.</summary>
    public uint Flags { get; init; }

    /// <summary>shi503_servername: the scope; "*" is every name of the server.</summary>
    public string ScopeName { get; init; } = "*";

    /// <summary>The share's own security descriptor, self-relative; null when it has none.</summary>
    public ReadOnlyMemory<byte>? SecurityDescriptor { get; init; }
}

/// <summary>STYPE_*, [MS-SRVS] 2.2.2.4.</summary>
[Flags]
public enum ShareTypes : uint
{
    /// <summary>STYPE_DISKTREE</summary>
    DiskTree = 0,
    /// <summary>STYPE_PRINTQ</summary>
    PrintQueue = 1,
    /// <summary>STYPE_DEVICE</summary>
    Device = 2,
    /// <summary>STYPE_IPC</summary>
    Ipc = 3,
    /// <summary>STYPE_CLUSTER_FS</summary>
    ClusterFs = 0x02000000,
    /// <summary>STYPE_CLUSTER_SOFS</summary>
    ClusterSofs = 0x04000000,
    /// <summary>STYPE_CLUSTER_DFS</summary>
    ClusterDfs = 0x08000000,
    /// <summary>STYPE_TEMPORARY</summary>
    Temporary = 0x40000000,
    /// <summary>STYPE_SPECIAL</summary>
    Special = 0x80000000,
}

/// <summary>What NetrShareSetInfo changes; null stays as it is.</summary>
public sealed record ShareChange
{
    public string? Remark { get; init; }

    public uint? MaxUses { get; init; }

    /// <summary>SHI1005_FLAGS_*.</summary>
    public uint? Flags { get; init; }

    /// <summary>Self-relative, not yet looked at.</summary>
    public ReadOnlyMemory<byte>? SecurityDescriptor { get; init; }
}

/// <summary>A session, as SESSION_INFO_* show it.</summary>
/// <param name="ClientName">The client's name or address, without backslashes.</param>
/// <param name="Id">The host's own, to find the session by.</param>
public sealed record SessionRecord(ulong Id, string ClientName, string UserName)
{
    public uint OpenCount { get; init; }

    public TimeSpan Connected { get; init; }

    public TimeSpan Idle { get; init; }

    public SessionUserFlags Flags { get; init; }

    public string ClientTypeName { get; init; } = "";

    public string TransportName { get; init; } = "";
}

/// <summary>sesi1_user_flags, [MS-SRVS] 2.2.4.13.</summary>
[Flags]
public enum SessionUserFlags : uint
{
    None = 0,
    /// <summary>SESS_GUEST</summary>
    Guest = 1,
    /// <summary>SESS_NOENCRYPTION</summary>
    NoEncryption = 2,
}

/// <summary>A tree connect, as CONNECTION_INFO_* show it.</summary>
/// <param name="ClientName">As in <see cref="SessionRecord"/>: a query goes by share or by client.</param>
public sealed record ConnectionRecord(uint Id, string ShareName, string UserName, string ClientName)
{
    public ShareTypes Type { get; init; }

    public uint OpenCount { get; init; }

    public uint UserCount { get; init; } = 1;

    public TimeSpan Connected { get; init; }
}

/// <summary>An open file or pipe, as FILE_INFO_* show it.</summary>
/// <param name="Path">As administrators are shown it, "C:\srv\files\a.txt".</param>
public sealed record FileRecord(uint Id, string Path, string UserName)
{
    public FilePermissions Permissions { get; init; }

    public uint LockCount { get; init; }
}

/// <summary>fi3_permissions, [MS-SRVS] 2.2.4.7.</summary>
[Flags]
public enum FilePermissions : uint
{
    None = 0,
    /// <summary>PERM_FILE_READ</summary>
    Read = 1,
    /// <summary>PERM_FILE_WRITE</summary>
    Write = 2,
    /// <summary>PERM_FILE_CREATE</summary>
    Create = 4,
}

/// <summary>Counters since <paramref name="Started"/>, as STAT_SERVER_0 shows them.</summary>
public sealed record ServerStatistics(DateTimeOffset Started)
{
    public ulong FileOpens { get; init; }

    public ulong SessionOpens { get; init; }

    public ulong SessionsTimedOut { get; init; }

    public ulong SessionsErroredOut { get; init; }

    public ulong PasswordErrors { get; init; }

    public ulong PermissionErrors { get; init; }

    public ulong SystemErrors { get; init; }

    public ulong BytesSent { get; init; }

    public ulong BytesReceived { get; init; }

    public TimeSpan AverageResponse { get; init; }
}
