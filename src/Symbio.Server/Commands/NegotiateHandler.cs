using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 NEGOTIATE Request, [MS-SMB2] 3.3.5.4.</summary>
internal static class NegotiateHandler
{
    private const int SaltLength = 32;
    private const int MaxDialects = 64;
    private const int MaxContextBytes = 256;
    private const uint IoSizeWithoutMultiCredit = 64 << 10;

    private static readonly Dialect[] Known =
        [Dialect.Smb311, Dialect.Smb302, Dialect.Smb300, Dialect.Smb210, Dialect.Smb202];

    public static CommandEntry Entry { get; } =
        CommandEntry.For<NegotiateRequest>(Handle, needsSession: false, needsTree: false, isExclusive: true);

    private static ValueTask<NtStatus> Handle(RequestContext context, NegotiateRequest request)
    {
        Connection connection = context.Connection;
        if (connection.Negotiated is not null)
        {
            connection.Abort("a second NEGOTIATE");
            return new(NtStatus.InvalidParameter);
        }

        // Deviation: 3.3.5.4 knows no upper bound, but the list is kept, and a stranger may not make us keep 60,000 dialects.
        if (request.Dialects.Count is 0 or > MaxDialects)
            return new(NtStatus.InvalidParameter);
        Dialect dialect = Choose(connection.Server.Options, request.Dialects);
        if (dialect == Dialect.None)
            return new(NtStatus.NotSupported);

        Span<byte> contexts = stackalloc byte[MaxContextBytes];
        var writer = new NegotiateContextListWriter(contexts);
        var settled = Settle(connection.Server.Options, request, dialect);
        if (dialect == Dialect.Smb311)
        {
            NtStatus status = NegotiateContexts(connection.Server.Options, request, ref settled, ref writer);
            if (status != NtStatus.Success)
                return new(status);
            connection.Preauth.Update(context.Message.Span);
            context.HashResponseInto = connection.Preauth;
        }

        connection.Negotiated = settled;
        ServerLog.NegotiatedDialect(connection.Log, connection.Peer, dialect.Version, settled.SigningAlgorithm, settled.Cipher);
        context.Response.Write(CreateResponse(connection, settled, writer.Count, writer.Written.ToArray()));
        return new(NtStatus.Success);
    }

    /// <summary>The body of a NEGOTIATE response.</summary>
    public static NegotiateResponse CreateResponse(
        Connection connection, Negotiated settled, ushort contextCount = 0, ReadOnlyMemory<byte> contexts = default)
    {
        SmbServer server = connection.Server;
        return new NegotiateResponse(
            SecurityMode: settled.ServerSecurityMode,
            DialectRevision: settled.Dialect,
            NegotiateContextCount: contextCount,
            ServerGuid: server.Options.ServerGuid,
            Capabilities: settled.ServerCapabilities,
            MaxTransactSize: settled.MaxIoSize,
            MaxReadSize: settled.MaxIoSize,
            MaxWriteSize: settled.MaxIoSize,
            SystemTime: FileTime.FromDateTimeOffset(server.Time.GetUtcNow()),
            ServerStartTime: FileTime.None, // Windows has said 0 since 2008; the start time is nobody's business.
            SecurityBuffer: server.SecurityHint,
            NegotiateContexts: contexts);
    }

    /// <summary>What follows from a dialect and our settings, before any negotiate context.</summary>
    public static Negotiated Settle(SmbServerOptions options, in NegotiateRequest request, Dialect dialect)
    {
        Capabilities capabilities = Capabilities.None;
        bool multiCredit = dialect >= Dialect.Smb210 && dialect != Dialect.Wildcard;
        if (multiCredit)
            capabilities |= Capabilities.GlobalCapLargeMtu | Capabilities.GlobalCapLeasing;
        if (options.MultiChannel && dialect >= Dialect.Smb300 && dialect != Dialect.Wildcard)
            capabilities |= request.Capabilities & Capabilities.GlobalCapMultiChannel;
        if (options.DirectoryLeases && dialect >= Dialect.Smb300 && dialect != Dialect.Wildcard)
            capabilities |= request.Capabilities & Capabilities.GlobalCapDirectoryLeasing;
        if (options.PersistentHandles is not null && dialect >= Dialect.Smb300 && dialect != Dialect.Wildcard)
            capabilities |= request.Capabilities & Capabilities.GlobalCapPersistentHandles;
        if (dialect == Dialect.Smb311)
            capabilities |= request.Capabilities & Capabilities.GlobalCapNotifications;

        // 3.0 and 3.0.2 encrypt with AES-128-CCM when both sides say so by capability; 3.1.1 negotiates a cipher.
        var cipher = EncryptionAlgorithm.None;
        if (dialect is Dialect.Smb300 or Dialect.Smb302
            && (request.Capabilities & Capabilities.GlobalCapEncryption) != 0
            && options.Encryption != EncryptionMode.Off && options.Ciphers.Contains(EncryptionAlgorithm.Aes128Ccm))
        {
            capabilities |= Capabilities.GlobalCapEncryption;
            cipher = EncryptionAlgorithm.Aes128Ccm;
        }

        return new Negotiated
        {
            Dialect = dialect,
            ClientGuid = request.ClientGuid,
            ClientSecurityMode = request.SecurityMode,
            ClientCapabilities = request.Capabilities,
            ClientDialects = request.Dialects.Span.ToArray(),
            ServerCapabilities = capabilities,
            ServerSecurityMode = SecurityMode.SigningEnabled
                | (options.RequireSigning ? SecurityMode.SigningRequired : SecurityMode.None),
            MaxIoSize = multiCredit ? (uint)options.Limits.MaxIoSize : IoSizeWithoutMultiCredit,
            SupportsMultiCredit = multiCredit,
            Cipher = cipher,
            SigningAlgorithm = dialect >= Dialect.Smb300 && dialect != Dialect.Wildcard
                ? SigningAlgorithm.AesCmac
                : SigningAlgorithm.HmacSha256,
        };
    }

    private static Dialect Choose(SmbServerOptions options, IdList<Dialect> offered)
    {
        foreach (Dialect dialect in Known)
        {
            if (dialect >= options.MinDialect && dialect <= options.MaxDialect && offered.Contains(dialect))
                return dialect;
        }

        return Dialect.None;
    }

    // [MS-SMB2] 3.3.5.4, "If Connection.Dialect is 3.1.1".
    private static NtStatus NegotiateContexts(
        SmbServerOptions options, in NegotiateRequest request, ref Negotiated settled, ref NegotiateContextListWriter writer)
    {
        NegotiateContextList offered = request.Contexts;
        if (!offered.IsValid
            || offered.CountOf(NegotiateContextType.PreauthIntegrityCapabilities) != 1
            || offered.CountOf(NegotiateContextType.EncryptionCapabilities) > 1
            || offered.CountOf(NegotiateContextType.CompressionCapabilities) > 1
            || offered.CountOf(NegotiateContextType.SigningCapabilities) > 1
            || offered.CountOf(NegotiateContextType.RdmaTransformCapabilities) > 1
            || offered.CountOf(NegotiateContextType.PosixExtensionsAvailable) > 1)
        {
            return NtStatus.InvalidParameter;
        }

        offered.TryGet(NegotiateContextType.PreauthIntegrityCapabilities, out ReadOnlyMemory<byte> data);
        if (!PreauthIntegrityCapabilities.TryRead(data, out PreauthIntegrityCapabilities preauth))
            return NtStatus.InvalidParameter;
        if (!preauth.HashAlgorithms.Contains(HashAlgorithmId.Sha512))
            return NtStatus.SmbNoPreauthIntegrityHashOverlap;
        byte[] salt = new byte[SaltLength];
        options.RandomNumbers(salt);
        writer.Add(new PreauthIntegrityCapabilities(IdList<HashAlgorithmId>.Of(HashAlgorithmId.Sha512), salt));

        if (offered.TryGet(NegotiateContextType.EncryptionCapabilities, out data))
        {
            if (!EncryptionCapabilities.TryRead(data, out EncryptionCapabilities encryption))
                return NtStatus.InvalidParameter;
            EncryptionAlgorithm cipher = options.Encryption == EncryptionMode.Off
                ? EncryptionAlgorithm.None
                : FirstCommon(options.Ciphers, encryption.Ciphers, EncryptionAlgorithm.None);
            settled = settled with { Cipher = cipher };
            writer.Add(new EncryptionCapabilities(IdList<EncryptionAlgorithm>.Of(cipher)));
        }

        if (options.Compression != CompressionMode.Off
            && offered.TryGet(NegotiateContextType.CompressionCapabilities, out data))
        {
            if (!CompressionCapabilities.TryRead(data, out CompressionCapabilities compression)
                || compression.CompressionAlgorithms.Count == 0)
            {
                return NtStatus.InvalidParameter;
            }

            settled = settled with { Compression = SettleCompression(options, compression) };
            if (settled.Compression is { } agreed)
            {
                writer.Add(new CompressionCapabilities(
                    agreed.SupportsChainedCompression ? compression.Flags & CompressionCapabilitiesFlags.Chained : 0,
                    IdList<CompressionAlgorithm>.Of([.. agreed.CompressionIds])));
            }
        }

        if (offered.TryGet(NegotiateContextType.SigningCapabilities, out data))
        {
            if (!SigningCapabilities.TryRead(data, out SigningCapabilities signing))
                return NtStatus.InvalidParameter;

            // Nothing in common: no context in the response, and AES-CMAC as without one.
            SigningAlgorithm none = (SigningAlgorithm)ushort.MaxValue;
            SigningAlgorithm algorithm = FirstCommon(options.SigningAlgorithms, signing.SigningAlgorithms, none);
            if (algorithm != none)
            {
                settled = settled with { SigningAlgorithm = algorithm };
                writer.Add(new SigningCapabilities(IdList<SigningAlgorithm>.Of(algorithm)));
            }
        }

        // [POSIX-SMB2] 3.3.5.4. Which share has them is seen when one of its files is opened. Not malformed, but of no
        // version that is known here: no context in the response.
        if (offered.TryGet(NegotiateContextType.PosixExtensionsAvailable, out data)
            && PosixExtensionsAvailable.TryRead(data, out PosixExtensionsAvailable posix) && posix.HasCurrent)
        {
            settled = settled with { PosixExtensions = true };
            writer.Add(PosixExtensionsAvailable.Current);
        }

        return NtStatus.Success;
    }

    // Null when nothing is in common: no context in the response then.
    private static CompressionSettings? SettleCompression(SmbServerOptions options, in CompressionCapabilities offered)
    {
        bool chained = (offered.Flags & CompressionCapabilitiesFlags.Chained) != 0;
        var common = new List<CompressionAlgorithm>();
        foreach (CompressionAlgorithm candidate in options.CompressionAlgorithms)
        {
            // A pattern is but a piece of a chain.
            if (offered.CompressionAlgorithms.Contains(candidate) && (chained || candidate != CompressionAlgorithm.PatternV1))
                common.Add(candidate);
        }

        // Deviation: 3.3.5.4 names all that both sides know. Who does not chain gets the first alone: older clients (Linux
        // among them) believe in one algorithm for a connection and take a list of more for an error.
        if (!chained && common.Count > 1)
            common.RemoveRange(1, common.Count - 1);
        return common.Count == 0 ? null : new CompressionSettings(common, chained);
    }

    private static T FirstCommon<T>(IReadOnlyList<T> ours, IdList<T> theirs, T none)
        where T : unmanaged
    {
        foreach (T candidate in ours)
        {
            if (theirs.Contains(candidate))
                return candidate;
        }

        return none;
    }
}
