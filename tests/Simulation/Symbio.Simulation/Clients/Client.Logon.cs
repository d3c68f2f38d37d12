using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Ntlm;
using Symbio.Security.Signing;
using Symbio.Security.Spnego;
using Symbio.Server;
using Symbio.Simulation.Model;

namespace Symbio.Simulation.Clients;

/// <content>From the first message of a line to the trees.</content>
internal sealed partial class Client
{
    // What the server chooses of what this client offers.
    private EncryptionAlgorithm? Cipher =>
        _world.Plan.Encryption == EncryptionMode.Off || _dialect < Dialect.Smb300 ? null
        : _dialect == Dialect.Smb311 ? EncryptionAlgorithm.Aes128Gcm
        : EncryptionAlgorithm.Aes128Ccm;

    // Over a line that there is already, where that is done, or over one of its own.
    private void LogOn()
    {
        if (_world.Plan.SharedLines && PickNegotiated(null) is { } line && Chance.Percent(70))
            Authenticate(line, null);
        else
            Connect();
    }

    private void Bind(ClientSession session)
    {
        if (_world.Plan.SharedLines && session.Signer is not null && PickNegotiated(session) is { } line && Chance.Percent(70))
            Authenticate(line, session);
        else
            Connect(session);
    }

    // One that this session neither uses nor is about to.
    private ClientLine? PickNegotiated(ClientSession? notOf)
    {
        ClientLine[] lines =
            [.. _fellows.SelectMany(f => f._lines).Where(l => l.HasNegotiated && l.IsOpen && (notOf is null || !l.Sessions.Concat(l.Binding).Contains(notOf)))];
        return lines.Length == 0 ? null : lines[Chance.Below(lines.Length)];
    }

    // The client has no use for the line; others may have.
    private void EndUnused(ClientLine line)
    {
        if (line.Sessions.TrueForAll(s => s.HasEnded))
            line.End(_world);
    }

    /// <summary>Opens a line; when it has negotiated it logs on, or binds the session that the client has.</summary>
    private void Connect(ClientSession? bindTo = null)
    {
        _connecting++;
        ClientLine line = _world.OpenLine(this);
        _lines.Add(line);
        line.Dialect = _dialect;
        byte[] buffer = new byte[256];
        var contexts = new NegotiateContextListWriter(buffer);
        if (_dialect == Dialect.Smb311)
        {
            byte[] salt = new byte[32];
            Chance.Fill(salt);
            contexts.Add(new PreauthIntegrityCapabilities(IdList<HashAlgorithmId>.Of(HashAlgorithmId.Sha512), salt));
            if (_world.Plan.Encryption != EncryptionMode.Off)
                contexts.Add(new EncryptionCapabilities(IdList<EncryptionAlgorithm>.Of(EncryptionAlgorithm.Aes128Gcm)));
            contexts.Add(new SigningCapabilities(IdList<SigningAlgorithm>.Of(SigningAlgorithm.AesGmac)));
        }

        byte[] sent = [];
        line.Send(
            new NegotiateRequest(
                IdList<Dialect>.Of(_dialect), SecurityMode.SigningEnabled,
                _dialect >= Dialect.Smb300
                    ? Capabilities.GlobalCapLeasing | Capabilities.GlobalCapLargeMtu | Capabilities.GlobalCapMultiChannel
                        | Capabilities.GlobalCapPersistentHandles
                        | (_world.Plan.Encryption != EncryptionMode.Off ? Capabilities.GlobalCapEncryption : Capabilities.None)
                        | (_world.Plan.DirectoryLeases ? Capabilities.GlobalCapDirectoryLeasing : Capabilities.None)
                    : Capabilities.None,
                _dialect >= Dialect.Smb210 ? _guid : Guid.Empty, contexts.Count, contexts.Written.ToArray()),
            null, 0, reply => OnNegotiated(line, sent, reply, bindTo), onBuilt: bytes => sent = bytes);
    }

    private void OnNegotiated(ClientLine line, byte[] request, Reply? reply, ClientSession? bindTo)
    {
        if (reply is not { } answer)
        {
            _connecting--;
            return;
        }

        if (answer.Status != NtStatus.Success)
            throw new InvariantViolation("logon", $"NEGOTIATE: {answer.Status}");
        line.SigningAlgorithm = _dialect switch
        {
            Dialect.Smb311 => SigningAlgorithm.AesGmac,
            >= Dialect.Smb300 => SigningAlgorithm.AesCmac,
            _ => SigningAlgorithm.HmacSha256,
        };
        if (_dialect == Dialect.Smb311)
        {
            line.Preauth.Update(request);
            line.Preauth.Update(answer.Message.Span);
        }

        line.HasNegotiated = true;
        if (bindTo is not null && (!bindTo.IsReady || bindTo.Signer is null))
            bindTo = null;
        if (bindTo is null && _session is not null)
        {
            _connecting--; // Somebody else was first.
            line.End(_world);
            return;
        }

        _connecting--;
        Authenticate(line, bindTo);
    }

    private void Authenticate(ClientLine line, ClientSession? bindTo)
    {
        _connecting++;
        if (bindTo is not null)
            line.Binding.Add(bindTo);
        var initiator = new SpnegoInitiator(
            [
                new InitiatorMechanism(MechanismOids.Ntlm, () => new NtlmInitiator(
                    new NtlmCredential(World.User, "", _world.PasswordHash),
                    new NtlmClientOptions { Workstation = "SIM", TargetName = "cifs/sim" }, _world.Clock, Chance.Fill)),
            ]);
        Authenticate(line, initiator, line.Preauth, 0, default, bindTo);
    }

    private void Authenticate(
        ClientLine line, SpnegoInitiator initiator, PreauthIntegrityHash preauth, ulong sessionId, ReadOnlyMemory<byte> token,
        ClientSession? bindTo)
    {
        SecurityStep step = initiator.StepAsync(token, CancellationToken.None).AsTask().GetAwaiter().GetResult();
        var holder = bindTo ?? new ClientSession(this, sessionId);
        byte[] sent = [];
        Call? call = line.Send(
            new SessionSetupRequest(
                bindTo is null ? SessionSetupFlags.None : SessionSetupFlags.Binding, SecurityMode.SigningEnabled,
                Capabilities.None, 0, bindTo is null ? _previousSession : 0, step.Token),
            holder, 0,
            reply =>
            {
                preauth.Update(sent);
                OnAuthenticated(line, initiator, preauth, reply, bindTo);
            },
            signer: bindTo?.Signer, onBuilt: bytes => sent = bytes);
        if (call is null)
            GiveUp(line, initiator); // Without a credit nothing goes on.
    }

    private void OnAuthenticated(
        ClientLine line, SpnegoInitiator initiator, PreauthIntegrityHash preauth, Reply? reply, ClientSession? bindTo)
    {
        if (reply is not { } answer)
        {
            _connecting--;
            initiator.Dispose();
            return;
        }

        if (answer.Status == NtStatus.MoreProcessingRequired)
        {
            preauth.Update(answer.Message.Span);
            Authenticate(
                line, initiator, preauth, answer.Header.SessionId, answer.As<SessionSetupResponse>().SecurityBuffer.ToArray(),
                bindTo);
            return;
        }

        if (answer.Status != NtStatus.Success)
        {
            // A session that has ended meanwhile cannot be bound; nobody else is turned away.
            if (bindTo is null || (bindTo.IsReady && _world.IsCertain(bindTo)))
                throw new InvariantViolation("logon", $"SESSION_SETUP of {line}: {answer.Status}");
            GiveUp(line, initiator);
            return;
        }

        initiator.StepAsync(answer.As<SessionSetupResponse>().SecurityBuffer.ToArray(), CancellationToken.None)
            .AsTask().GetAwaiter().GetResult();
        if (bindTo is not null)
        {
            using SecretKey key = _dialect == Dialect.Smb311
                ? SessionKeys.DeriveChannelSigningKey311(initiator.SessionKey, preauth)
                : SessionKeys.DeriveChannelSigningKey30(initiator.SessionKey);
            initiator.Dispose();
            _connecting--;
            if (bindTo.HasEnded)
                EndUnused(line);
            else
                bindTo.AddChannel(line, MessageSigner.Create(line.SigningAlgorithm, key.Span));
            return;
        }

        using SessionKeys keys = _dialect switch
        {
            Dialect.Smb311 => SessionKeys.ForSmb311(initiator.SessionKey, preauth, Cipher),
            >= Dialect.Smb300 => SessionKeys.ForSmb30(initiator.SessionKey),
            _ => SessionKeys.ForSmb2(initiator.SessionKey),
        };
        var session = new ClientSession(this, answer.Header.SessionId)
        {
            Signer = MessageSigner.Create(line.SigningAlgorithm, keys.SigningKey.Span),
        };
        if (Cipher is { } cipher)
        {
            session.Encryption = new SessionEncryption(
                new MessageEncryptor(cipher, keys.ClientToServerKey!.Span, Chance.Fill),
                new MessageDecryptor(cipher, keys.ServerToClientKey!.Span));
            session.Encrypts = _encrypts || (answer.As<SessionSetupResponse>().SessionFlags & SessionFlags.EncryptData) != 0;
        }

        initiator.Dispose();
        session.AddChannel(line, session.Signer);
        _session = session;
        ConnectTree(line, session, World.PlainShare);
    }

    private void ConnectTree(ClientLine line, ClientSession session, string share)
    {
        Call? call = line.Send(
            new TreeConnectRequest(TreeConnectFlags.None, Encoding.Unicode.GetBytes($@"\\sim\{share}")), session, 0,
            reply =>
            {
                if (reply is not { } answer)
                {
                    _connecting--;
                    return;
                }

                if (answer.Status != NtStatus.Success)
                    throw new InvariantViolation("logon", $"TREE_CONNECT of {line}: {answer.Status}");
                if (share == World.PlainShare)
                {
                    session.PlainTree = answer.Header.TreeId;
                    if (session.AvailableTree == 0 && !session.HasEnded)
                    {
                        ConnectTree(line, session, World.AvailableShare);
                        return;
                    }
                }
                else
                {
                    session.AvailableTree = answer.Header.TreeId;
                }

                _connecting--;
            },
            signer: session.SignerOver(line));
        if (call is not null)
            return;
        _connecting--;
        line.End(_world);
    }

    private void GiveUp(ClientLine line, SpnegoInitiator initiator)
    {
        initiator.Dispose();
        _connecting--;
        EndUnused(line);
    }
}
