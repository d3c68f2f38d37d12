using System.Net;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;
using Symbio.Cluster;
using Symbio.Cluster.Scheduling;
using Symbio.Identity;
using Symbio.Security;
using Symbio.Server.Durability.Persistence;
using Symbio.Protocol.Smb2;
using Symbio.Security.Spnego;

namespace Symbio.Server;

/// <summary>What a server is started with. The defaults are the secure ones.</summary>
public sealed record SmbServerOptions
{
    /// <summary>Addresses to listen on. Port 0 takes any free port; <see cref="SmbServer.Endpoints"/> tells which.</summary>
    public IReadOnlyList<IPEndPoint> Endpoints { get; init; } = [new(IPAddress.IPv6Any, 445)];

    /// <summary>NetBIOS-style name of this server, as clients see it in NTLM and in RPC answers.</summary>
    public string ServerName { get; init; } = DefaultServerName();

    /// <summary>Workgroup or domain name.</summary>
    public string DomainName { get; init; } = "WORKGROUP";

    /// <summary>
    /// The model of a Mac (kAAPL_MODEL_INFO), at most 32 characters: which picture Finder shows for the server.
    /// </summary>
    public string AppleModel { get; init; } = "Mac14,13";

    /// <summary>ServerGuid, [MS-SMB2] 3.3.1.5. The same as long as the server keeps its state.</summary>
    public Guid ServerGuid { get; init; } = Guid.NewGuid();

    /// <summary>Who knows the accounts.</summary>
    public required IAccountAuthority Accounts { get; init; }

    /// <summary>
    /// Mechanisms that clients may log on with besides NTLM, and that are offered before it. The identity that they hand
    /// over is a <see cref="LogonIdentity"/>.
    /// </summary>
    public IReadOnlyList<ISecurityMechanism> Mechanisms { get; init; } = [];

    /// <summary>The shares to begin with; <see cref="SmbServer.UpdateShares"/> changes them later.</summary>
    public IReadOnlyList<ShareOptions> Shares { get; init; } = [];

    /// <summary>Oldest dialect to accept.</summary>
    public Dialect MinDialect { get; init; } = Dialect.Smb202;

    /// <summary>Newest dialect to offer.</summary>
    public Dialect MaxDialect { get; init; } = Dialect.Smb311;

    /// <summary>RequireMessageSigning, [MS-SMB2] 3.3.1.5.</summary>
    public bool RequireSigning { get; init; } = true;

    /// <summary>Whether sessions are encrypted.</summary>
    public EncryptionMode Encryption { get; init; } = EncryptionMode.Offered;

    /// <summary>
    /// RejectUnencryptedAccess, [MS-SMB2] 3.3.1.5: clients that cannot encrypt are turned away where encryption is
    /// required, rather than served in the clear.
    /// </summary>
    public bool RejectUnencryptedAccess { get; init; } = true;

    /// <summary>Ciphers, best first.</summary>
    public IReadOnlyList<EncryptionAlgorithm> Ciphers { get; init; } =
        [EncryptionAlgorithm.Aes128Gcm, EncryptionAlgorithm.Aes256Gcm, EncryptionAlgorithm.Aes128Ccm, EncryptionAlgorithm.Aes256Ccm];

    /// <summary>Signing algorithms of 3.1.1, best first.</summary>
    public IReadOnlyList<SigningAlgorithm> SigningAlgorithms { get; init; } =
        [SigningAlgorithm.AesGmac, SigningAlgorithm.AesCmac, SigningAlgorithm.HmacSha256];

    /// <summary>Whether messages are compressed, where the client offers it too.</summary>
    public CompressionMode Compression { get; init; } = CompressionMode.Requested;

    /// <summary>
    /// Compression algorithms, best first. The first that a client has in common is what it is sent; it may send any.
    /// </summary>
    public IReadOnlyList<CompressionAlgorithm> CompressionAlgorithms { get; init; } =
        [CompressionAlgorithm.Lz4, CompressionAlgorithm.Lz77, CompressionAlgorithm.Lz77Huffman, CompressionAlgorithm.Lznt1,
            CompressionAlgorithm.PatternV1];

    /// <summary>Accept anonymous sessions; they reach IPC$ only.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>
    /// IsMultiChannelCapable, [MS-SMB2] 3.3.1.5: clients may use a session over several connections at once.
    /// </summary>
    public bool MultiChannel { get; init; } = true;

    /// <summary>
    /// Clients may cache what is in directories (SMB 3), and are told when that changes. Where a store's files can be changed
    /// behind the server's back that takes a watch for each such directory. Off by default: Linux clients of older kernels,
    /// 6.1 among them, have a bug in their cache of directories that can crash them.
    /// </summary>
    public bool DirectoryLeases { get; init; }

    /// <summary>
    /// The network interfaces that clients are told of, for more channels; none for those that the server listens on.
    /// </summary>
    public IReadOnlyList<InterfaceOptions> Interfaces { get; init; } = [];

    /// <summary>
    /// How long a client has to answer an oplock or lease break before it loses all it caches, [MS-SMB2] 3.3.2.1.
    /// </summary>
    public TimeSpan OplockBreakTimeout { get; init; } = Cluster.Local.LocalCoordinator.DefaultBreakTimeout;

    /// <summary>
    /// Where persistent handles are kept, which must survive the server; null for none. Only one server uses it at a time.
    /// </summary>
    public IHandleStorage? PersistentHandles { get; init; }

    /// <summary>Limits that keep a hostile or broken peer cheap.</summary>
    public ServerLimits Limits { get; init; } = new();

    /// <summary>Log every request with its status and timing, at Trace level.</summary>
    public bool TraceRequests { get; init; }

    /// <summary>Where logs go.</summary>
    public ILoggerFactory LoggerFactory { get; init; } = NullLoggerFactory.Instance;

    /// <summary>The clock.</summary>
    public TimeProvider TimeProvider { get; init; } = TimeProvider.System;

    /// <summary>Where work goes on that waited for something. A simulation brings a queue of its own.</summary>
    public WorkScheduler Scheduler { get; init; } = WorkScheduler.ThreadPool;

    /// <summary>Where ids, salts and challenges come from.</summary>
    public RandomNumberSource RandomNumbers { get; init; } = Security.RandomNumbers.Secure;

    /// <summary>Who arbitrates between opens; null: a <see cref="Cluster.Local.LocalCoordinator"/> of the server's own.</summary>
    public ICoordinator? Coordinator { get; init; }

    private static string DefaultServerName()
    {
        string host = Environment.MachineName.Split('.')[0].ToUpperInvariant();
        return host.Length is > 0 and <= 15 ? host : "SYMBIO";
    }
}

/// <summary>Whether sessions are encrypted, [MS-SMB2] 3.3.1.5 EncryptData.</summary>
public enum EncryptionMode
{
    /// <summary>Encryption is not negotiated.</summary>
    Off,

    /// <summary>Clients may encrypt; shares may demand it.</summary>
    Offered,

    /// <summary>EncryptData: every session is encrypted.</summary>
    Required,
}

/// <summary>Whether messages are compressed, [MS-SMB2] 3.3.1.5 IsCompressionSupported.</summary>
public enum CompressionMode
{
    /// <summary>Compression is not negotiated.</summary>
    Off,

    /// <summary>What clients ask to have compressed is, and large listings are.</summary>
    Requested,

    /// <summary>CompressData for every share: clients are asked to compress what they write, and all they read is.</summary>
    All,
}

/// <summary>Bounds, each with the reason it has.</summary>
public sealed record ServerLimits
{
    /// <summary>MaxTransactSize, MaxReadSize and MaxWriteSize of dialects that have multi-credit requests.</summary>
    public int MaxIoSize { get; init; } = 8 << 20;

    /// <summary>Credits one connection may hold: what a client can have under way at once.</summary>
    public int MaxCredits { get; init; } = 8192;

    /// <summary>Connections in all; beyond it new ones are closed at once.</summary>
    public int MaxConnections { get; init; } = 65536;

    /// <summary>
    /// Connections that have not authenticated yet; beyond it new ones are closed at once, and so are those of a host that has
    /// as many as are left.
    /// </summary>
    public int MaxUnauthenticatedConnections { get; init; } = 1024;

    /// <summary>A connection that has no session after this time is closed.</summary>
    public TimeSpan AuthenticationTimeout { get; init; } = TimeSpan.FromSeconds(45);

    /// <summary>Largest frame of a connection without a session: a logon needs no more.</summary>
    public int MaxUnauthenticatedFrame { get; init; } = (128 << 10) - Transport.Frame.Headroom; // As much as fits a buffer of 128 KiB.

    /// <summary>Sessions of one connection.</summary>
    public int MaxSessionsPerConnection { get; init; } = 2048;

    /// <summary>
    /// Logons of one connection that have begun and not ended; one more, and the oldest gives way. Clients do one after
    /// the other, and what is kept for one is paid before anybody has proved who he is.
    /// </summary>
    public int MaxUnfinishedLogons { get; init; } = 16;

    /// <summary>Connections of one session. As many as Windows and Samba allow.</summary>
    public int MaxChannelsPerSession { get; init; } = 32;

    /// <summary>Trees of one session.</summary>
    public int MaxTreesPerSession { get; init; } = 4096;

    /// <summary>Opens of one session.</summary>
    public int MaxOpensPerSession { get; init; } = 65536;

    /// <summary>
    /// Bytes that all pipes of one session hold: what was written and not used, calls that are not complete, answers that are not
    /// read. One call is 4 MiB at most, one answer 16 MiB.
    /// </summary>
    public int MaxPipeBytesPerSession { get; init; } = 64 << 20;

    /// <summary>Durable and resilient opens that wait for their client, in all: each keeps a file open.</summary>
    public int MaxDisconnectedOpens { get; init; } = 16384;

    /// <summary>Byte-range locks of one session: each costs memory, and makes every other lock on its file slower.</summary>
    public int MaxLocksPerSession { get; init; } = 32768;

    /// <summary>Opens of one session that watch their directory: each keeps what happens between two requests.</summary>
    public int MaxWatchesPerSession { get; init; } = 4096;

    /// <summary>
    /// Listings of one session that keep what they have read ahead (some 100 KB, at most 400). Those beyond it go on with a few
    /// entries at a time.
    /// </summary>
    public int MaxListingsPerSession { get; init; } = 128;

    /// <summary>
    /// Bytes that one watch keeps between two requests, whatever the client asks for; beyond it the client is told to look
    /// for itself.
    /// </summary>
    public int MaxNotifyBuffer { get; init; } = 64 << 10;

    /// <summary>Requests of one connection that wait for an event (lock, notify): MaxAsyncCommands.</summary>
    public int MaxAsyncCommands { get; init; } = 1024;

    /// <summary>
    /// Bytes of the frames that those requests keep: a thousand as they are sent need two megabytes, what compression can make of
    /// them 8 GB.
    /// </summary>
    public int MaxWaitingBytes { get; init; } = 64 << 20;
}
