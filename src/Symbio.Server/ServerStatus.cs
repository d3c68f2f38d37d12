namespace Symbio.Server;

/// <summary>A snapshot of a running server, for people and tools.</summary>
public sealed record ServerStatus
{
    public required DateTimeOffset StartTime { get; init; }
    public required DateTimeOffset Now { get; init; }
    public required long BytesReceived { get; init; }
    public required long BytesSent { get; init; }
    public required long Requests { get; init; }
    public required IReadOnlyList<ConnectionStatus> Connections { get; init; }
    public required IReadOnlyList<SessionStatus> Sessions { get; init; }
    public required IReadOnlyList<TreeStatus> Trees { get; init; }
    public required IReadOnlyList<OpenStatus> Opens { get; init; }
    public required IReadOnlyList<LockStatus> Locks { get; init; }
}

/// <summary>A transport connection.</summary>
public sealed record ConnectionStatus(
    long Id, string RemoteEndpoint, string LocalEndpoint, string Dialect, string Signing, string Cipher,
    int Sessions, long BytesReceived, long BytesSent, DateTimeOffset Connected);

/// <summary>A session.</summary>
/// <param name="RemoteEndpoint">Of the first of its channels.</param>
/// <param name="Channels">Connections that it is used over.</param>
public sealed record SessionStatus(
    ulong SessionId, string UserName, string DomainName, string RemoteEndpoint, string Dialect,
    bool Signed, bool Encrypted, bool Guest, int Trees, int Opens, DateTimeOffset Created, TimeSpan Idle,
    int Channels = 1);

/// <summary>A tree connect.</summary>
public sealed record TreeStatus(uint TreeId, ulong SessionId, string Share, string UserName, int Opens, DateTimeOffset Created);

/// <summary>An open file, directory or pipe.</summary>
public sealed record OpenStatus(
    ulong FileId, ulong SessionId, string Share, string Path, string UserName, uint GrantedAccess, uint ShareAccess,
    int Locks, DateTimeOffset Opened);

/// <summary>A byte-range lock.</summary>
public sealed record LockStatus(ulong FileId, string Share, string Path, string UserName, ulong Offset, ulong Length, bool Exclusive);
