using Symbio.Cluster.Scheduling;
using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Rpc.Runtime;
using Symbio.Security.Encryption;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Signing;
using Symbio.Server.Connections;
using Symbio.Server.Opens;
using Symbio.Server.Trees;

namespace Symbio.Server.Sessions;

/// <summary>A session, [MS-SMB2] 3.3.1.8.</summary>
internal sealed class Session(ulong sessionId, Connection connection, DateTimeOffset creationTime, long creationOrder)
{
    private readonly ChannelList _channels = new(connection);
    private readonly Signal _whenClosed = new(connection.Server.Scheduler);
    private uint _lastTreeId;
    private int _lockCount;
    private int _closing;
    private int _watchCount;
    private int _listingCount;
    private int _openCount;
    private int _keyHolders = 1; // The session itself until it has ended, and what has a response under way.
    private int _gaveUpKeys;
    private RpcBudget? _pipeBudget;

    /// <summary>Session.SessionId</summary>
    public ulong SessionId { get; } = sessionId;

    /// <summary>Session.Connection: the first channel's.</summary>
    public Connection Connection => _channels.Connection;

    /// <summary>
    /// What was negotiated where the session was begun: its dialect, its cipher and the algorithm of
    /// <see cref="Signer"/>.
    /// </summary>
    public Negotiated Negotiated { get; } = connection.Negotiated!;

    /// <summary>Session.CreationTime</summary>
    public DateTimeOffset CreationTime { get; } = creationTime;

    /// <summary>Of two sessions the older has the smaller one.</summary>
    public long CreationOrder => creationOrder;

    /// <summary>Session.State. (What has ended is <see cref="IsClosed"/>, and in no table any more.)</summary>
    public SessionState State { get; private set; } = SessionState.InProgress;

    /// <summary>Session.SecurityContext; null until the first authentication has succeeded.</summary>
    public LogonIdentity? Identity { get; private set; }

    /// <summary>
    /// The user's name in lists and logs: with its domain, unless it is one of this machine's. "" for nobody and anonymous.
    /// </summary>
    public string UserName
    {
        get
        {
            if (Identity is not { UserName.Length: > 0 } identity)
                return "";
            bool isOurs = identity.Token.UserSid.IsInDomain(Connection.Server.Options.Accounts.DomainSid);
            return isOurs ? identity.UserName : $@"{identity.DomainName}\{identity.UserName}";
        }
    }

    /// <summary>Who authenticated first: the session's user, also while an anonymous re-authentication is in force.</summary>
    public Sid? FirstUser { get; private set; }

    /// <summary>Session.ExpirationTime</summary>
    public DateTimeOffset ExpirationTime { get; private set; } = DateTimeOffset.MaxValue;

    /// <summary>When the last request came: Session.IdleTime.</summary>
    public long LastActive { get; set; }

    /// <summary>Session.IdleTime: how long no request has come.</summary>
    public TimeSpan IdleTime(TimeProvider time) =>
        LastActive == 0 ? time.GetUtcNow() - CreationTime : time.GetElapsedTime(LastActive);

    /// <summary>Session.SigningRequired</summary>
    public bool SigningRequired { get; set; }

    /// <summary>Session.EncryptData</summary>
    public bool EncryptData { get; set; }

    /// <summary>What the client does, whether it must or not: for reports.</summary>
    public bool LastRequestEncrypted { get; set; }

    /// <summary>Keys and what works with them; null until authenticated, and for anonymous and guest sessions.</summary>
    public SessionKeys? Keys { get; private set; }

    /// <summary>
    /// Session.SigningKey, in the shape of what signs with it: signs over the first channel, and the exchanges that bind
    /// others. Null as <see cref="Keys"/> is.
    /// </summary>
    public MessageSigner? Signer { get; private set; }

    /// <summary>Encrypts what we send; null where encryption was not negotiated.</summary>
    public MessageEncryptor? Encryptor { get; private set; }

    /// <summary>Decrypts what we receive.</summary>
    public MessageDecryptor? Decryptor { get; private set; }

    /// <summary>
    /// What the client, one of macOS, was told of Apple's extensions; null: it has not asked. It asks on one share, and takes the
    /// answer for all.
    /// </summary>
    public AaplCapabilities? AppleCapabilities { get; set; }

    /// <summary>Session.TreeConnectTable</summary>
    public IdTable<TreeConnect> TreeConnects { get; } = new();

    /// <summary>Session.OpenTable, by volatile id.</summary>
    public IdTable<Open> Opens { get; } = new();

    /// <summary>How many opens there are. (Asking the dictionary takes every lock that it has.)</summary>
    public int OpenCount => Volatile.Read(ref _openCount);

    /// <summary>The open whose Open.ResumeKey this is, [MS-SMB2] 3.3.5.15.6; null for none of this session's.</summary>
    public Open? FindByResumeKey(ResumeKey key) =>
        Opens.TryGetValue(key.First, out Open? open) && open.HasResumeKey(key) ? open : null;

    /// <summary>What all pipes of the session may hold; made by the first, since most sessions have none for long.</summary>
    public RpcBudget PipeBudget
    {
        get
        {
            if (Volatile.Read(ref _pipeBudget) is { } budget)
                return budget;
            var created = new RpcBudget(Connection.Server.Options.Limits.MaxPipeBytesPerSession);
            return Interlocked.CompareExchange(ref _pipeBudget, created, null) ?? created;
        }
    }

    /// <summary>The session has ended: what is made for it from now on must be taken back by who made it.</summary>
    public bool IsClosed => _channels.HasEnded;

    /// <summary>How many channels there are.</summary>
    public int ChannelCount => _channels.Count;

    /// <summary>Takes a place for a byte-range lock; false when there is none left.</summary>
    public bool TryAddLock(int limit)
    {
        if (Interlocked.Increment(ref _lockCount) <= limit)
            return true;
        Interlocked.Decrement(ref _lockCount);
        return false;
    }

    /// <summary>Gives places for byte-range locks back.</summary>
    public void RemoveLocks(int count) => Interlocked.Add(ref _lockCount, -count);

    /// <summary>Takes a place for a watch of a directory; false when there is none left.</summary>
    public bool TryAddWatch(int limit)
    {
        if (Interlocked.Increment(ref _watchCount) <= limit)
            return true;
        Interlocked.Decrement(ref _watchCount);
        return false;
    }

    /// <summary>Gives the place of a watch back.</summary>
    public void RemoveWatch() => Interlocked.Decrement(ref _watchCount);

    /// <summary>Takes a place for a listing that reads ahead; false when there is none left.</summary>
    public bool TryAddListing(int limit)
    {
        if (Interlocked.Increment(ref _listingCount) <= limit)
            return true;
        Interlocked.Decrement(ref _listingCount);
        return false;
    }

    /// <summary>Gives the place of a listing back.</summary>
    public void RemoveListing() => Interlocked.Decrement(ref _listingCount);

    public bool IsGuestOrAnonymous => Identity is null or { IsGuest: true } or { IsAnonymous: true };

    /// <summary>The signer of the channel over this connection; null when messages of this session are not signed.</summary>
    public MessageSigner? SignerFor(Connection channelConnection) => _channels.Find(channelConnection)?.Signer;

    /// <summary>Sets who the session belongs to, at the end of an authentication.</summary>
    public void SetIdentity(LogonIdentity identity)
    {
        identity = Connection.Server.Identities.Share(identity);
        Identity = identity;
        FirstUser ??= identity.Token.UserSid;

        // A guest or nobody has no time of his own: he does not get more than the user had whose trees and opens these are.
        DateTimeOffset end = identity.ExpirationTime ?? DateTimeOffset.MaxValue;
        bool inherits = State != SessionState.InProgress && IsGuestOrAnonymous;
        ExpirationTime = inherits && ExpirationTime < end ? ExpirationTime : end;
        State = SessionState.Valid;
    }

    /// <summary>Installs the keys of the first authentication; later ones do not change them, [MS-SMB2] 3.3.5.5.3.</summary>
    public void SetKeys(
        SessionKeys keys, MessageSigner signer, MessageEncryptor? encryptor, MessageDecryptor? decryptor)
    {
        Keys = keys;
        Signer = signer;
        Encryptor = encryptor;
        Decryptor = decryptor;
    }

    /// <summary>
    /// Adds a channel to Session.ChannelList. The session may have ended meanwhile; then, as when there are too many, the
    /// signer is the caller's to dispose.
    /// </summary>
    public NtStatus TryAddChannel(SessionChannel channel, int limit) => _channels.TryAdd(channel, limit);

    /// <summary>
    /// Takes the channel of a connection that has ended out, [MS-SMB2] 3.3.7.1; true when it was the last, and the session
    /// has ended with it.
    /// </summary>
    public bool RemoveChannel(Connection channelConnection) => _channels.Remove(channelConnection, keep: Signer);

    /// <summary>The connections that this session is used over.</summary>
    public IReadOnlyList<Connection> GetConnections() => _channels.GetConnections();

    /// <summary>
    /// The connections that a notification can be sent over, best first: <paramref name="preferred"/>, if it is one of them
    /// and alive, then the others in the order they came. Who sends holds the keys meanwhile, as
    /// <see cref="UnsolicitedMessage"/> does.
    /// </summary>
    public IEnumerable<Connection> GetLiveConnections(Connection? preferred = null) => _channels.GetLive(preferred);

    public void CountOpen(int change) => Interlocked.Add(ref _openCount, change);

    /// <summary>A TreeId that this session does not use.</summary>
    public uint NewTreeId() => Interlocked.Increment(ref _lastTreeId);

    /// <summary>
    /// The session ends: no channel, tree or open is added any more. Said before the tables are looked at, so that who adds
    /// something at the same time finds out.
    /// </summary>
    public void End() => _channels.End();

    /// <summary>
    /// Closes every open and tree, [MS-SMB2] 3.3.4.12 and 3.3.7.1. Later calls wait until the first is done: who replaces a
    /// session counts on its opens being gone.
    /// </summary>
    /// <param name="keepsDurable">The client has gone without a farewell: what is durable waits for it.</param>
    public async ValueTask CloseAsync(bool keepsDurable = false)
    {
        End();
        if (Interlocked.Exchange(ref _closing, 1) != 0)
        {
            await _whenClosed.Task.ConfigureAwait(false);
            return;
        }

        try
        {
            foreach (TreeConnect tree in TreeConnects.Values)
                tree.Release();

            // In the order they were opened: what waits for a lock of an earlier open gets it, as with Windows.
            foreach (Open open in Opens.Values.OrderBy(o => o.FileId.Persistent))
            {
                if (!keepsDurable || !open.TryDetach(this))
                    await open.CloseAnywayAsync().ConfigureAwait(false);
                else if (open.IsDetached)
                    await open.ChangesEndAsync().ConfigureAwait(false); // Else they might overtake those of the client that is back.
            }

            TreeConnects.Clear();
        }
        finally
        {
            _whenClosed.Set();
        }

        // Keys are not disposed here: a response that is being signed or encrypted on another thread may still need them.
    }

    /// <summary>
    /// Keeps the keys until <see cref="ReleaseKeys"/>, whoever ends the session meanwhile. False: they are gone already.
    /// A request holds them by <see cref="RequestContext.TryHoldKeys"/>.
    /// </summary>
    public bool TryHoldKeys()
    {
        int holders = Volatile.Read(ref _keyHolders);
        while (holders > 0)
        {
            int seen = Interlocked.CompareExchange(ref _keyHolders, holders + 1, holders);
            if (seen == holders)
                return true;
            holders = seen;
        }

        return false;
    }

    /// <summary>Gives the keys up. The last holder zeroes them.</summary>
    public void ReleaseKeys()
    {
        if (Interlocked.Decrement(ref _keyHolders) == 0)
            DisposeKeys();
    }

    /// <summary>The session has ended and needs the keys no more.</summary>
    public void GiveUpKeys()
    {
        if (Interlocked.Exchange(ref _gaveUpKeys, 1) == 0)
            ReleaseKeys();
    }

    private void DisposeKeys()
    {
        Encryptor?.Dispose();
        Decryptor?.Dispose();
        _channels.DisposeKeys();
        Signer?.Dispose();
        Keys?.Dispose();
    }
}

/// <summary>Session.State, [MS-SMB2] 3.3.1.8.</summary>
internal enum SessionState
{
    InProgress,
    Valid,
    // Expired is a matter of the clock: Session.ExpirationTime.
}
