using System.Collections.Concurrent;
using System.Security.Cryptography;
using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Security.Encryption;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Ntlm;
using Symbio.Security.Signing;
using Symbio.Security.Spnego;
using Symbio.Transport;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Testing;

/// <summary>What a peer offers and demands.</summary>
public sealed record PeerOptions
{
    public bool Encrypt { get; init; }

    public bool Sign { get; init; } = true;

    public IReadOnlyList<EncryptionAlgorithm> Ciphers { get; init; } =
        [EncryptionAlgorithm.Aes128Gcm, EncryptionAlgorithm.Aes128Ccm, EncryptionAlgorithm.Aes256Gcm, EncryptionAlgorithm.Aes256Ccm];

    public IReadOnlyList<SigningAlgorithm> SigningAlgorithms { get; init; } =
        [SigningAlgorithm.AesGmac, SigningAlgorithm.AesCmac, SigningAlgorithm.HmacSha256];

    /// <summary>Compression algorithms to offer; none: no compression.</summary>
    public IReadOnlyList<CompressionAlgorithm> Compression { get; init; } = [];

    public bool Chained { get; init; } = true;

    /// <summary>Offers the SMB 3.1.1 POSIX extensions.</summary>
    public bool Posix { get; init; }

    /// <summary>Requests are compressed from the end of their first header on, if that makes them smaller.</summary>
    public bool CompressRequests { get; init; }

    /// <summary>Credits asked for with every request.</summary>
    public ushort Credits { get; init; } = 64;

    public SecurityMode SecurityMode { get; init; } = SecurityMode.SigningEnabled;

    public Capabilities Capabilities { get; init; } =
        Capabilities.GlobalCapEncryption | Capabilities.GlobalCapLargeMtu | Capabilities.GlobalCapMultiChannel
        | Capabilities.GlobalCapDirectoryLeasing;

    public Guid ClientGuid { get; init; } = Guid.NewGuid();
}

/// <summary>What a peer keeps of a logon.</summary>
public readonly record struct PeerSession(
    ulong SessionId, uint TreeId, MessageSigner? Signer, MessageEncryptor? Encryptor, MessageDecryptor? Decryptor);

/// <summary>A response, as the peer received it.</summary>
/// <param name="Message">From the SMB2 header on, decrypted.</param>
public sealed record Reply(Smb2Header Header, ReadOnlyMemory<byte> Message, bool WasEncrypted, bool SignatureValid)
{
    public NtStatus Status => Header.Status;

    /// <summary>It came compressed.</summary>
    public bool WasCompressed { get; init; }

    /// <summary>Parses the body.</summary>
    public T As<T>()
        where T : struct, IMessage<T>
    {
        var reader = new WireReader(Message, Smb2Header.Size);
        if (!T.TryRead(ref reader, out T message))
            throw new InvalidDataException($"The {Header.Command} response ({Header.Status}) is malformed.");
        return message;
    }
}

/// <summary>
/// A client that does exactly what a test tells it to, down to the bytes: it plays the peer to the server under test.
/// </summary>
public sealed class ScriptedPeer(IMessageTransport transport) : IAsyncDisposable
{
    private readonly ConcurrentQueue<Reply> _unread = new();
    private PeerOptions _options = new();
    private readonly List<IDisposable> _keys = [];
    private PreauthIntegrityHash _preauth;
    private MessageSigner? _signer;
    private MessageSigner? _sessionSigner; // Session.SigningKey; of a peer that has bound a session another than the channel's.
    private MessageEncryptor? _encryptor;
    private MessageDecryptor? _decryptor;
    private SigningAlgorithm _signingAlgorithm;
    private EncryptionAlgorithm _cipher;

    public IMessageTransport Transport => transport;

    public Dialect Dialect { get; private set; }

    /// <summary>What compression the server agreed to; null: none.</summary>
    public CompressionSettings? Compression { get; private set; }

    /// <summary>The server has agreed to the POSIX extensions.</summary>
    public bool HasPosix { get; private set; }

    public ulong SessionId { get; set; }

    public uint TreeId { get; set; }

    public ulong NextMessageId { get; set; }

    /// <summary>ChannelSequence of the requests from now on.</summary>
    public ushort ChannelSequence { get; set; }

    /// <summary>Credits that the server's responses have granted, less those used.</summary>
    public int Credits { get; private set; } = 1;

    /// <summary>What the peer does from now on.</summary>
    public PeerOptions Options
    {
        get => _options;
        set => _options = value;
    }

    /// <summary>The session that requests are sent in; a peer may log on several times and change between them.</summary>
    public PeerSession Session
    {
        get => new(SessionId, TreeId, _signer, _encryptor, _decryptor);
        set => (SessionId, TreeId, _signer, _encryptor, _decryptor) =
            (value.SessionId, value.TreeId, value.Signer, value.Encryptor, value.Decryptor);
    }

    /// <summary>Negotiates one dialect.</summary>
    public async ValueTask<Reply> NegotiateAsync(Dialect dialect, PeerOptions? options = null)
    {
        _options = options ?? new PeerOptions();
        byte[] buffer = new byte[512];
        var contexts = new NegotiateContextListWriter(buffer);
        if (dialect == Dialect.Smb311)
        {
            contexts.Add(new PreauthIntegrityCapabilities(IdList<HashAlgorithmId>.Of(HashAlgorithmId.Sha512), RandomNumberGenerator.GetBytes(32)));
            contexts.Add(new EncryptionCapabilities(IdList<EncryptionAlgorithm>.Of([.. _options.Ciphers])));
            contexts.Add(new SigningCapabilities(IdList<SigningAlgorithm>.Of([.. _options.SigningAlgorithms])));
            if (_options.Posix)
                contexts.Add(PosixExtensionsAvailable.Current);
            if (_options.Compression.Count > 0)
            {
                contexts.Add(new CompressionCapabilities(
                    _options.Chained ? CompressionCapabilitiesFlags.Chained : CompressionCapabilitiesFlags.None,
                    IdList<CompressionAlgorithm>.Of([.. _options.Compression])));
            }
        }

        var request = new NegotiateRequest(
            IdList<Dialect>.Of(dialect), _options.SecurityMode, _options.Capabilities,
            _options.ClientGuid, contexts.Count, contexts.Written.ToArray());
        byte[] bytes = Build(request, signs: false);
        Reply reply = await ExchangeAsync(bytes);
        if (reply.Status != NtStatus.Success)
            return reply;
        var response = reply.As<NegotiateResponse>();
        Dialect = response.DialectRevision;
        _signingAlgorithm = Dialect >= Dialect.Smb300 ? SigningAlgorithm.AesCmac : SigningAlgorithm.HmacSha256;
        _cipher = (response.Capabilities & Capabilities.GlobalCapEncryption) != 0 ? EncryptionAlgorithm.Aes128Ccm : EncryptionAlgorithm.None;
        if (Dialect == Dialect.Smb311)
        {
            _preauth.Update(bytes);
            _preauth.Update(reply.Message.Span);
            if (response.Contexts.TryGet(NegotiateContextType.SigningCapabilities, out ReadOnlyMemory<byte> data)
                && SigningCapabilities.TryRead(data, out SigningCapabilities signing))
            {
                _signingAlgorithm = signing.SigningAlgorithms[0];
            }

            if (response.Contexts.TryGet(NegotiateContextType.EncryptionCapabilities, out data)
                && EncryptionCapabilities.TryRead(data, out EncryptionCapabilities encryption))
            {
                _cipher = encryption.Ciphers[0];
            }

            if (response.Contexts.TryGet(NegotiateContextType.CompressionCapabilities, out data)
                && CompressionCapabilities.TryRead(data, out CompressionCapabilities compression))
            {
                Compression = new CompressionSettings(
                    compression.CompressionAlgorithms.Span.ToArray(),
                    (compression.Flags & CompressionCapabilitiesFlags.Chained) != 0);
            }

            HasPosix = response.Contexts.TryGet(NegotiateContextType.PosixExtensionsAvailable, out data)
                && PosixExtensionsAvailable.TryRead(data, out PosixExtensionsAvailable posix) && posix.HasCurrent;
        }

        return reply;
    }

    /// <summary>Logs on with NTLMv2 in SPNEGO.</summary>
    public ValueTask<Reply> LogOnAsync(string user, string password, ulong previousSessionId = 0) =>
        AuthenticateAsync(user, password, SessionSetupFlags.None, previousSessionId);

    /// <summary>Logs on, or authenticates again, with what SPNEGO may choose of these.</summary>
    public async ValueTask<Reply> LogOnAsync(params IReadOnlyList<InitiatorMechanism> mechanisms)
    {
        using var initiator = new SpnegoInitiator(mechanisms);
        return await AuthenticateAsync(initiator, SessionSetupFlags.None, 0);
    }

    /// <summary>
    /// Binds another peer's session to this connection, [MS-SMB2] 3.2.4.2.3.2; its trees and opens are this peer's as well.
    /// </summary>
    public ValueTask<Reply> BindAsync(
        ScriptedPeer owner, string user = TestServer.User, string password = TestServer.Password)
    {
        Session = owner.Session;
        _signer = _sessionSigner = owner._sessionSigner;
        return AuthenticateAsync(user, password, SessionSetupFlags.Binding, 0);
    }

    private async ValueTask<Reply> AuthenticateAsync(
        string user, string password, SessionSetupFlags flags, ulong previousSessionId)
    {
        using NtlmHash hash = NtlmHash.FromPassword(password);
        NtlmCredential credential = user.Length == 0 ? NtlmCredential.Anonymous : new NtlmCredential(user, "", hash);
        using var initiator = new SpnegoInitiator(
            [
                new InitiatorMechanism(MechanismOids.Ntlm, () => new NtlmInitiator(
                    credential, new NtlmClientOptions { Workstation = "PEER", TargetName = "cifs/test" },
                    TimeProvider.System, RandomNumberGenerator.Fill)),
            ]);
        return await AuthenticateAsync(initiator, flags, previousSessionId);
    }

    private async ValueTask<Reply> AuthenticateAsync(
        SpnegoInitiator initiator, SessionSetupFlags flags, ulong previousSessionId)
    {
        bool binds = (flags & SessionSetupFlags.Binding) != 0;
        PreauthIntegrityHash preauth = _preauth;
        SecurityStep step = await initiator.StepAsync(default, CancellationToken.None);
        while (true)
        {
            var request = new SessionSetupRequest(
                flags, SecurityMode.SigningEnabled, Capabilities.None, 0, previousSessionId, step.Token);
            byte[] bytes = Build(request, signs: _signer is not null && _options.Sign);
            preauth.Update(bytes);
            Reply reply = await ExchangeAsync(bytes);
            SessionId = reply.Header.SessionId;
            if (reply.Status is not (NtStatus.Success or NtStatus.MoreProcessingRequired))
                return reply;
            var response = reply.As<SessionSetupResponse>();
            step = await initiator.StepAsync(response.SecurityBuffer.ToArray(), CancellationToken.None);
            if (reply.Status == NtStatus.Success)
            {
                if (binds)
                {
                    InstallChannelKey(initiator.SessionKey, preauth);
                    return reply with { SignatureValid = _signer!.Verify(reply.Message.ToArray()) };
                }

                if (_signer is null && (response.SessionFlags & (SessionFlags.IsGuest | SessionFlags.IsNull)) == 0)
                {
                    // The keys that this response is signed with are known only now.
                    InstallKeys(initiator.SessionKey, preauth);
                    return reply with { SignatureValid = _signer!.Verify(reply.Message.ToArray()) };
                }

                return reply;
            }

            preauth.Update(reply.Message.Span);
        }
    }

    public async ValueTask<Reply> TreeConnectAsync(string share)
    {
        Reply reply = await SendAsync(new TreeConnectRequest(TreeConnectFlags.None, Encoding.Unicode.GetBytes($@"\\test\{share}")));
        if (reply.Status == NtStatus.Success)
            TreeId = reply.Header.TreeId;
        return reply;
    }

    public ValueTask<Reply> CreateAsync(
        string name, AccessMask access = AccessMask.FileAll, CreateDisposition disposition = CreateDisposition.OpenIf,
        CreateOptions options = CreateOptions.None, ShareAccess share = ShareAccess.All,
        FileAttributes attributes = FileAttributes.None, ReadOnlyMemory<byte> contexts = default) =>
        SendAsync(Create(name, access, disposition, options, share, attributes, contexts));

    /// <summary>Creates or opens and returns the id; fails the test when that fails.</summary>
    public async ValueTask<FileId> OpenAsync(
        string name, AccessMask access = AccessMask.FileAll, CreateDisposition disposition = CreateDisposition.OpenIf,
        CreateOptions options = CreateOptions.None, ShareAccess share = ShareAccess.All)
    {
        Reply reply = await CreateAsync(name, access, disposition, options, share);
        if (reply.Status != NtStatus.Success)
            throw new InvalidOperationException($"CREATE of '{name}': {reply.Status}");
        return reply.As<CreateResponse>().FileId;
    }

    public static CreateRequest Create(
        string name, AccessMask access = AccessMask.FileAll, CreateDisposition disposition = CreateDisposition.OpenIf,
        CreateOptions options = CreateOptions.None, ShareAccess share = ShareAccess.All,
        FileAttributes attributes = FileAttributes.None, ReadOnlyMemory<byte> contexts = default) =>
        new(0, OplockLevel.None, ImpersonationLevel.Impersonation, 0, access, attributes, share, disposition, options,
            CreateRequest.BufferOffset, Encoding.Unicode.GetBytes(name), contexts);

    public ValueTask<Reply> WriteAsync(FileId file, ulong offset, ReadOnlyMemory<byte> data, WriteFlags flags = WriteFlags.None) =>
        SendAsync(new WriteRequest(Smb2Header.Size + WriteRequest.FixedSize, (uint)data.Length, offset, file, Channel.None, 0, flags, default, data), data.Length);

    public ValueTask<Reply> ReadAsync(
        FileId file, ulong offset, uint length, uint minimum = 0, ReadFlags flags = ReadFlags.None) =>
        SendAsync(new ReadRequest(0, flags, length, offset, file, minimum, Channel.None, 0, default), (int)length);

    public ValueTask<Reply> LockAsync(FileId file, params ReadOnlySpan<LockElement> locks) =>
        SendAsync(new LockRequest(0, 0, file, locks));

    /// <summary>Asks to cancel a request, by its MessageId or by the AsyncId of its interim response.</summary>
    public ValueTask CancelAsync(ulong messageId, ulong asyncId = 0, bool signs = true) => SendFrameAsync(
        Build(new CancelRequest(), Signs && signs, change: h => asyncId == 0
            ? h with { MessageId = messageId }
            : h with { MessageId = 0, AsyncId = asyncId, Flags = h.Flags | Smb2HeaderFlags.AsyncCommand }),
        _options.Encrypt);

    public ValueTask<Reply> CloseAsync(FileId file, CloseFlags flags = CloseFlags.None) => SendAsync(new CloseRequest(flags, file));

    /// <summary>Sends a request and waits for its final response.</summary>
    public async ValueTask<Reply> SendAsync<T>(T request, int payload = 0)
        where T : struct, IRequest<T>
    {
        ulong id = await PostAsync(request, payload);
        return await WaitAsync(id);
    }

    /// <summary>Sends a request; returns its MessageId.</summary>
    public async ValueTask<ulong> PostAsync<T>(T request, int payload = 0)
        where T : struct, IRequest<T>
    {
        ulong id = NextMessageId;
        byte[] bytes = Build(request, signs: Signs, payload);
        await SendFrameAsync(bytes, _options.Encrypt);
        return id;
    }

    /// <summary>Sends several requests in one frame; related ones take session, tree and file from the one before.</summary>
    public async ValueTask<ulong> PostCompoundAsync(bool related, params Func<byte[]>[] builders)
    {
        ulong id = NextMessageId;
        byte[][] messages = [.. builders.Select(b => b())];
        int length = messages.Take(messages.Length - 1).Sum(m => (m.Length + 7) & ~7) + messages[^1].Length;
        byte[] frame = new byte[length];
        int position = 0;
        for (int i = 0; i < messages.Length; i++)
        {
            bool last = i == messages.Length - 1;
            int padded = last ? messages[i].Length : (messages[i].Length + 7) & ~7;
            Span<byte> slot = frame.AsSpan(position, padded);
            messages[i].CopyTo(slot);
            BitConverter.TryWriteBytes(slot[20..], last ? 0 : (uint)padded);
            if (related && i > 0)
                slot[16] |= (byte)Smb2HeaderFlags.RelatedOperations;
            if (Signs)
                _signer!.Sign(slot);
            position += padded;
        }

        await SendFrameAsync(frame, _options.Encrypt);
        return id;
    }

    /// <summary>Builds a message with the next MessageId, for compounds and for tampering.</summary>
    public byte[] Build<T>(
        T request, bool signs, int payload = 0, Smb2HeaderFlags flags = Smb2HeaderFlags.None,
        Func<Smb2Header, Smb2Header>? change = null)
        where T : struct, IRequest<T>
    {
        ushort charge = Dialect >= Dialect.Smb210 ? (ushort)Math.Max(1, (payload + 65535) / 65536) : (ushort)0;
        var header = new Smb2Header(
            charge, (NtStatus)ChannelSequence, T.Command, _options.Credits, flags, 0, NextMessageId, 0, TreeId, SessionId);
        header = change?.Invoke(header) ?? header;
        if (T.Command != Smb2Command.Cancel)
        {
            NextMessageId += Math.Max(1ul, header.CreditCharge);
            Credits -= Math.Max(1, (int)header.CreditCharge);
        }

        byte[] bytes = new byte[Smb2Header.Size + request.Length];
        var writer = new WireWriter(bytes);
        header.Write(ref writer);
        request.Write(ref writer);
        if (!writer.IsValid)
            throw new InvalidOperationException("The request does not fit its own length.");
        if (signs)
            _signer!.Sign(bytes);
        return bytes;
    }

    /// <summary>Sends raw bytes as one frame.</summary>
    public async ValueTask SendFrameAsync(ReadOnlyMemory<byte> bytes, bool encrypt = false)
    {
        if (_options.CompressRequests && Compression is not null)
            bytes = Compress(bytes.Span) ?? bytes;
        int header = encrypt ? MessageEncryptor.HeaderSize : 0;
        Frame frame = FramePool.Shared.Rent(bytes.Length + header);
        bytes.Span.CopyTo(frame.Span[header..]);
        if (encrypt)
            _encryptor!.Encrypt(frame.Span, SessionId);
        await transport.SendAsync(new[] { frame }, CancellationToken.None);
    }

    /// <summary>The final response to a request; earlier ones for others are kept.</summary>
    public async ValueTask<Reply> WaitAsync(ulong messageId, bool acceptInterim = false)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (true)
        {
            for (int i = _unread.Count; i > 0 && _unread.TryDequeue(out Reply? reply); i--)
            {
                if (reply.Header.MessageId == messageId && (acceptInterim || reply.Status != NtStatus.Pending))
                    return reply;
                if (reply.Status != NtStatus.Pending || reply.Header.MessageId != messageId)
                    _unread.Enqueue(reply);
            }

            if (!await ReceiveAsync(timeout.Token))
                throw new IOException("The server closed the connection.");
        }
    }

    /// <summary>True when the server has closed the connection (what it still sent is kept).</summary>
    public async ValueTask<bool> IsClosedAsync()
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(30));
        while (await ReceiveAsync(timeout.Token))
        {
        }

        return true;
    }

    /// <summary>What one received frame holds, and what was kept from before; null when the server has closed.</summary>
    public async ValueTask<IReadOnlyList<Reply>?> ReceiveRepliesAsync(CancellationToken cancellationToken)
    {
        if (!await ReceiveAsync(cancellationToken))
            return null;
        var replies = new List<Reply>();
        while (_unread.TryDequeue(out Reply? reply))
            replies.Add(reply);
        return replies;
    }

    /// <summary>A logon has given this peer keys.</summary>
    public bool HasKeys => _signer is not null;

    /// <summary>Signs a message that was tampered with; what the header's flags say counts.</summary>
    public void Sign(Span<byte> message) => _signer!.Sign(message);

    /// <summary>The encrypted form of a frame, with its transform header, to be tampered with.</summary>
    public byte[] Encrypt(ReadOnlySpan<byte> messages)
    {
        byte[] frame = [.. new byte[MessageEncryptor.HeaderSize], .. messages];
        _encryptor!.Encrypt(frame, SessionId);
        return frame;
    }

    /// <summary>The compressed form of a frame; null when it would grow by more than <paramref name="most"/> bytes.</summary>
    public byte[]? Compress(ReadOnlySpan<byte> messages, int most = 0)
    {
        byte[] compressed = new byte[messages.Length + most];
        int length = MessageCompressor.Compress(messages, Math.Min(Smb2Header.Size, messages.Length), Compression!, compressed);
        return length == 0 ? null : compressed[..length];
    }

    public ValueTask DisposeAsync()
    {
        transport.Abort();
        foreach (IDisposable key in _keys)
            key.Dispose();
        return transport.DisposeAsync();
    }

    private bool Signs => _signer is not null && _options.Sign && !_options.Encrypt;

    /// <summary>Sends a message as it is, in a frame of its own, and waits for the final response.</summary>
    public async ValueTask<Reply> ExchangeAsync(byte[] bytes)
    {
        ulong id = BitConverter.ToUInt64(bytes, 24);
        await SendFrameAsync(bytes);
        return await WaitAsync(id);
    }

    private async ValueTask<bool> ReceiveAsync(CancellationToken cancellationToken)
    {
        using Frame? frame = await transport.ReceiveAsync(int.MaxValue, cancellationToken);
        if (frame is null)
            return false;
        bool encrypted = MessageDecryptor.TryReadSessionId(frame.Span, out _);
        if (encrypted)
        {
            if (!_decryptor!.TryDecrypt(frame.Span))
                throw new InvalidDataException("The response does not decrypt.");
            frame.TrimStart(MessageEncryptor.HeaderSize);
        }

        byte[] rest = frame.Span.ToArray();
        bool compressed = BitConverter.ToUInt32(rest) == Smb2Header.CompressionProtocolId;
        if (compressed)
        {
            byte[] message = [];
            if (!MessageDecompressor.TryReadSize(rest, Compression!, out long size)
                || !MessageDecompressor.TryDecompress(rest, Compression!, message = new byte[size]))
            {
                throw new InvalidDataException("The response does not decompress.");
            }

            rest = message;
        }

        while (rest.Length > 0)
        {
            var reader = new WireReader(rest);
            if (!Smb2Header.TryRead(ref reader, out Smb2Header header))
                throw new InvalidDataException("The response has a malformed header.");
            int length = header.NextCommand == 0 ? rest.Length : (int)header.NextCommand;
            byte[] message = rest[..length];
            rest = rest[length..];
            bool valid = (header.Flags & Smb2HeaderFlags.Signed) != 0 && _signer is not null && _signer.Verify(message);
            Credits += header.Credits;
            _unread.Enqueue(new Reply(header, message, encrypted, valid) { WasCompressed = compressed });
        }

        return true;
    }

    private void InstallKeys(ReadOnlySpan<byte> key, in PreauthIntegrityHash preauth)
    {
        EncryptionAlgorithm? cipher = _cipher == EncryptionAlgorithm.None ? null : _cipher;
        using SessionKeys keys = Dialect switch
        {
            Dialect.Smb311 => SessionKeys.ForSmb311(key, preauth, cipher),
            >= Dialect.Smb300 => SessionKeys.ForSmb30(key),
            _ => SessionKeys.ForSmb2(key),
        };
        _signer = _sessionSigner = MessageSigner.Create(_signingAlgorithm, keys.SigningKey.Span);
        _keys.Add(_signer);
        if (cipher is null)
            return;
        _encryptor = new MessageEncryptor(_cipher, keys.ClientToServerKey!.Span, RandomNumberGenerator.Fill);
        _decryptor = new MessageDecryptor(_cipher, keys.ServerToClientKey!.Span);
        _keys.Add(_encryptor);
        _keys.Add(_decryptor);
    }

    private void InstallChannelKey(ReadOnlySpan<byte> key, in PreauthIntegrityHash preauth)
    {
        using SecretKey channelKey = Dialect == Dialect.Smb311
            ? SessionKeys.DeriveChannelSigningKey311(key, preauth)
            : SessionKeys.DeriveChannelSigningKey30(key);
        _signer = MessageSigner.Create(_signingAlgorithm, channelKey.Span);
        _keys.Add(_signer);
    }
}
