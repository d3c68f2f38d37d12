using Symbio.Identity;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Signing;
using Symbio.Security.Spnego;
using Symbio.Server.Connections;
using Symbio.Server.Sessions;

namespace Symbio.Server.Commands;

/// <summary>
/// Binding a session to another connection: SESSION_SETUP with SMB2_SESSION_FLAG_BINDING, [MS-SMB2] 3.3.5.5 steps 4 and 5,
/// and what 3.3.5.5.3 says of it.
/// </summary>
internal static class SessionBinding
{
    /// <summary>May this session be bound to this connection? The session is there on success.</summary>
    public static NtStatus Verify(RequestContext context, out Session session)
    {
        Connection connection = context.Connection;
        if (!connection.Server.Sessions.TryGet(context.Header.SessionId, out session) || !context.TryHoldKeys(session))
            return NtStatus.UserSessionDeleted;

        // Whoever knows no key of the session learns nothing about it. Its own key signs the answers, 3.3.4.1.1; that is the
        // key of its first channel, and with AES-GMAC one MessageId may so come to sign twice, a weakness of the protocol.
        bool signed = (context.Header.Flags & Smb2HeaderFlags.Signed) != 0;
        if (signed && session.Signer is { } signer)
        {
            if (!signer.Verify(context.MutableMessage))
                return NtStatus.AccessDenied;
            context.ResponseSigner = signer;
        }

        return Check(connection, session, signed);
    }

    /// <summary>The exchange has succeeded: the session gets another channel.</summary>
    public static NtStatus Complete(
        RequestContext context, Session session, Authentication authentication, SecurityStep step)
    {
        Connection connection = context.Connection;
        ServerLimits limits = connection.Server.Options.Limits;
        LogonIdentity? identity = SessionSetupHandler.Identify(connection.Server, authentication.Acceptor.Logon!);

        // Deviation: 3.3.5.5 has STATUS_NOT_SUPPORTED. Windows and Samba deny (smb2.session.bind_different_user).
        if (identity is null or { IsAnonymous: true } or { IsGuest: true }
            || identity.Token.UserSid != session.FirstUser)
        {
            return NtStatus.AccessDenied;
        }

        if (connection.Sessions.Count >= limits.MaxSessionsPerConnection)
            return NtStatus.InsufficientResources;
        using SecretKey key = connection.Dialect == Dialect.Smb311
            ? SessionKeys.DeriveChannelSigningKey311(authentication.Acceptor.SessionKey, authentication.Preauth.Hash)
            : SessionKeys.DeriveChannelSigningKey30(authentication.Acceptor.SessionKey);
        var signer = MessageSigner.Create(connection.Negotiated!.SigningAlgorithm, key.Span);
        NtStatus status = session.TryAddChannel(new SessionChannel(connection, signer), limits.MaxChannelsPerSession);
        if (status != NtStatus.Success)
        {
            signer.Dispose();
            return status;
        }

        // Who ends a session says so first and then takes it out of the tables: one of us sees the other.
        connection.Sessions[session.SessionId] = session;
        if (session.IsClosed)
        {
            connection.Sessions.TryRemove(session.SessionId, session);
            return NtStatus.UserSessionDeleted;
        }

        context.Session = session;
        context.ResponseSigner = null; // From here on it is the channel's.
        context.MustSignResponse = true;
        context.Response.Write(new SessionSetupResponse(
            session.EncryptData ? SessionFlags.EncryptData : SessionFlags.None, step.Token));
        connection.OnAuthenticated();
        ServerLog.SessionBound(connection.Log, session.UserName, connection.Peer, session.ChannelCount);
        return NtStatus.Success;
    }

    // In the order of 3.3.5.5, steps 4 and 5.
    private static NtStatus Check(Connection connection, Session session, bool signed)
    {
        Negotiated ours = connection.Negotiated!;
        Negotiated theirs = session.Negotiated;

        // Who does not sign learns that the session is there, and no more of it.
        bool hasChannels = ours.Dialect >= Dialect.Smb300 && connection.Server.Options.MultiChannel;
        if (!signed)
            return hasChannels ? NtStatus.InvalidParameter : NtStatus.RequestNotAccepted;

        // Not in the specification: what AES-GMAC signs on one side only cannot be bound, and Windows says so before it
        // looks at the dialects (smb2.session.bind_negative_smb3sign*).
        if (ours.SigningAlgorithm != theirs.SigningAlgorithm)
        {
            if (theirs.SigningAlgorithm == SigningAlgorithm.AesGmac)
                return NtStatus.RequestOutOfSequence;
            if (ours.SigningAlgorithm == SigningAlgorithm.AesGmac)
                return NtStatus.NotSupported;
        }

        if (!hasChannels)
            return NtStatus.RequestNotAccepted;
        if (ours.Dialect != theirs.Dialect)
            return NtStatus.InvalidParameter;

        // 3.3.5.5 lets a server refuse another ClientGuid. Windows and Samba do not.
        if (session.State == SessionState.InProgress)
            return NtStatus.RequestNotAccepted;
        if (connection.Server.Time.GetUtcNow() >= session.ExpirationTime)
            return NtStatus.NetworkSessionExpired;
        if (session.IsGuestOrAnonymous || session.Signer is null)
            return NtStatus.NotSupported;
        if (connection.Sessions.ContainsKey(session.SessionId))
            return NtStatus.RequestNotAccepted;

        // One cipher key for all channels, so one cipher.
        return ours.Cipher == theirs.Cipher ? NtStatus.Success : NtStatus.InvalidParameter;
    }
}
