using System.Diagnostics;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Server.Sessions;
using Symbio.Server.Trees;
using Symbio.Storage;
using Symbio.Transport;

namespace Symbio.Server.Connections;

/// <summary>
/// One received frame, the message of it that is being handled, and the responses so far. Handlers see the request
/// through it and answer through it. Reused: nothing of it may be kept after the handler has completed.
/// </summary>
internal sealed class RequestContext(Connection connection)
{
    private const int Undecided = 0, Held = 1, GoneOn = 2;

    private PendingRequest? _pending;
    private TreeConnect? _treeInUse;
    private Open? _inUse;
    private ChannelSequences? _countedIn; // Of the open in use.
    private long _countedAt;
    private List<CacheOwner>? _announced;
    private readonly List<Session> _keysOf = []; // Sessions whose keys stay until what is answered has been sent.
    private Smb2Header _header;
    private int _receiveLoop; // Undecided, Held or GoneOn.

    public Connection Connection { get; } = connection;

    public SmbServer Server => Connection.Server;

    /// <summary>The responses.</summary>
    public ResponseFrame Response { get; } = new(connection.Server.FramePool);

    /// <summary>The received frame; slices of it are valid as long as the request is being handled.</summary>
    public Frame Frame { get; set; } = null!;

    /// <summary>Nothing else is received until this frame has been handled.</summary>
    public bool HoldsReceiveLoop => Volatile.Read(ref _receiveLoop) == Held;

    /// <summary>The frame is no longer than its credits pay for: else nothing of it is carried out.</summary>
    public bool IsPaid { get; set; }

    /// <summary>The frame came encrypted, with this session's key.</summary>
    public Session? TransformSession { get; set; }

    /// <summary>The current message, from its header to its end.</summary>
    public ReadOnlyMemory<byte> Message { get; set; }

    public ref readonly Smb2Header Header => ref _header;

    /// <summary>The current message's bytes, writable: a signature is verified in place.</summary>
    public Span<byte> MutableMessage => System.Runtime.InteropServices.MemoryMarshal.AsMemory(Message).Span;

    /// <summary>The session that the current message belongs to; set for every command that needs one.</summary>
    public Session Session { get; set; } = null!;

    /// <summary>The tree that the current message belongs to; set for every command that needs one.</summary>
    public TreeConnect Tree { get; private set; } = null!;

    /// <summary>The open that the current or, in a related compound, the last message was about.</summary>
    public Open? Open { get; set; }

    /// <summary>Why a related chain has no open: the failure of the request that should have made or found one.</summary>
    public NtStatus ChainFailure { get; set; }

    /// <summary>
    /// The current message says that it is related where it may not be: as the first of a frame, [MS-SMB2] 3.3.5.2.7.
    /// </summary>
    public bool IsMisplaced { get; set; }

    /// <summary>No other message follows in the frame.</summary>
    public bool IsLast => _header.NextCommand == 0;

    /// <summary>The session has expired; only set for the commands that are served all the same.</summary>
    public bool IsSessionExpired { get; set; }

    /// <summary>The response is signed, if there is a key: [MS-SMB2] 3.3.4.1.1.</summary>
    public bool IsResponseSigned =>
        !IsEncrypted && (MustSignResponse || (_header.Flags & Smb2HeaderFlags.Signed) != 0);

    /// <summary>
    /// The response may be read from the store while it is sent: it stands alone, and nothing is computed over it.
    /// </summary>
    public bool MayHaveTail => IsLast && !Response.HasMessages && !IsEncrypted && !IsResponseSigned
        && Connection.Transport.SendsTails && !ReplyCompression.Compresses(this);

    /// <summary>The current message is related to the one before it.</summary>
    public bool IsRelated { get; set; }

    /// <summary>A session or tree that a response reports although the request did not name it.</summary>
    public ulong ResponseSessionId { get; set; }

    public uint ResponseTreeId { get; set; }

    /// <summary>When set, the finished response is added to this hash (NEGOTIATE and SESSION_SETUP).</summary>
    public PreauthIntegrity? HashResponseInto { get; set; }

    /// <summary>The response must be signed whether or not the request was (the last of a SESSION_SETUP).</summary>
    public bool MustSignResponse { get; set; }

    /// <summary>
    /// What the response is signed with, where that is not the channel's key: in an exchange that binds a session to this
    /// connection it is the session's own, [MS-SMB2] 3.3.4.1.1.
    /// </summary>
    public Security.Signing.MessageSigner? ResponseSigner { get; set; }

    /// <summary>Request.CompressReply: the client asked for a compressed answer.</summary>
    public bool CompressReply { get; set; }

    /// <summary>The handler wrote an error response of its own (error contexts, or data beside an error status).</summary>
    public bool KeepsErrorBody { get; set; }

    /// <summary>The handler has waited for something: what it had looked at before may not hold any more.</summary>
    public bool HasWaited => _pending is not null;

    /// <summary>The interim response was sent: the final one carries this AsyncId.</summary>
    public PendingRequest? Pending => _pending;

    /// <summary>Handles of this tree can be persistent: TreeConnect.Share.IsCA, and both sides know what that is.</summary>
    public bool MayBePersistent => Tree.Share.IsContinuouslyAvailable
        && (Connection.Negotiated!.ServerCapabilities & Capabilities.GlobalCapPersistentHandles) != 0;

    public bool IsEncrypted => TransformSession is not null;

    /// <summary>
    /// Finds the open that a request names, [MS-SMB2] 3.3.5.2.7.2 and the "Open" step of every 3.3.5.x: in a related
    /// compound it is that of the request before. The store's handle stays until the message has been dealt with.
    /// </summary>
    public NtStatus FindOpen(FileId fileId, out Open open)
    {
        open = Open!;
        if (IsRelated && (open is not null || ChainFailure != NtStatus.Success))
        {
            if (open is not null && open.Session == Session && open.Tree == Tree && TryUse(open))
                return VerifyChannelSequence(open);
            return ChainFailure != NtStatus.Success ? ChainFailure : NtStatus.FileClosed;
        }

        // 3.3.5.2.7.2: the one before has none.
        if (IsRelated && fileId is { Persistent: ulong.MaxValue, Volatile: ulong.MaxValue })
        {
            ChainFailure = NtStatus.InvalidHandle;
            return NtStatus.InvalidHandle;
        }

        if (Session.Opens.TryGetValue(fileId.Volatile, out open!)
            && open.FileId == fileId && open.Tree == Tree && TryUse(open))
        {
            Open = open;
            return VerifyChannelSequence(open);
        }

        Open = null;
        ChainFailure = NtStatus.FileClosed;
        return NtStatus.FileClosed;
    }

    /// <summary>
    /// Tells the client that the answer will take time: sends the interim response, [MS-SMB2] 3.3.4.2, and returns the
    /// token that CANCEL, the end of the session or of the connection fires. False: the request must fail with
    /// <see cref="PendingRefusal"/>.
    /// </summary>
    public bool TryBeginPending(out CancellationToken cancellationToken) =>
        TryBegin(allowedInCompound: false, out cancellationToken);

    /// <summary>
    /// Waits for others to give up what they cache. The one wait that may stand before other requests of a compound,
    /// [MS-SMB2] 3.3.5.2.7: what was ready goes out with the interim response, and the rest follows.
    /// </summary>
    public async ValueTask<NtStatus> WaitForBreakAsync(Task broken)
    {
        if (broken.IsCompleted)
            return NtStatus.Success;
        if (!TryBegin(allowedInCompound: true, out CancellationToken cancellationToken))
            return PendingRefusal;
        OnSent(); // Who waits has been granted nothing yet, and those before it have their answers.
        try
        {
            await broken.WaitAsync(cancellationToken).ConfigureAwait(false);
            return NtStatus.Success;
        }
        catch (OperationCanceledException)
        {
            return NtStatus.Cancelled;
        }
    }

    /// <summary>The same for what is cached of this file, where the client that asks does not wait for itself.</summary>
    public async ValueTask<NtStatus> WaitForBreakAsync(Task broken, FileKey file)
    {
        if (!broken.IsCompleted)
            await new AbsentOwners(this, file).GiveUpOwnAsync().ConfigureAwait(false);
        NtStatus status = await WaitForBreakAsync(broken).ConfigureAwait(false);
        await Server.SettleAsync(file).ConfigureAwait(false);
        return status;
    }

    /// <summary>
    /// The open is about to do what spoils others' caches, [MS-FSA] 2.1.4.12: they are told, and waited for where they have
    /// a say.
    /// </summary>
    public async ValueTask<NtStatus> ContendAsync(Open open, LeaseState lose)
    {
        if (await open.Claim.ContendAsync(lose, CancellationToken.None).ConfigureAwait(false) is { } wait)
            return await WaitForBreakAsync(wait, open.File.Key).ConfigureAwait(false);
        await Server.SettleAsync(open.File.Key).ConfigureAwait(false);
        return NtStatus.Success;
    }

    /// <summary>
    /// The open has written. Who was granted a lease while it did may have read what was there before: that one is told, and
    /// nobody is waited for. No cost while nobody else caches.
    /// </summary>
    public static async ValueTask ContendAgainAsync(Open open)
    {
        open.Server.OffloadTokens.OnChange(open.File.Key);
        await open.Claim.ContendAsync(Oplock.DataCaching, CancellationToken.None).ConfigureAwait(false);
        await open.Server.SettleAsync(open.File.Key).ConfigureAwait(false);
    }

    /// <summary>
    /// The response is about to tell the client of this state: the client hears of breaks from now on once that has been
    /// sent.
    /// </summary>
    public void HoldBreaks(CacheOwner owner)
    {
        if (_announced is not null && _announced.Contains(owner))
            return;
        owner.Hold();
        (_announced ??= []).Add(owner);
    }

    /// <summary>
    /// Keeps the session's keys until the response to the current message has been sent, whoever ends the session meanwhile.
    /// False: they are gone, and the session with them.
    /// </summary>
    public bool TryHoldKeys(Session session)
    {
        if (_keysOf.Contains(session))
            return true;
        if (!session.TryHoldKeys())
            return false;
        _keysOf.Add(session);
        return true;
    }

    /// <summary>The responses so far have been sent.</summary>
    public void OnSent()
    {
        for (int i = _keysOf.Count - 1; i >= 0; i--)
        {
            Session session = _keysOf[i];
            if (session == Session || session == TransformSession)
                continue; // What is being handled still has to be answered.
            _keysOf.RemoveAt(i);
            session.ReleaseKeys();
        }

        if (_announced is not { Count: > 0 } announced)
            return;
        foreach (CacheOwner owner in announced)
            owner.Announce();
        announced.Clear();
    }

    private bool TryBegin(bool allowedInCompound, out CancellationToken cancellationToken)
    {
        cancellationToken = default;

        // While this frame holds up the receive loop no CANCEL and not even the end of the connection would be noticed.
        // [MS-SMB2] 3.3.5.2.7 lets a server fail what would have to wait in a compound.
        if (HoldsReceiveLoop)
            return false;
        if (_pending is null)
        {
            // [MS-SMB2] 3.3.5.2.7 allows to fail it, and clients of Windows' make know nothing else.
            if (!IsLast && !allowedInCompound)
                return false;
            _pending = Connection.Pending.TryAdd(
                Header.MessageId, Session.SessionId, Frame.Buffer.Length, endsByItself: allowedInCompound);
            if (_pending is null)
                return false;
            Connection.SendInterim(this);
        }
        else if (!allowedInCompound && !(IsLast && Connection.Pending.TryWaitForEvent(_pending)))
        {
            return false; // It has waited for a break, and what follows has waited with it long enough.
        }

        cancellationToken = _pending.Token;
        return true;
    }

    /// <summary>Why <see cref="TryBeginPending"/> refused: too many wait already, or others follow in the compound.</summary>
    public NtStatus PendingRefusal => IsLast ? NtStatus.InsufficientResources : NtStatus.InternalError;

    /// <summary>Has the receive loop wait for this frame, unless it has gone on.</summary>
    public bool TryHoldReceiveLoop() => Interlocked.CompareExchange(ref _receiveLoop, Held, Undecided) != GoneOn;

    /// <summary>The receive loop goes on, unless the frame holds it.</summary>
    public bool TryLeaveReceiveLoop() => Interlocked.CompareExchange(ref _receiveLoop, GoneOn, Undecided) != Held;

    /// <summary>
    /// Starts on a frame. Only here is the receive loop undecided about it: the loop may say that it goes on after somebody else
    /// has ended the frame before.
    /// </summary>
    public void BeginFrame(Frame frame)
    {
        Frame = frame;
        Volatile.Write(ref _receiveLoop, Undecided);
    }

    /// <summary>Starts on the next message of the frame.</summary>
    public void BeginMessage(ReadOnlyMemory<byte> message, in Smb2Header header)
    {
        Message = message;
        _header = header;
        ResponseSessionId = header.SessionId;
        ResponseTreeId = header.Command == Smb2Command.TreeConnect ? 0 : header.TreeId; // What a TREE_CONNECT names means nothing.
        HashResponseInto = null;
        MustSignResponse = false;
        ResponseSigner = null;
        CompressReply = false;
        KeepsErrorBody = false;
        IsSessionExpired = false;
    }

    /// <summary>Ends the current message.</summary>
    public ValueTask EndMessageAsync()
    {
        if (_pending is not null)
            Connection.Pending.Remove(_pending);
        _pending = null;
        Open? used = _inUse;
        _inUse = null;
        _countedIn?.Leave(_countedAt);
        _countedIn = null;
        TreeConnect? tree = _treeInUse;
        _treeInUse = null;
        ValueTask ended = used?.EndUseAsync() ?? ValueTask.CompletedTask;
        if (tree is null || !ended.IsCompletedSuccessfully)
            return tree is null ? ended : EndUseAsync(ended, tree);
        tree.EndUse();
        return ValueTask.CompletedTask;
    }

    private static async ValueTask EndUseAsync(ValueTask ended, TreeConnect tree)
    {
        await ended.ConfigureAwait(false);
        tree.EndUse();
    }

    /// <summary>Makes it the tree of the current message, whose store stays until that has ended.</summary>
    public bool TryUse(TreeConnect tree)
    {
        if (!tree.TryUse())
            return false;
        Tree = _treeInUse = tree;
        return true;
    }

    /// <summary>Ready for another frame.</summary>
    public void Reset()
    {
        Response.Clear();
        Frame = null!;
        TransformSession = null;
        Session = null!;
        Tree = null!;
        Open = null;
        ChainFailure = NtStatus.Success;
        IsRelated = false;
        Message = default;
        OnSent(); // Where nothing was sent there is nothing to wait for either.
    }

    // [MS-SMB2] 3.3.5.2.10
    private NtStatus VerifyChannelSequence(Open open)
    {
        open.Connection = Connection;
        if (open.Replay is not null)
            open.EndReplay();
        if (_countedIn is not null || Connection.Dialect < Dialect.Smb300)
            return NtStatus.Success;
        ChannelSequences sequences = open.ChannelSequences;
        bool isReplay = (_header.Flags & Smb2HeaderFlags.ReplayOperation) != 0;
        if (sequences.TryEnter(_header.ChannelSequence, isReplay, out _countedAt))
        {
            _countedIn = sequences;
            return NtStatus.Success;
        }

        bool changes = _header.Command is Smb2Command.Write or Smb2Command.SetInfo or Smb2Command.Ioctl;
        return changes ? NtStatus.FileNotAvailable : NtStatus.Success;
    }

    private bool TryUse(Open open)
    {
        if (_inUse == open)
            return !open.IsClosed;
        Debug.Assert(_inUse is null, "A message is about one open.");
        if (!open.TryUse())
            return false;
        _inUse = open;
        return true;
    }
}
