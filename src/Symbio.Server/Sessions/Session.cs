using System.Collections.Concurrent;
using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Signing;
using Symbio.Server.Connections;
using Symbio.Server.Opens;
using Symbio.Server.Trees;

namespace Symbio.Server.Sessions;

/// <summary>A session, [MS-SMB2] 3.3.1.8.</summary>
internal sealed class Session(ulong sessionId, Connection connection, DateTimeOffset creationTime)
{
    private readonly Lock _lock = new();
    private readonly List<SessionChannel> _channels = [];
    private readonly TaskCompletionSource _whenClosed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private uint _lastTreeId;
    private int _lockCount;
    private int _closed;
    private int _openCount;

    /// <summary>Session.SessionId</summary>
    public ulong SessionId { get; } = sessionId;

    /// <summary>Session.Connection: the first channel's.</summary>
    public Connection Connection { get; } = connection;

    /// <summary>Session.CreationTime</summary>
    public DateTimeOffset CreationTime { get; } = creationTime;

    /// <summary>Of two sessions the older has the smaller one.</summary>
    public uint CreationOrder => (uint)SessionId; // SessionTable counts there.

    /// <summary>Session.State</summary>
    public SessionState State { get; set; } = SessionState.InProgress;

    /// <summary>Session.SecurityContext; null until the first authentication has succeeded.</summary>
    public LogonIdentity? Identity { get; private set; }

    /// <summary>Who authenticated first: the session's user, also while an anonymous re-authentication is in force.</summary>
    public Sid? FirstUser { get; private set; }

    /// <summary>The authentication exchange under way; null when there is none.</summary>
    public Authentication? Authentication { get; set; }

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

    /// <summary>Encrypts what we send; null where encryption was not negotiated.</summary>
    public MessageEncryptor? Encryptor { get; private set; }

    /// <summary>Decrypts what we receive.</summary>
    public MessageDecryptor? Decryptor { get; private set; }

    /// <summary>Session.TreeConnectTable</summary>
    public ConcurrentDictionary<uint, TreeConnect> TreeConnects { get; } = new();

    /// <summary>Session.OpenTable, by volatile id.</summary>
    public ConcurrentDictionary<ulong, Open> Opens { get; } = new();

    /// <summary>How many opens there are. (Asking the dictionary takes every lock that it has.)</summary>
    public int OpenCount => Volatile.Read(ref _openCount);

    /// <summary>The session has ended: what is made for it from now on must be taken back by who made it.</summary>
    public bool IsClosed => Volatile.Read(ref _closed) != 0;

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

    public bool IsGuestOrAnonymous => Identity is null or { IsGuest: true } or { IsAnonymous: true };

    /// <summary>The signer of the channel over this connection; null when messages of this session are not signed.</summary>
    public MessageSigner? SignerFor(Connection channelConnection)
    {
        lock (_lock)
        {
            foreach (SessionChannel channel in _channels)
            {
                if (channel.Connection == channelConnection)
                    return channel.Signer;
            }
        }

        return null;
    }

    /// <summary>Sets who the session belongs to, at the end of an authentication.</summary>
    public void SetIdentity(LogonIdentity identity)
    {
        Identity = identity;
        FirstUser ??= identity.Token.UserSid;
        ExpirationTime = identity.ExpirationTime ?? DateTimeOffset.MaxValue;
    }

    /// <summary>Installs the keys of the first authentication; later ones do not change them, [MS-SMB2] 3.3.5.5.3.</summary>
    public void SetKeys(SessionKeys keys, MessageEncryptor? encryptor, MessageDecryptor? decryptor)
    {
        Keys = keys;
        Encryptor = encryptor;
        Decryptor = decryptor;
    }

    /// <summary>Adds a channel to Session.ChannelList.</summary>
    public void AddChannel(SessionChannel channel)
    {
        lock (_lock)
            _channels.Add(channel);
    }

    /// <summary>Takes a connection's channel out; true when it was the last.</summary>
    public bool RemoveChannel(Connection channelConnection)
    {
        lock (_lock)
        {
            _channels.RemoveAll(c => c.Connection == channelConnection);
            return _channels.Count == 0;
        }
    }

    /// <summary>The connections that this session is used over.</summary>
    public IReadOnlyList<Connection> GetConnections()
    {
        lock (_lock)
            return [Connection, .. _channels.Select(c => c.Connection).Where(c => c != Connection)];
    }

    public void CountOpen(int change) => Interlocked.Add(ref _openCount, change);

    /// <summary>A TreeId that this session does not use.</summary>
    public uint NewTreeId() => Interlocked.Increment(ref _lastTreeId);

    /// <summary>
    /// Closes every open and tree, [MS-SMB2] 3.3.4.12 and 3.3.7.1. Later calls wait until the first is done: who replaces a
    /// session counts on its opens being gone.
    /// </summary>
    public async ValueTask CloseAsync()
    {
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            await _whenClosed.Task.ConfigureAwait(false);
            return;
        }

        try
        {
            State = SessionState.Expired;
            foreach (TreeConnect tree in TreeConnects.Values)
                tree.Release();

            // In the order they were opened: what waits for a lock of an earlier open gets it, as with Windows.
            foreach (Open open in Opens.Values.OrderBy(o => o.FileId.Persistent))
                await open.CloseAsync().ConfigureAwait(false);
            TreeConnects.Clear();
            Authentication?.Dispose();
        }
        finally
        {
            _whenClosed.TrySetResult();
        }

        // Keys are not disposed here: a response that is being signed or encrypted on another thread may still need
        // them. The connection zeroes them when nothing is under way any more: Connection.Retire.
    }

    /// <summary>Zeros the keys. Nothing may be under way on this session any more.</summary>
    public void DisposeKeys()
    {
        Encryptor?.Dispose();
        Decryptor?.Dispose();
        lock (_lock)
        {
            foreach (SessionChannel channel in _channels)
                channel.Signer?.Dispose();
        }

        Keys?.Dispose();
    }
}

/// <summary>Session.State, [MS-SMB2] 3.3.1.8.</summary>
internal enum SessionState
{
    InProgress,
    Valid,
    Expired,
}

/// <summary>A channel of a session, [MS-SMB2] 3.3.1.14: a connection and the key that signs over it.</summary>
internal sealed record SessionChannel(Connection Connection, MessageSigner? Signer);
