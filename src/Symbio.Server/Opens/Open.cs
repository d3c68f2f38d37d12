using System.Security.Cryptography;
using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Rpc.Runtime;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Notifications;
using Symbio.Server.Sessions;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>An open file, directory, stream or named pipe, [MS-SMB2] 3.3.1.10.</summary>
internal sealed class Open(OpenTable table, FileId fileId, TreeConnect tree, Connection connection, DateTimeOffset opened)
{
    private DirectoryListing? _listing;
    private int _closed;
    private int _lockCount;
    private int _uses = 1; // The open itself until it is closed, and every request that is at work on it.
    private byte[]? _resumeSecret;
    private Connection _connection = connection;
    private DirectoryWatch? _watch;

    /// <summary>Open.FileId and Open.DurableFileId</summary>
    public FileId FileId => fileId;

    /// <summary>Open.TreeConnect</summary>
    public TreeConnect Tree => tree;

    /// <summary>Open.Session</summary>
    public Session Session => tree.Session;

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

    public SmbServer Server { get; } = connection.Server;

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
    public bool VerifiesLockSequence =>
        (Connection.Negotiated!.ServerCapabilities & Capabilities.GlobalCapMultiChannel) != 0;

    /// <summary>Open.ChannelSequence and what is counted by it, [MS-SMB2] 3.3.5.2.10; it begins with that of the CREATE.</summary>
    public ChannelSequences ChannelSequences { get; init; } = new(0);

    /// <summary>Times that this open's own operations leave alone because the client has set them, [MS-FSA] 2.1.5.15.2.</summary>
    public StickyTimes StickyTimes { get; } = new();

    /// <summary>Where changes in the open's store are reported; only where the open is known not to be a pipe.</summary>
    public DirectoryChanges Changes => tree.Share.Changes;

    /// <summary>File.PendingNotifications, [MS-FSA] 2.1.1.3: what who watches is told when this open is closed.</summary>
    public CompletionFilter PendingNotifications { get; set; }

    public bool IsClosed => Volatile.Read(ref _closed) != 0;

    /// <summary>The listing; a new one when there is none.</summary>
    public DirectoryListing GetListing()
    {
        if (Listing is { } listing)
            return listing;
        var created = new DirectoryListing(File);
        return Interlocked.CompareExchange(ref _listing, created, null) ?? created;
    }

    /// <summary>The watch of this directory; begun by the first request, [MS-FSA] 2.1.5.11.</summary>
    public NtStatus StartWatch(in ChangeNotifyRequest request, out DirectoryWatch? watch)
    {
        watch = Volatile.Read(ref _watch);
        if (watch is not null)
            return NtStatus.Success;
        ServerLimits limits = Server.Options.Limits;
        var created = new DirectoryWatch(
            request.CompletionFilter, (request.Flags & NotifyFlags.WatchTree) != 0,
            (int)Math.Min(request.OutputBufferLength, (uint)limits.MaxNotifyBuffer));
        if (!Session.TryAddWatch(limits.MaxWatchesPerSession))
            return NtStatus.InsufficientResources;
        watch = Interlocked.CompareExchange(ref _watch, created, null) ?? created;
        if (watch != created)
            Session.RemoveWatch();
        else
            Changes.Add(watch, File.Path);

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
        byte[] secret = RandomNumberGenerator.GetBytes(2 * sizeof(ulong));
        return Interlocked.CompareExchange(ref _resumeSecret, secret, null) ?? secret;
    }

    /// <summary>
    /// Enters the open in the tables that it is found by. False: its session or tree has ended in the meantime, and so has
    /// the open.
    /// </summary>
    public async ValueTask<bool> RegisterAsync()
    {
        table.Add(this);
        tree.AddOpen();
        tree.AddUse();
        Session.Opens[FileId.Volatile] = this;

        // Who ends a session or tree says so first and then closes what is in the table: one of the two sees the other.
        if (!Session.IsClosed && !tree.IsClosed)
            return true;
        await CloseAsync().ConfigureAwait(false);
        return false;
    }

    /// <summary>Keeps the store's handle until <see cref="EndUseAsync"/>, whoever closes the open meanwhile.</summary>
    public bool TryUse()
    {
        int uses = Volatile.Read(ref _uses);
        while (uses > 0 && !IsClosed)
        {
            int seen = Interlocked.CompareExchange(ref _uses, uses + 1, uses);
            if (seen == uses)
                return true;
            uses = seen;
        }

        return false;
    }

    /// <summary>Ends what <see cref="TryUse"/> began; the last user of a closed open gives the handle back.</summary>
    public ValueTask EndUseAsync() =>
        Interlocked.Decrement(ref _uses) == 0 ? DisposeHandlesAsync() : ValueTask.CompletedTask;

    /// <summary>Takes a place for a byte-range lock; false when the session has none left.</summary>
    public bool TryAddLock()
    {
        if (!Session.TryAddLock(Server.Options.Limits.MaxLocksPerSession))
            return false;
        Interlocked.Increment(ref _lockCount);
        return true;
    }

    /// <summary>Gives the place of a lock back.</summary>
    public void RemoveLock()
    {
        if (Interlocked.Decrement(ref _lockCount) >= 0)
            Session.RemoveLocks(1);
        else
            Interlocked.Increment(ref _lockCount); // The close was first and has given all back.
    }

    /// <summary>
    /// Closes the open, [MS-SMB2] 3.3.4.17 and [MS-FSA] 2.1.5.5: locks go, a name that is delete-pending goes with its last
    /// open. Later calls do nothing. Requests that are at work on the open finish; the handle goes with the last of them.
    /// </summary>
    public async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
            return;
        Session.Opens.TryRemove(new(FileId.Volatile, this));
        table.Remove(this);
        tree.RemoveOpen();
        Pipe?.Dispose();
        EndWatch();
        if (FileClaim is not null)
            await ReleaseAsync().ConfigureAwait(false);
        (Caching as Lease)?.Remove(this);
        Session.RemoveLocks(Interlocked.Exchange(ref _lockCount, 0));
        await EndUseAsync().ConfigureAwait(false);
    }

    // [MS-SMB2] 3.3.4.4: what waits for changes ends with the open.
    private void EndWatch()
    {
        if (Volatile.Read(ref _watch) is not { } watch)
            return;
        if (Changes.Remove(watch))
            Session.RemoveWatch();
        watch.Close(NtStatus.NotifyCleanup);
    }

    private async ValueTask DisposeHandlesAsync()
    {
        if (Listing is not null)
            await Listing.DisposeAsync().ConfigureAwait(false);
        if (StoreFile is not null)
            await StoreFile.DisposeAsync().ConfigureAwait(false);
        tree.EndUse();
    }

    private async ValueTask ReleaseAsync()
    {
        ReleaseOutcome outcome = await Claim.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        if (outcome != ReleaseOutcome.Closed)
        {
            NtStatus status = await LastClose.DeleteAsync(outcome, tree, File, this).ConfigureAwait(false);
            if (status.IsError && status != NtStatus.ObjectNameNotFound && status != NtStatus.DirectoryNotEmpty)
                ServerLog.DeleteOnCloseFailed(Server.Log, File.Path, status);
        }
        else
        {
            this.ReportPending();
            if ((CreateOptions & CreateOptions.DeleteOnClose) != 0)
                this.DeletePending();
        }

        Claim.CompleteRelease();
    }
}
