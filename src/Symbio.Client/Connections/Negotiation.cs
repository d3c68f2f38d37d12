using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;

namespace Symbio.Client.Connections;

/// <summary>NEGOTIATE: [MS-SMB2] 3.2.4.2.2.2 and 3.2.5.2.</summary>
internal static class Negotiation
{
    private const int SaltSize = 32;

    public static async ValueTask<NegotiatedParameters> RunAsync(
        SmbConnection connection, PreauthChain preauth, CancellationToken cancellationToken)
    {
        SmbClientOptions options = connection.Options;
        NegotiateRequest request = MakeRequest(options, connection.ServerName);
        using Reply reply = await connection
            .SendAsync(new RequestTarget(Preauth: preauth), request, replySize: 0, cancellationToken)
            .ConfigureAwait(false);
        reply.ThrowIfFailed();
        preauth.Add(reply.Message.Span);
        NegotiatedParameters agreed = Check(connection, options, reply.Read<NegotiateResponse>());
        if (options.RequireEncryption && agreed.Cipher == EncryptionAlgorithm.None)
            throw connection.Fail($"it cannot encrypt ({agreed.Dialect.Version}), and encryption is required");
        return agreed;
    }

    private static NegotiateRequest MakeRequest(SmbClientOptions options, string serverName)
    {
        Dialect[] dialects = options.Dialects;
        byte[] buffer = new byte[1024];
        var contexts = new NegotiateContextListWriter(buffer);
        if (dialects.Contains(Dialect.Smb311))
        {
            byte[] salt = new byte[SaltSize];
            options.Random(salt);
            contexts.Add(new PreauthIntegrityCapabilities(IdList<HashAlgorithmId>.Of(HashAlgorithmId.Sha512), salt));
            if (options.Ciphers.Count > 0)
                contexts.Add(new EncryptionCapabilities(IdList<EncryptionAlgorithm>.Of([.. options.Ciphers])));
            if (options.SigningAlgorithms.Count > 0)
                contexts.Add(new SigningCapabilities(IdList<SigningAlgorithm>.Of([.. options.SigningAlgorithms])));
            contexts.Add(new NetnameNegotiateContextId(Encoding.Unicode.GetBytes(serverName)));
        }

        return new NegotiateRequest(
            IdList<Dialect>.Of(dialects), options.SecurityMode, options.Capabilities, options.ClientGuid, contexts.Count,
            contexts.Written.ToArray());
    }

    private static NegotiatedParameters Check(
        SmbConnection connection, SmbClientOptions options, in NegotiateResponse response)
    {
        Dialect dialect = response.DialectRevision;
        if (!options.Dialects.Contains(dialect))
            throw connection.Fail($"it chose dialect {dialect.Version}, which was not offered");
        if (Math.Min(Math.Min(response.MaxReadSize, response.MaxWriteSize), response.MaxTransactSize) < NegotiatedParameters.Smallest)
            throw connection.Fail("its largest messages are smaller than 64 KiB");
        bool large = dialect >= Dialect.Smb210 && (response.Capabilities & Capabilities.GlobalCapLargeMtu) != 0;
        int limit = large ? options.MaxTransferSize : NegotiatedParameters.Smallest;
        bool encrypts = dialect is Dialect.Smb300 or Dialect.Smb302
            && (response.Capabilities & Capabilities.GlobalCapEncryption) != 0;
        var agreed = new NegotiatedParameters(
            dialect, response.Capabilities, response.SecurityMode, response.ServerGuid,
            (int)Math.Min(response.MaxTransactSize, (uint)limit), (int)Math.Min(response.MaxReadSize, (uint)limit),
            (int)Math.Min(response.MaxWriteSize, (uint)limit),
            encrypts ? EncryptionAlgorithm.Aes128Ccm : EncryptionAlgorithm.None,
            dialect >= Dialect.Smb300 ? SigningAlgorithm.AesCmac : SigningAlgorithm.HmacSha256);
        return dialect == Dialect.Smb311 ? CheckContexts(connection, options, response.Contexts, agreed) : agreed;
    }

    private static NegotiatedParameters CheckContexts(
        SmbConnection connection, SmbClientOptions options, NegotiateContextList contexts, NegotiatedParameters agreed)
    {
        if (!contexts.IsValid)
            throw connection.Fail("its list of negotiate contexts is malformed");
        if (!contexts.TryGet(NegotiateContextType.PreauthIntegrityCapabilities, out ReadOnlyMemory<byte> data)
            || !PreauthIntegrityCapabilities.TryRead(data, out PreauthIntegrityCapabilities hashes)
            || hashes.HashAlgorithms.Count != 1 || hashes.HashAlgorithms[0] != HashAlgorithmId.Sha512)
        {
            throw connection.Fail("it chose no hash that protects the negotiation");
        }

        if (contexts.TryGet(NegotiateContextType.EncryptionCapabilities, out data))
        {
            if (!EncryptionCapabilities.TryRead(data, out EncryptionCapabilities encryption) || encryption.Ciphers.Count != 1)
                throw connection.Fail("it did not choose one cipher");
            EncryptionAlgorithm cipher = encryption.Ciphers[0];
            if (cipher != EncryptionAlgorithm.None && !options.Ciphers.Contains(cipher))
                throw connection.Fail("it chose a cipher that was not offered");
            agreed = agreed with { Cipher = cipher };
        }

        if (contexts.TryGet(NegotiateContextType.SigningCapabilities, out data))
        {
            if (!SigningCapabilities.TryRead(data, out SigningCapabilities signing) || signing.SigningAlgorithms.Count != 1
                || !options.SigningAlgorithms.Contains(signing.SigningAlgorithms[0]))
            {
                throw connection.Fail("it chose a signing algorithm that was not offered");
            }

            agreed = agreed with { SigningAlgorithm = signing.SigningAlgorithms[0] };
        }

        return agreed;
    }
}
