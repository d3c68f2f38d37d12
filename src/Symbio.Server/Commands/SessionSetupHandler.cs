using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Signing;
using Symbio.Security.Spnego;
using Symbio.Server.Connections;
using Symbio.Server.Sessions;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 SESSION_SETUP Request, [MS-SMB2] 3.3.5.5.</summary>
internal static class SessionSetupHandler
{
    public static CommandEntry Entry { get; } =
        CommandEntry.For<SessionSetupRequest>(HandleAsync, needsSession: false, needsTree: false, isExclusive: true);

    private static async ValueTask<NtStatus> HandleAsync(RequestContext context, SessionSetupRequest request)
    {
        Connection connection = context.Connection;
        SmbServer server = connection.Server;
        if (server.Options.Encryption == EncryptionMode.Required && server.Options.RejectUnencryptedAccess
            && connection.Negotiated!.Cipher == EncryptionAlgorithm.None)
        {
            return NtStatus.AccessDenied;
        }

        Session? session = context.Session;
        bool binds = false;
        if (context.Header.SessionId == 0)
        {
            if (connection.Sessions.Count >= server.Options.Limits.MaxSessionsPerConnection)
                return NtStatus.InsufficientResources;
            await MakeRoomForLogonAsync(connection).ConfigureAwait(false);
            session = server.Sessions.Create(connection, server.Time.GetUtcNow());
            if (!context.TryHoldKeys(session))
                return NtStatus.UserSessionDeleted; // An administrator was quicker.
            connection.Sessions[session.SessionId] = session;
            context.Session = session;
        }
        else if ((request.Flags & SessionSetupFlags.Binding) != 0)
        {
            NtStatus refusal = SessionBinding.Verify(context, out session);
            if (refusal != NtStatus.Success)
                return refusal;
            binds = true;
        }
        else if (session is null)
        {
            return NtStatus.UserSessionDeleted;
        }
        else if (session.State == SessionState.Valid && session.SigningRequired && !context.IsEncrypted
            && (context.Header.Flags & Smb2HeaderFlags.Signed) == 0 && session.SignerFor(connection) is not null)
        {
            return NtStatus.AccessDenied; // Re-authentication is signed like any other request.
        }

        context.ResponseSessionId = session.SessionId;
        context.Open = null;
        Authentication authentication = connection.Preauthenticating.GetOrAdd(session.SessionId);
        bool hashes = connection.Dialect == Dialect.Smb311;
        if (hashes)
            authentication.Preauth.Update(context.Message.Span);
        SecurityStep step = await authentication.Acceptor
            .StepAsync(request.SecurityBuffer, CancellationToken.None).ConfigureAwait(false);
        if (step.Status == NtStatus.MoreProcessingRequired)
        {
            if (hashes)
                context.HashResponseInto = authentication.Preauth;
            context.Response.Write(new SessionSetupResponse(SessionFlags.None, step.Token));
            return NtStatus.MoreProcessingRequired;
        }

        NtStatus status = step.Status;
        if (status == NtStatus.Success)
        {
            status = binds
                ? SessionBinding.Complete(context, session, authentication, step)
                : await SucceedAsync(context, request, session, authentication, step).ConfigureAwait(false);
        }

        connection.Preauthenticating.Remove(session.SessionId);
        if (status != NtStatus.Success)
        {
            // A session that could not be bound is none the worse for it (smb2.session.bind_invalid_auth).
            Log(connection, authentication.Acceptor, status);
            if (!binds)
                await server.CloseSessionAsync(session).ConfigureAwait(false);
        }

        return status;
    }

    /// <summary>Who an exchange has shown the client to be; null for nobody that may log on.</summary>
    public static LogonIdentity? Identify(SmbServer server, SecurityLogon logon)
    {
        if (logon.IsAnonymous)
        {
            return new LogonIdentity
            {
                UserName = "",
                DomainName = "",
                Token = SecurityToken.Anonymous,
                IsAnonymous = true,
            };
        }

        return logon.IsGuest ? server.Options.Accounts.Guest : logon.Identity as LogonIdentity;
    }

    // A client that begins logons and does not end them loses the oldest. Nothing runs on it: SESSION_SETUP is exclusive.
    private static async ValueTask MakeRoomForLogonAsync(Connection connection)
    {
        Session[] unfinished = [.. connection.Sessions.Values.Where(s => s.State == SessionState.InProgress)];
        if (unfinished.Length < connection.Server.Options.Limits.MaxUnfinishedLogons)
            return;
        Session oldest = unfinished.MinBy(s => s.CreationOrder)!;
        connection.Preauthenticating.Remove(oldest.SessionId);
        connection.Sessions.TryRemove(oldest.SessionId, oldest);
        connection.Server.Sessions.Remove(oldest);
        await oldest.CloseAsync().ConfigureAwait(false);
    }

    // [MS-SMB2] 3.3.5.5.3, of a new session and of one that authenticates again.
    private static async ValueTask<NtStatus> SucceedAsync(
        RequestContext context, SessionSetupRequest request, Session session, Authentication authentication,
        SecurityStep step)
    {
        Connection connection = context.Connection;
        SmbServer server = connection.Server;
        if (Identify(server, authentication.Acceptor.Logon!) is not { } identity)
            return NtStatus.LogonFailure;
        bool reauthenticated = session.State != SessionState.InProgress;
        bool withoutKeys = identity.IsAnonymous || identity.IsGuest;
        if (withoutKeys && server.Options.Encryption == EncryptionMode.Required && server.Options.RejectUnencryptedAccess)
            return NtStatus.AccessDenied;

        // Trees and opens were made for one user: they are not handed to another. Nor does a user get a session that an
        // anonymous logon has left without keys.
        if (reauthenticated && !withoutKeys && identity.Token.UserSid != session.FirstUser)
            return NtStatus.AccessDenied;

        if (reauthenticated && withoutKeys && server.Time.GetUtcNow() >= session.ExpirationTime)
            return NtStatus.LogonFailure;

        if (!reauthenticated)
            Install(connection, request, session, identity, authentication);
        session.SetIdentity(identity);
        if (session.IsClosed)
            return NtStatus.UserSessionDeleted; // From another channel, or by an administrator.
        if (request.PreviousSessionId != 0 && request.PreviousSessionId != session.SessionId)
            await ReplacePreviousAsync(server, request.PreviousSessionId, session).ConfigureAwait(false);

        var flags = SessionFlags.None;
        if (identity.IsGuest)
            flags |= SessionFlags.IsGuest;
        if (identity.IsAnonymous)
            flags |= SessionFlags.IsNull;
        if (session.EncryptData)
            flags |= SessionFlags.EncryptData;
        context.Response.Write(new SessionSetupResponse(flags, step.Token));
        context.MustSignResponse = session.SignerFor(connection) is not null;
        connection.OnAuthenticated();
        string protection = session.EncryptData ? ", encrypted" : session.SigningRequired ? ", signed" : "";
        ServerLog.LoggedOn(connection.Log, NameOf(identity), connection.Peer, connection.Dialect.Version, protection);
        return NtStatus.Success;
    }

    private static void Log(Connection connection, SpnegoAcceptor acceptor, NtStatus status)
    {
        string name = ClaimedName.ForLog(acceptor.ClaimedName);
        if (acceptor.FailureReason is { Length: > 0 } reason)
            ServerLog.LogonFailedBecause(connection.Log, name, connection.Peer, status, UntrustedText.ForLog(reason, 400));
        else
            ServerLog.LogonFailed(connection.Log, name, connection.Peer, status);
    }

    private static string NameOf(LogonIdentity identity) =>
        identity.IsAnonymous ? "anonymous" : $"{identity.DomainName}\\{identity.UserName}";

    private static void Install(
        Connection connection, in SessionSetupRequest request, Session session, LogonIdentity identity,
        Authentication authentication)
    {
        Negotiated negotiated = connection.Negotiated!;
        SmbServer server = connection.Server;
        int limit = server.Options.Limits.MaxChannelsPerSession;
        if (identity.IsAnonymous || identity.IsGuest)
        {
            // No key that anybody has proved to know: such a session is neither signed nor encrypted.
            session.TryAddChannel(new SessionChannel(connection, null), limit);
            return;
        }

        EncryptionAlgorithm cipher = negotiated.Cipher;
        ReadOnlySpan<byte> mechanismKey = authentication.Acceptor.SessionKey;
        SessionKeys keys = negotiated.Dialect switch
        {
            Dialect.Smb311 => SessionKeys.ForSmb311(
                mechanismKey, authentication.Preauth.Hash, cipher == EncryptionAlgorithm.None ? null : cipher),
            Dialect.Smb300 or Dialect.Smb302 => SessionKeys.ForSmb30(mechanismKey),
            _ => SessionKeys.ForSmb2(mechanismKey),
        };
        MessageEncryptor? encryptor = null;
        MessageDecryptor? decryptor = null;
        if (cipher != EncryptionAlgorithm.None)
        {
            encryptor = new MessageEncryptor(cipher, keys.ServerToClientKey!.Span, server.Options.RandomNumbers);
            decryptor = new MessageDecryptor(cipher, keys.ClientToServerKey!.Span);
        }

        var signer = MessageSigner.Create(negotiated.SigningAlgorithm, keys.SigningKey.Span);
        session.SetKeys(keys, signer, encryptor, decryptor);
        session.TryAddChannel(new SessionChannel(connection, signer), limit);
        session.EncryptData = encryptor is not null && server.Options.Encryption == EncryptionMode.Required;
        session.SigningRequired = server.Options.RequireSigning
            || (request.SecurityMode & SecurityMode.SigningRequired) != 0
            || (negotiated.ClientSecurityMode & SecurityMode.SigningRequired) != 0;
    }

    // The client has lost its connection and comes back before we have noticed: 3.3.5.5.3, PreviousSessionId.
    // Deviation: the section asks for the same user alone. All guests are one user, and so are all who are anonymous, and ids of
    // sessions can be guessed: those must come from the same client as well, or one of them could end all the others' sessions.
    private static async ValueTask ReplacePreviousAsync(SmbServer server, ulong previousSessionId, Session session)
    {
        if (!server.Sessions.TryGet(previousSessionId, out Session previous) || previous.State == SessionState.InProgress)
            return;
        bool sameUser = previous.FirstUser == session.FirstUser;
        bool sameClient = previous.Negotiated.ClientGuid == session.Negotiated.ClientGuid;
        if (sameUser && (sameClient || !session.IsGuestOrAnonymous))
            await server.CloseSessionAsync(previous, keepsDurable: true).ConfigureAwait(false);
    }
}
