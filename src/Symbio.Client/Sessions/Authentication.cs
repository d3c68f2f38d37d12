using System.Security.Cryptography;
using Symbio.Client.Connections;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Signing;
using Symbio.Security.Spnego;

namespace Symbio.Client.Sessions;

/// <summary>
/// One exchange of SESSION_SETUP messages, [MS-SMB2] 3.2.4.2.3 and 3.2.5.3: a logon, or the binding of a session to one
/// more connection. It leaves the channel with its signing key.
/// </summary>
internal sealed class Authentication(SmbChannel channel, SmbCredential credential)
{
    // NTLM in SPNEGO takes two or three. A server that asks on and on means no good.
    private const int MaxLegs = 8;

    private readonly SmbConnection _connection = channel.Connection;
    private readonly PreauthChain _preauth = channel.Connection.Preauth.Fork();

    /// <summary>What the server says of the session.</summary>
    public SessionFlags Flags { get; private set; }

    /// <summary>Logs on. The keys of the new session; null for a guest, and for who logs on as nobody: they have none.</summary>
    public async ValueTask<SessionKeys?> LogOnAsync(CancellationToken cancellationToken)
    {
        using SpnegoInitiator initiator = credential.CreateInitiator(_connection.Options, _connection.ServerName);
        using Reply last = await ExchangeAsync(initiator, SessionSetupFlags.None, cancellationToken).ConfigureAwait(false);
        if (credential.IsAnonymous || (Flags & SessionFlags.IsGuest) != 0)
            return null;

        // Whoever answers in the server's place could say so, and would be asked for no signature any more: 3.2.5.3.1.
        if ((Flags & SessionFlags.IsNull) != 0)
            throw _connection.Fail($"it took {credential.UserName} for nobody");
        SessionKeys keys = DeriveKeys(initiator.SessionKey);
        try
        {
            channel.UseSigner(MessageSigner.Create(_connection.SigningAlgorithm, keys.SigningKey.Span));
            VerifyLast(last);
            return keys;
        }
        catch
        {
            keys.Dispose();
            throw;
        }
    }

    /// <summary>Binds a session, [MS-SMB2] 3.2.4.2.3.2; the channel signs with the session's key until then.</summary>
    public async ValueTask BindAsync(CancellationToken cancellationToken)
    {
        using SpnegoInitiator initiator = credential.CreateInitiator(_connection.Options, _connection.ServerName);
        using Reply last = await ExchangeAsync(initiator, SessionSetupFlags.Binding, cancellationToken).ConfigureAwait(false);
        using SecretKey key = _connection.Dialect == Dialect.Smb311
            ? SessionKeys.DeriveChannelSigningKey311(initiator.SessionKey, _preauth.Hash)
            : SessionKeys.DeriveChannelSigningKey30(initiator.SessionKey);
        channel.UseSigner(MessageSigner.Create(_connection.SigningAlgorithm, key.Span));
        VerifyLast(last);
    }

    /// <summary>Goes back and forth until the server has succeeded; its last response.</summary>
    private async ValueTask<Reply> ExchangeAsync(
        SpnegoInitiator initiator, SessionSetupFlags flags, CancellationToken cancellationToken)
    {
        SecurityMode mode = _connection.Options.SecurityMode & SecurityMode.SigningRequired;
        SecurityStep step = await initiator.StepAsync(default, cancellationToken).ConfigureAwait(false);
        for (int leg = 0; leg < MaxLegs && step.Status == NtStatus.MoreProcessingRequired; leg++)
        {
            var request = new SessionSetupRequest(
                flags, mode == SecurityMode.None ? SecurityMode.SigningEnabled : mode, Capabilities.None, 0, 0, step.Token);
            var target = new RequestTarget(channel, Sign: channel.CanVerify, Preauth: _preauth);
            Reply reply = await _connection.SendAsync(target, request, replySize: 0, cancellationToken).ConfigureAwait(false);
            bool done = false;
            try
            {
                if (reply.Status is not (NtStatus.Success or NtStatus.MoreProcessingRequired))
                    throw new SmbException(reply.Status, Smb2Command.SessionSetup, credential.UserName);
                done = reply.Status == NtStatus.Success;
                step = await TakeAsync(reply, initiator, cancellationToken).ConfigureAwait(false);
                if (!done)
                    _preauth.Add(reply.Message.Span);
                else if (!initiator.IsEstablished)
                    throw _connection.Fail("it let us in without having proved that it knows us");
                else
                    return reply;
            }
            catch
            {
                done = false;
                throw;
            }
            finally
            {
                if (!done)
                    reply.Dispose();
            }
        }

        throw step.Status == NtStatus.MoreProcessingRequired
            ? _connection.Fail($"its logon takes more than {MaxLegs} messages")
            : new SmbException(step.Status, Smb2Command.SessionSetup, credential.UserName);
    }

    private async ValueTask<SecurityStep> TakeAsync(
        Reply reply, SpnegoInitiator initiator, CancellationToken cancellationToken)
    {
        ulong sessionId = reply.Header.SessionId;
        if (sessionId == 0 || (channel.SessionId != 0 && channel.SessionId != sessionId))
            throw _connection.Fail("it changed the session's id during the logon");
        channel.SessionId = sessionId;
        var response = reply.Read<SessionSetupResponse>();
        Flags = response.SessionFlags;
        return await initiator.StepAsync(response.SecurityBuffer.ToArray(), cancellationToken).ConfigureAwait(false);
    }

    private SessionKeys DeriveKeys(ReadOnlySpan<byte> mechanismKey)
    {
        EncryptionAlgorithm? cipher = _connection.Cipher == EncryptionAlgorithm.None ? null : _connection.Cipher;
        return _connection.Dialect switch
        {
            Dialect.Smb311 => SessionKeys.ForSmb311(mechanismKey, _preauth.Hash, cipher),
            >= Dialect.Smb300 => SessionKeys.ForSmb30(mechanismKey),
            _ => SessionKeys.ForSmb2(mechanismKey),
        };
    }

    /// <summary>In 3.1.1 this signature is what proves that nobody has changed the messages before it.</summary>
    private void VerifyLast(in Reply reply)
    {
        bool isSigned = (reply.Header.Flags & Smb2HeaderFlags.Signed) != 0;
        if (!isSigned && _connection.Dialect == Dialect.Smb311)
            throw _connection.Fail("the end of its logon is not signed");
        if (isSigned && !channel.Verify(reply.Message.Span))
            throw _connection.Fail("the signature at the end of its logon is wrong: somebody may have changed the negotiation");
    }
}
