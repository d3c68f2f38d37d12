using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Rpc.Runtime;
using Symbio.Server.Connections;
using Symbio.Server.Durability;
using Symbio.Server.Leases;
using Symbio.Server.Notifications;
using Symbio.Server.Sessions;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>An open file, directory, stream or named pipe, [MS-SMB2] 3.3.1.10.</summary>
internal sealed partial class Open(
    SmbServer server, FileId fileId, TreeConnect tree, Connection connection, DateTimeOffset opened)
{
    private DirectoryListing? _listing;
    private byte[]? _resumeSecret;
    private Connection _connection = connection;
    private DirectoryWatch? _watch;
    private LocalLocks? _localLocks;
    private uint _pendingNotifications;
    private readonly TreeConnect _madeThrough = tree; // Keeps the store for us, whichever tree the client comes back by.
    private TreeConnect _tree = tree;
    private ChannelSequences _channelSequences = new(0);

    /// <summary>Open.FileId and Open.DurableFileId</summary>
    public FileId FileId => fileId;

    /// <summary>Open.TreeConnect; while the open is disconnected the one that it had last.</summary>
    public TreeConnect Tree => Volatile.Read(ref _tree);

    /// <summary>
    /// Open.Session; while the open is disconnected the one that it had last, and null when that was in an earlier life of
    /// the server.
    /// </summary>
    public Session Session => Tree.Session;

    /// <summary>Open.Connection: where the open was made or last used. It may be gone while the session lives on.</summary>
    public Connection Connection
    {
        get => Volatile.Read(ref _connection);
        set
        {
            if (_connection != value)
                Volatile.Write(ref _connection, value);
        }
    }

    public SmbServer Server { get; } = server;

    /// <summary>
    /// Open.Session.Connection.ClientGuid: of the client that has the open, or had it last. Nobody has used one of an earlier life
    /// of the server yet.
    /// </summary>
    public Guid ClientGuid => Connection is { Negotiated: { } negotiated } ? negotiated.ClientGuid : Durable!.ClientGuid;

    public DateTimeOffset Opened => opened;

    /// <summary>Open.GrantedAccess</summary>
    public AccessMask GrantedAccess { get; init; }

    /// <summary>Open.ShareMode</summary>
    public ShareAccess ShareAccess { get; init; }

    /// <summary>Open.CreateOptions</summary>
    public CreateOptions CreateOptions { get; init; }

    /// <summary>Open.FileName, as the client spelled it.</summary>
    public required string FileName { get; init; }

    /// <summary>The store's handle; null for a pipe.</summary>
    public IStoreFile? StoreFile { get; init; }

    /// <summary>The store's handle; only where the open is known not to be a pipe.</summary>
    public IStoreFile File => StoreFile!;

    /// <summary>The place in the coordinator's record; null for a pipe.</summary>
    public IFileClaim? FileClaim { get; init; }

    /// <summary>The place in the coordinator's record; only where the open is known not to be a pipe.</summary>
    public IFileClaim Claim => FileClaim!;

    /// <summary>The oplock, or Open.Lease; null when the client asked for none.</summary>
    public CacheOwner? Caching { get; init; }

    /// <summary>Open.OplockLevel</summary>
    public OplockLevel OplockLevel => Caching is Oplock ? LevelOf(Claim.Cache) : LevelOf(default);

    /// <summary>What the client is told as Open.OplockLevel.</summary>
    public OplockLevel LevelOf(CacheGrant grant) => Caching switch
    {
        null => OplockLevel.None,
        Lease => OplockLevel.Lease,
        _ => Oplock.LevelOf(grant.State),
    };

    /// <summary>
    /// The lease of the client on the directory that holds the file, SMB2_CREATE_REQUEST_LEASE_V2.ParentLeaseKey: what is
    /// done through this open does not break it. Null when the client did not name one.
    /// </summary>
    public LeaseId? ParentLease { get; init; }

    /// <summary>Has what local processes do break what is cached; null where nothing does.</summary>
    public IDisposable? CachingGuard { get; init; }

    /// <summary>The open has POSIX semantics, of the SMB 3.1.1 POSIX extensions.</summary>
    public bool IsPosix { get; init; }

    /// <summary>Open.AppInstanceId</summary>
    public Guid? Application { get; init; }

    /// <summary>Open.ApplicationInstanceVersionHigh and Open.ApplicationInstanceVersionLow</summary>
    public AppInstanceVersion? ApplicationVersion { get; init; }

    /// <summary>The named pipe; null for a file.</summary>
    public RpcPipe? Pipe { get; init; }

    public bool IsDirectory => StoreFile is { IsDirectory: true, StreamName: "" };

    /// <summary>The listing under way: Open.EnumerationLocation and Open.EnumerationSearchPattern.</summary>
    public DirectoryListing? Listing => Volatile.Read(ref _listing);

    /// <summary>FilePositionInformation: the server keeps it, nothing reads it but the client.</summary>
    public long CurrentByteOffset { get; set; }

    /// <summary>FileModeInformation; null as long as the client has not changed it since the create.</summary>
    public FileModeFlags? Mode { get; set; }

    /// <summary>Open.NextEaEntry, [MS-FSA] 2.1.1.6: where a query of extended attributes goes on.</summary>
    public int NextEa { get; set; }

    /// <summary>Open.LockSequenceArray, [MS-SMB2] 3.3.5.14.</summary>
    public LockSequences LockSequences { get; } = new();

    /// <summary>[MS-SMB2] 3.3.5.14: only where a client may have sent a LOCK request twice.</summary>
    public bool VerifiesLockSequence => Connection.Negotiated!.Dialect != Dialect.Smb202
        && (Durable is not null || (Connection.Negotiated.ServerCapabilities & Capabilities.GlobalCapMultiChannel) != 0);

    /// <summary>
    /// Open.ChannelSequence and what is counted by it, [MS-SMB2] 3.3.5.2.10; it begins with that of the CREATE, and anew with
    /// that of the CREATE by which the client comes back: clients count by session.
    /// </summary>
    public ChannelSequences ChannelSequences
    {
        get => Volatile.Read(ref _channelSequences);
        init => _channelSequences = value;
    }

    /// <summary>Times that this open's own operations leave alone because the client has set them, [MS-FSA] 2.1.5.15.2.</summary>
    public StickyTimes StickyTimes { get; } = new();

    /// <summary>Where changes in the open's store are reported; only where the open is known not to be a pipe.</summary>
    public DirectoryChanges Changes => Tree.Share.Changes;

    /// <summary>File.PendingNotifications, [MS-FSA] 2.1.1.3: what who watches is told when this open is closed.</summary>
    public CompletionFilter PendingNotifications => (CompletionFilter)Volatile.Read(ref _pendingNotifications);

    /// <summary>Adds to <see cref="PendingNotifications"/>.</summary>
    public void AddNotifications(CompletionFilter what) => Interlocked.Or(ref _pendingNotifications, (uint)what);

    /// <summary>Something has been written through this open.</summary>
    public void Wrote()
    {
        if ((PendingNotifications & ChangeReports.Written) == ChangeReports.Written)
            return;
        AddNotifications(ChangeReports.Written);
        Changes.BeginWriting(this);

        // Who closes says so first and reports then: one of the two sees the other.
        if (!IsClosed)
            return;
        this.ReportPending();
        this.EndReports();
    }

    /// <summary>The account that the last query of quotas ended with; null: none has been told yet.</summary>
    public Protocol.Dtyp.Sid? QuotaPosition { get; set; }

    /// <summary>After a copy into this open: what else goes with a write.</summary>
    public async ValueTask<NtStatus> FinishWritingAsync()
    {
        Wrote();
        return (CreateOptions & CreateOptions.WriteThrough) != 0
            ? await File.FlushAsync(CancellationToken.None).ConfigureAwait(false)
            : NtStatus.Success;
    }

    /// <summary>What lets the open outlive its connection; null when nothing does.</summary>
    public DurableState? Durable { get; set; }

    /// <summary>The CREATE that made the open, as long as it may be sent once more; null for one that may not.</summary>
    public CreateReplay? Replay { get; set; }

    /// <summary>The listing; a new one when there is none.</summary>
    public DirectoryListing GetListing()
    {
        if (Listing is { } listing)
            return listing;
        var created = new DirectoryListing(File, Server.Scheduler, IsPosix);
        return Interlocked.CompareExchange(ref _listing, created, null) ?? created;
    }

    /// <summary>Takes a byte-range lock: from other clients and, where the share says so, from local processes.</summary>
    public ValueTask<NtStatus> LockAsync(ByteRange range, bool exclusive, bool wait, CancellationToken cancellationToken) =>
        GetLocalLocks() is { } local
            ? local.LockAsync(range, exclusive, wait, cancellationToken)
            : Claim.LockAsync(range, exclusive, wait, cancellationToken);

    /// <summary>Gives a byte-range lock back.</summary>
    public ValueTask<NtStatus> UnlockAsync(ByteRange range, bool? exclusive = null) => GetLocalLocks() is { } local
        ? local.UnlockAsync(range, exclusive)
        : Claim.UnlockAsync(range, exclusive, CancellationToken.None);

    private LocalLocks? GetLocalLocks()
    {
        if (Volatile.Read(ref _localLocks) is { } local)
            return local;
        if (!_madeThrough.Share.ShowsLocks || StoreFile is not ILockableFile file)
            return null;
        var created = new LocalLocks(this, file);
        return Interlocked.CompareExchange(ref _localLocks, created, null) ?? created;
    }

    /// <summary>The watch of this directory; begun by the first request, [MS-FSA] 2.1.5.11.</summary>
    public NtStatus StartWatch(in ChangeNotifyRequest request, out DirectoryWatch? watch)
    {
        watch = Volatile.Read(ref _watch);
        if (watch is not null)
            return NtStatus.Success;
        ServerLimits limits = Server.Options.Limits;
        var created = new DirectoryWatch(
            request.CompletionFilter & CompletionFilter.All, (request.Flags & NotifyFlags.WatchTree) != 0,
            (int)Math.Min(request.OutputBufferLength, (uint)limits.MaxNotifyBuffer), Server.Scheduler);
        if (!Session.TryAddWatch(limits.MaxWatchesPerSession))
            return NtStatus.InsufficientResources;
        watch = Interlocked.CompareExchange(ref _watch, created, null) ?? created;
        if (watch != created)
            Session.RemoveWatch();
        else
            Changes.Add(watch, File);

        // Who closes says so first and then ends the watch that is there: one of the two sees the other.
        if (IsClosed)
            EndWatch();
        return NtStatus.Success;
    }

    /// <summary>
    /// Open.ResumeKey, [MS-SMB2] 3.3.5.15.5: where the open is found, and what nobody can guess. Made when first asked for.
    /// </summary>
    public ResumeKey GetResumeKey()
    {
        byte[] secret = Volatile.Read(ref _resumeSecret) ?? NewResumeSecret();
        return new ResumeKey(FileId.Volatile, BitConverter.ToUInt64(secret), BitConverter.ToUInt64(secret, sizeof(ulong)));
    }

    /// <summary>A client that was given this open's key has sent it.</summary>
    public bool HasResumeKey(ResumeKey key) => Volatile.Read(ref _resumeSecret) is not null && GetResumeKey() == key;

    private byte[] NewResumeSecret()
    {
        byte[] secret = new byte[2 * sizeof(ulong)];
        Server.Options.RandomNumbers(secret);
        return Interlocked.CompareExchange(ref _resumeSecret, secret, null) ?? secret;
    }
}
