using System.Buffers.Binary;
using System.Diagnostics;
using System.Runtime.InteropServices;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.Signing;
using Symbio.Server.Commands;
using Symbio.Server.Sessions;
using Symbio.Transport;

namespace Symbio.Server.Connections;

/// <summary>
/// Receiving any message, [MS-SMB2] 3.3.5.2, in the section's order: decrypt, split compounds, message ids and credits,
/// signatures, session, tree; then the command's handler; then the response.
/// </summary>
internal sealed class MessageProcessor(Connection connection)
{
    // A response to a request that names no credits still keeps the client going.
    private const int SmallestGrant = 1;

    // Responses to a compound go out together up to this many bytes, and apart beyond it ([MS-SMB2] 3.3.4.1.3 leaves that
    // to the server): what the largest READ still adds fits a transport's frame, and a chain of READs as long as the
    // credits last costs a few of them, not all at once.
    private const int MaxCompoundResponse = 1 << 20;

    // [MS-SMB2] 3.3.5.2.1.2: how much larger than the largest payload a message may become.
    private const int MaxDecompressedOverhead = 256 + CompressionTransformHeader.Size;

    private SmbServer Server => connection.Server;

    /// <summary>
    /// Handles a frame. Completes at once unless the frame changes the connection's own state; what takes time goes on by
    /// itself.
    /// </summary>
    public ValueTask ReceiveAsync(RequestContext context)
    {
        ReadOnlyMemory<byte> messages = default;
        bool opened = false;
        try
        {
            opened = TryOpenFrame(context, out messages);
        }
        finally
        {
            if (!opened)
                connection.Complete(context);
        }

        if (!opened)
            return ValueTask.CompletedTask;

        FrameSurvey survey = FrameSurvey.Of(messages.Span, SupportsCharge);
        context.IsPaid = survey.IsPaid;
        if (survey.ChangesConnection)
            context.TryHoldReceiveLoop();
        ValueTask work = ProcessChainAsync(context, messages);
        if (work.IsCompletedSuccessfully)
            return ValueTask.CompletedTask;
        if (!context.TryLeaveReceiveLoop())
            return work;
        _ = ObserveAsync(work);
        return ValueTask.CompletedTask;
    }

    /// <summary>See <see cref="Connection.SendInterim"/>.</summary>
    public void SendInterim(RequestContext context)
    {
        // Alone in its frame, as from Windows: of an encrypted frame that holds STATUS_PENDING besides other responses Linux
        // (6.1) loses those.
        context.Response.DiscardBody();
        Flush(context);
        context.Response.Write(new ErrorResponse(0, default));
        FinishMessage(context, NtStatus.Pending);
        Flush(context);
    }

    private static async Task ObserveAsync(ValueTask work) => await work.ConfigureAwait(false); // It never throws.

    // [MS-SMB2] 3.3.5.2.1: what kind of frame is this? False: the connection is being ended, or there is nothing to do.
    private bool TryOpenFrame(RequestContext context, out ReadOnlyMemory<byte> messages)
    {
        Frame frame = context.Frame;
        messages = frame.Memory;
        if (frame.Length < sizeof(uint))
            return Refuse("a message too short to be one");
        switch (BinaryPrimitives.ReadUInt32LittleEndian(frame.Span))
        {
            case Smb2Header.ProtocolId:
                return true;
            case Smb2Header.TransformProtocolId:
                return TryDecrypt(context, out messages);
            case Smb2Header.Smb1ProtocolId when connection.Negotiated is null && !connection.IsMultiProtocol:
                MultiProtocolNegotiate.Receive(context);
                Flush(context);
                return false;
            case Smb2Header.Smb1ProtocolId:
                return Refuse("an SMB1 message after negotiation");
            case Smb2Header.CompressionProtocolId:
                return TryDecompress(context, out messages);
            default:
                return Refuse("a message of no known protocol");
        }
    }

    // [MS-SMB2] 3.3.5.2.1.1
    private bool TryDecrypt(RequestContext context, out ReadOnlyMemory<byte> messages)
    {
        Frame frame = context.Frame;
        messages = default;
        if (!MessageDecryptor.TryReadSessionId(frame.Span, out ulong sessionId))
            return Refuse("an encrypted message with a broken header");
        if (!connection.Sessions.TryGetValue(sessionId, out Session? session) || !context.TryHoldKeys(session)
            || session.Decryptor is not { } decryptor)
        {
            return Refuse("an encrypted message for a session that does not exist or has no keys");
        }

        if (!decryptor.TryDecrypt(frame.Span))
            return Refuse("an encrypted message that does not decrypt");
        frame.TrimStart(MessageEncryptor.HeaderSize);
        messages = frame.Memory;
        context.TransformSession = session;
        if (StartsWith(messages.Span, Smb2Header.CompressionProtocolId))
            return TryDecompress(context, out messages);
        return StartsWith(messages.Span, Smb2Header.ProtocolId) || Refuse("an encrypted message that holds no SMB2 message");
    }

    // [MS-SMB2] 3.3.5.2.1.2. The context's frame becomes the decompressed one.
    private bool TryDecompress(RequestContext context, out ReadOnlyMemory<byte> messages)
    {
        messages = default;
        if (connection.Negotiated?.Compression is not { } settings)
            return Refuse("a compressed message, but compression was not negotiated");
        Frame compressed = context.Frame;
        if (!MessageDecompressor.TryReadSize(compressed.Memory, settings, out long size))
            return Refuse("a compressed message with a broken header");
        if (size > Math.Min(connection.MaxFrame, MaxDecompressedOverhead + (long)connection.MaxIoSize))
            return Refuse("a compressed message that would be too large");
        Frame frame = Server.FramePool.Rent((int)size);
        context.Frame = frame;
        bool decompressed = MessageDecompressor.TryDecompress(compressed.Memory, settings, frame.Span);
        compressed.Dispose();
        messages = frame.Memory;
        return (decompressed && StartsWith(messages.Span, Smb2Header.ProtocolId))
            || Refuse("a compressed message that does not decompress to an SMB2 message");
    }

    private static bool StartsWith(ReadOnlySpan<byte> message, uint protocolId) =>
        message.Length >= sizeof(uint) && BinaryPrimitives.ReadUInt32LittleEndian(message) == protocolId;

    private bool Refuse(string reason)
    {
        connection.Abort(reason);
        return false;
    }

    // Walks the chain of a compound, [MS-SMB2] 3.3.5.2.7. Never throws.
    private async ValueTask ProcessChainAsync(RequestContext context, ReadOnlyMemory<byte> messages)
    {
        try
        {
            bool first = true;
            while (!messages.IsEmpty)
            {
                if (!TryTakeMessage(messages, out ReadOnlyMemory<byte> message, out Smb2Header header))
                {
                    connection.Abort("a malformed SMB2 header");
                    context.Response.Clear();
                    break;
                }

                messages = header.NextCommand == 0 ? default : messages[(int)header.NextCommand..];
                context.IsRelated = (header.Flags & Smb2HeaderFlags.RelatedOperations) != 0;
                if (header.Command == Smb2Command.Cancel)
                {
                    await CancelAsync(context, message, header).ConfigureAwait(false);
                    continue;
                }

                int charge = SupportsCharge ? Math.Max(1, (int)header.CreditCharge) : 1;
                if (!connection.Window.TryUse(header.MessageId, charge))
                {
                    connection.Abort($"MessageId {header.MessageId} with {charge} credits, outside the granted window");
                    context.Response.Clear();
                    break;
                }

                long started = Server.Options.TraceRequests ? Stopwatch.GetTimestamp() : 0;
                context.IsMisplaced = context.IsRelated && first;
                header = Inherit(context, header, first);
                context.BeginMessage(message, header);
                NtStatus status = await HandleAsync(context).ConfigureAwait(false);
                if (connection.IsAborted)
                {
                    await context.EndMessageAsync().ConfigureAwait(false);
                    context.Response.Clear();
                    break;
                }

                Respond(context, status);
                if (started != 0)
                    ServerLog.Request(connection.Log, connection.Id, header.Command, header.MessageId, status, Stopwatch.GetElapsedTime(started).TotalMicroseconds);
                await context.EndMessageAsync().ConfigureAwait(false);
                first = false;
                if (context.Response.FinishedLength >= MaxCompoundResponse && !messages.IsEmpty)
                {
                    Flush(context);
                    await WaitForRoomAsync(context).ConfigureAwait(false);
                }
            }

            Flush(context);
        }
        catch (Exception e)
        {
            // A bug of ours. The peer learns nothing of it but the end of the connection.
            ServerLog.RequestFailed(connection.Log, e, connection.Peer, context.Header.Command);
            connection.Transport.Abort();
            await context.EndMessageAsync().ConfigureAwait(false);
        }
        finally
        {
            Server.CountRequest();
            connection.Complete(context);
        }
    }

    // A peer that does not take its answers gets no more of them made; nor are its next requests received, unless the receive
    // loop has gone on already.
    private ValueTask WaitForRoomAsync(RequestContext context)
    {
        ValueTask room = connection.WaitForRoomAsync();
        if (!room.IsCompleted)
            context.TryHoldReceiveLoop();
        return room;
    }

    // [MS-SMB2] 3.3.5.16. The one request that need not be signed; a signature that is there must be right.
    private ValueTask CancelAsync(RequestContext context, ReadOnlyMemory<byte> message, in Smb2Header header)
    {
        if ((header.Flags & Smb2HeaderFlags.Signed) != 0 && !context.IsEncrypted)
        {
            if (!connection.Sessions.TryGetValue(header.SessionId, out Session? session)
                || !context.TryHoldKeys(session)
                || session.SignerFor(connection) is not { } signer
                || !signer.Verify(MemoryMarshal.AsMemory(message).Span))
            {
                return default;
            }
        }

        if (connection.Pending.Cancel(header) is not { } told)
            return default;

        // What is cancelled is answered before what came after it (smb2.session.expire2*). What follows in the same frame waits
        // for it here, and may have to wait for more.
        if (header.NextCommand == 0)
            context.TryHoldReceiveLoop();
        return new ValueTask(told);
    }

    private bool SupportsCharge => connection.SupportsMultiCredit;

    private static bool TryTakeMessage(
        ReadOnlyMemory<byte> messages, out ReadOnlyMemory<byte> message, out Smb2Header header)
    {
        var reader = new WireReader(messages);
        message = messages;
        if (!Smb2Header.TryRead(ref reader, out header) || header.IsResponse)
            return false;
        if (header.NextCommand == 0)
            return true;
        if ((header.NextCommand & 7) != 0 || header.NextCommand < Smb2Header.Size || header.NextCommand > (uint)messages.Length - Smb2Header.Size)
            return false;
        message = messages[..(int)header.NextCommand];
        return true;
    }

    // [MS-SMB2] 3.3.5.2.7.2: a related request belongs to the session and tree of the one before.
    private static Smb2Header Inherit(RequestContext context, in Smb2Header header, bool first)
    {
        if (!context.IsRelated || first)
        {
            context.Open = null;
            context.ChainFailure = NtStatus.Success;
            return header;
        }

        return header with { SessionId = context.ResponseSessionId, TreeId = context.ResponseTreeId };
    }

    private ValueTask<NtStatus> HandleAsync(RequestContext context)
    {
        CommandEntry? entry = CommandTable.Find(context.Header.Command);
        if (connection.Negotiated is null && context.Header.Command != Smb2Command.Negotiate)
        {
            connection.Abort($"{context.Header.Command} before NEGOTIATE");
            return new(NtStatus.InvalidParameter);
        }

        if (entry is null)
        {
            // Deviation: 3.3.5.2.6 lets a server end the connection; Windows and Samba answer, and so does this one.
            return new(NtStatus.InvalidParameter);
        }

        NtStatus status = VerifySession(context, entry);

        // A related request without a session to be related to is malformed rather than late (smb2.compound.invalid2).
        if (context.IsMisplaced || (status == NtStatus.UserSessionDeleted && context.IsRelated))
            status = NtStatus.InvalidParameter;
        if (status == NtStatus.Success && !context.IsPaid)
            status = NtStatus.InvalidParameter;
        if (status == NtStatus.Success && entry.NeedsTree)
            status = VerifyTree(context);

        // 3.3.5.2.7.2: what is related to a TREE_CONNECT that failed, or to what has no tree, has none either.
        if (status == NtStatus.NetworkNameDeleted && context.IsRelated && context.Header.TreeId == 0)
            status = NtStatus.InvalidParameter;
        if (status != NtStatus.Success)
        {
            context.Open = null;
            context.ChainFailure = status;
            return new(status);
        }

        return entry.Handle(context);
    }

    // [MS-SMB2] 3.3.5.2.4 (signature) and 3.3.5.2.9 (session).
    private NtStatus VerifySession(RequestContext context, CommandEntry entry)
    {
        ref readonly Smb2Header header = ref context.Header;
        Session? session = null;
        if (header.SessionId != 0 && connection.Sessions.TryGetValue(header.SessionId, out session) && !context.TryHoldKeys(session))
            session = null;
        context.Session = session!;
        bool signed = (header.Flags & Smb2HeaderFlags.Signed) != 0;

        // Deviation: the section ends the connection. Samba and Windows answer, and smbtorture wants the answer.
        if (session is not null && context.TransformSession is { } transform && transform != session)
            return NtStatus.AccessDenied;
        if (signed && header.Command == Smb2Command.Negotiate)
            return NtStatus.InvalidParameter;
        if (signed && !context.IsEncrypted)
        {
            // A SESSION_SETUP may be about a session of other connections, to be bound to this one: its handler's business.
            if (session is null)
                return header.Command == Smb2Command.SessionSetup ? NtStatus.Success : NtStatus.UserSessionDeleted;
            if (session.SignerFor(connection) is { } signer)
            {
                if (!signer.Verify(context.MutableMessage))
                    return NtStatus.AccessDenied;
            }
            else if (entry.NeedsSession)
            {
                return NtStatus.AccessDenied;
            }
        }

        // 3.3.5.17: ECHO needs no session, but where it names one it is verified.
        bool namesSession = header.Command == Smb2Command.Echo
            && (signed || (header.SessionId != 0 && !context.IsEncrypted));
        if (!entry.NeedsSession && !namesSession)
            return NtStatus.Success;
        if (session is null || session.State == SessionState.InProgress || session.IsClosed)
            return NtStatus.UserSessionDeleted;
        if (session.SigningRequired && !signed && !context.IsEncrypted)
            return NtStatus.AccessDenied;
        if (Server.Time.GetUtcNow() >= session.ExpirationTime)
        {
            if (!entry.AllowedWhenExpired)
                return NtStatus.NetworkSessionExpired;
            context.IsSessionExpired = true;
        }

        if (session.EncryptData && !context.IsEncrypted)
            return NtStatus.AccessDenied; // RejectUnencryptedAccess is about clients that cannot.
        session.LastActive = Server.Time.GetTimestamp();
        session.LastRequestEncrypted = context.IsEncrypted;
        return NtStatus.Success;
    }

    // [MS-SMB2] 3.3.5.2.11
    private NtStatus VerifyTree(RequestContext context)
    {
        if (!context.Session.TreeConnects.TryGetValue(context.Header.TreeId, out Trees.TreeConnect? tree))
            return NtStatus.NetworkNameDeleted;
        if (tree.Share.EncryptData && !context.IsEncrypted
            && (Server.Options.RejectUnencryptedAccess || connection.Negotiated!.Cipher != EncryptionAlgorithm.None))
        {
            return NtStatus.AccessDenied;
        }

        return context.TryUse(tree) ? NtStatus.Success : NtStatus.NetworkNameDeleted;
    }

    private void Respond(RequestContext context, NtStatus status)
    {
        ResponseFrame response = context.Response;
        bool keepsBody = !status.IsError || status == NtStatus.MoreProcessingRequired || context.KeepsErrorBody;
        if (!keepsBody)
            response.DiscardBody();
        if (!response.HasBody)
            response.Write(new ErrorResponse(0, default));
        if (keepsBody)
            ReplyCompression.Consider(context);
        FinishMessage(context, status);
        if (context.HashResponseInto is { } hash && response.Take() is { } frame)
        {
            hash.Update(frame.Span);
            Send(context, frame);
        }
    }

    // The header of a response, [MS-SMB2] 3.3.4.1: credits, ids, flags, signature.
    private void FinishMessage(RequestContext context, NtStatus status)
    {
        ref readonly Smb2Header request = ref context.Header;
        PendingRequest? pending = context.Pending;
        var flags = Smb2HeaderFlags.ServerToRedir
            | (request.Flags & (Smb2HeaderFlags.RelatedOperations | Smb2HeaderFlags.PriorityMask | Smb2HeaderFlags.ReplayOperation));
        if (pending is not null)
            flags |= Smb2HeaderFlags.AsyncCommand;

        // The interim response gave the credits; the final one gives none.
        bool isFinalOfAsync = pending is not null && status != NtStatus.Pending;
        ushort credits = isFinalOfAsync ? (ushort)0 : Grant(context, status);

        // An interim response is not signed: with AES-GMAC one MessageId signs once, or the key is at risk.
        MessageSigner? signer = status == NtStatus.Pending ? null : SignerFor(context);

        // There is no key to sign STATUS_USER_SESSION_DELETED with, nor one that may sign that AES-GMAC does not bind. Clients
        // that demand signatures believe both without one, but want the flag, which Windows and Samba take over from the request.
        bool claimsSigned = status is NtStatus.UserSessionDeleted or NtStatus.RequestOutOfSequence && !context.IsEncrypted
            && (request.Flags & Smb2HeaderFlags.Signed) != 0;
        if (signer is not null || claimsSigned)
            flags |= Smb2HeaderFlags.Signed;
        var header = new Smb2Header(
            CreditCharge: request.CreditCharge,
            Status: status,
            Command: request.Command,
            Credits: credits,
            Flags: flags,
            NextCommand: 0,
            MessageId: request.MessageId,
            AsyncId: pending?.AsyncId ?? 0,
            TreeId: context.ResponseTreeId,
            SessionId: context.ResponseSessionId);
        context.Response.Finish(header, signer);
    }

    // [MS-SMB2] 3.3.1.2: what the client asks for, but little before it has authenticated.
    private ushort Grant(RequestContext context, NtStatus status)
    {
        int asked = Math.Max(SmallestGrant, (int)context.Header.Credits);
        if (!connection.IsAuthenticated || (status.IsError && context.Header.Command == Smb2Command.SessionSetup))
            asked = SmallestGrant;
        return connection.Window.Grant(asked);
    }

    // [MS-SMB2] 3.3.4.1.1
    private MessageSigner? SignerFor(RequestContext context) =>
        context.IsResponseSigned ? context.ResponseSigner ?? context.Session?.SignerFor(connection) : null;

    private void Flush(RequestContext context)
    {
        int compressibleFrom = context.Response.CompressibleFrom;
        if (context.Response.Take() is { } frame)
            Send(context, compressibleFrom == 0 ? frame : ReplyCompression.Compress(connection, frame, compressibleFrom));
        context.OnSent();
    }

    private void Send(RequestContext context, Frame frame) => connection.Send(frame, context.TransformSession);
}
