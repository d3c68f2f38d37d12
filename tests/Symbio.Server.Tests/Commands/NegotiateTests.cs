using System.Security.Cryptography;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Testing;

namespace Symbio.Server.Tests.Commands;

/// <summary>Receiving an SMB2 NEGOTIATE Request, [MS-SMB2] 3.3.5.4, and an SMB_COM_NEGOTIATE, 3.3.5.3.</summary>
public sealed class NegotiateTests
{
    private static readonly Dialect[] All = [Dialect.Smb202, Dialect.Smb210, Dialect.Smb300, Dialect.Smb302, Dialect.Smb311];

    [Theory]
    [InlineData(Dialect.Smb202, Dialect.Smb311, Dialect.Smb311)]
    [InlineData(Dialect.Smb202, Dialect.Smb302, Dialect.Smb302)]
    [InlineData(Dialect.Smb202, Dialect.Smb202, Dialect.Smb202)]
    public async Task The_newest_common_dialect_is_chosen(Dialect min, Dialect max, Dialect expected)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { MinDialect = min, MaxDialect = max });
        await using ScriptedPeer peer = server.Connect();

        Reply reply = await peer.SendAsync(Request(All, Preauth()));

        Assert.Equal(expected, reply.As<NegotiateResponse>().DialectRevision);
    }

    [Theory]
    [InlineData(Dialect.Smb202, Dialect.Smb210, Dialect.Smb300)]
    [InlineData(Dialect.Smb300, Dialect.Smb311, Dialect.Smb210)]
    public async Task A_dialect_outside_the_bounds_is_not_supported(Dialect min, Dialect max, Dialect offered)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { MinDialect = min, MaxDialect = max });
        await using ScriptedPeer peer = server.Connect();

        Assert.Equal(NtStatus.NotSupported, (await peer.NegotiateAsync(offered)).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task No_dialect_at_all_is_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();

        Assert.Equal(NtStatus.InvalidParameter, (await peer.SendAsync(Request([]))).Status);
    }

    [Fact]
    public async Task A_second_negotiate_ends_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb210);

        await peer.PostAsync(Request([Dialect.Smb210]));

        Assert.True(await peer.IsClosedAsync());
    }

    [Theory]
    [InlineData(Dialect.Smb202, false, 65536u)]
    [InlineData(Dialect.Smb210, true, 8u << 20)]
    [InlineData(Dialect.Smb311, true, 8u << 20)]
    public async Task Sizes_and_multi_credit_follow_from_the_dialect(Dialect dialect, bool largeMtu, uint size)
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();

        var response = (await peer.NegotiateAsync(dialect)).As<NegotiateResponse>();

        Assert.Equal(largeMtu, (response.Capabilities & Capabilities.GlobalCapLargeMtu) != 0);
        Assert.Equal((size, size, size), (response.MaxReadSize, response.MaxWriteSize, response.MaxTransactSize));
        Assert.Equal(SecurityMode.SigningEnabled | SecurityMode.SigningRequired, response.SecurityMode);
    }

    [Fact]
    public async Task Negotiation_without_preauth_integrity_is_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();

        Assert.Equal(NtStatus.InvalidParameter, (await peer.SendAsync(Request([Dialect.Smb311]))).Status);
    }

    [Fact]
    public async Task Negotiation_without_sha_512_has_no_hash_overlap()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        Contexts contexts = (ref NegotiateContextListWriter w) =>
            w.Add(new PreauthIntegrityCapabilities(IdList<HashAlgorithmId>.Of((HashAlgorithmId)7), new byte[32]));

        Reply reply = await peer.SendAsync(Request([Dialect.Smb311], contexts));

        Assert.Equal(NtStatus.SmbNoPreauthIntegrityHashOverlap, reply.Status);
    }

    [Fact]
    public async Task Unknown_contexts_are_ignored()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();

        Reply reply = await peer.SendAsync(Request([Dialect.Smb311], Preauth(),
            (ref NegotiateContextListWriter w) => w.Add((NegotiateContextType)0x7777, [1, 2, 3])));

        Assert.Equal(NtStatus.Success, reply.Status);
        Assert.Equal(1, reply.As<NegotiateResponse>().Contexts.Count);
    }

    [Fact]
    public async Task A_context_that_comes_twice_is_an_invalid_parameter()
    {
        Contexts[] twice =
        [
            Preauth(),
            (ref NegotiateContextListWriter w) =>
                w.Add(new EncryptionCapabilities(IdList<EncryptionAlgorithm>.Of(EncryptionAlgorithm.Aes128Gcm))),
            (ref NegotiateContextListWriter w) =>
                w.Add(new SigningCapabilities(IdList<SigningAlgorithm>.Of(SigningAlgorithm.AesGmac))),
        ];
        await using TestServer server = await TestServer.StartAsync();
        foreach (Contexts context in twice)
        {
            await using ScriptedPeer peer = server.Connect();
            Reply reply = await peer.SendAsync(Request([Dialect.Smb311], Preauth(), context, context));
            Assert.Equal(NtStatus.InvalidParameter, reply.Status);
        }
    }

    [Fact]
    public async Task More_contexts_than_there_are_is_an_invalid_parameter()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        NegotiateRequest request = Request([Dialect.Smb311], Preauth()) with { ContextCount = 9 };

        Assert.Equal(NtStatus.InvalidParameter, (await peer.SendAsync(request)).Status);
        Assert.Empty(server.Log.Errors);
    }

    [Theory] // The server's preference decides, not the client's.
    [InlineData(EncryptionAlgorithm.Aes256Ccm)]
    [InlineData(EncryptionAlgorithm.Aes128Gcm)]
    public async Task The_servers_favourite_cipher_and_signing_are_chosen(EncryptionAlgorithm favourite)
    {
        await using TestServer server = await TestServer.StartAsync(o => o with
        {
            Ciphers = [favourite, EncryptionAlgorithm.Aes128Ccm],
            SigningAlgorithms = [SigningAlgorithm.HmacSha256, SigningAlgorithm.AesGmac],
        });
        await using ScriptedPeer peer = server.Connect();

        NegotiateContextList contexts = (await peer.NegotiateAsync(Dialect.Smb311)).As<NegotiateResponse>().Contexts;

        Assert.True(contexts.TryGet(NegotiateContextType.EncryptionCapabilities, out ReadOnlyMemory<byte> data));
        Assert.True(EncryptionCapabilities.TryRead(data, out EncryptionCapabilities encryption));
        Assert.Equal([favourite], encryption.Ciphers.Span.ToArray());
        Assert.True(contexts.TryGet(NegotiateContextType.SigningCapabilities, out data));
        Assert.True(SigningCapabilities.TryRead(data, out SigningCapabilities signing));
        Assert.Equal([SigningAlgorithm.HmacSha256], signing.SigningAlgorithms.Span.ToArray());
    }

    [Fact]
    public async Task Without_a_common_cipher_the_response_names_none()
    {
        await using TestServer server = await TestServer.StartAsync(o => o with { Ciphers = [EncryptionAlgorithm.Aes256Gcm] });
        await using ScriptedPeer peer = server.Connect();
        var options = new PeerOptions { Ciphers = [EncryptionAlgorithm.Aes128Ccm] };

        NegotiateContextList contexts = (await peer.NegotiateAsync(Dialect.Smb311, options)).As<NegotiateResponse>().Contexts;

        Assert.True(contexts.TryGet(NegotiateContextType.EncryptionCapabilities, out ReadOnlyMemory<byte> data));
        Assert.True(EncryptionCapabilities.TryRead(data, out EncryptionCapabilities encryption));
        Assert.Equal([EncryptionAlgorithm.None], encryption.Ciphers.Span.ToArray());
        Assert.Equal(NtStatus.Success, (await peer.LogOnAsync(TestServer.User, TestServer.Password)).Status);
    }

    [Fact] // [MS-SMB2] 3.3.5.3.1
    public async Task The_smb1_wildcard_leads_to_an_smb2_negotiate()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.SendFrameAsync(Smb1("NT LM 0.12", "SMB 2.002", "SMB 2.???"));
        Reply first = await peer.WaitAsync(0);
        peer.NextMessageId = 1;

        Reply second = await peer.NegotiateAsync(Dialect.Smb311);
        Reply logon = await peer.LogOnAsync(TestServer.User, TestServer.Password);

        Assert.Equal(Dialect.Wildcard, first.As<NegotiateResponse>().DialectRevision);
        Assert.Equal(Dialect.Smb311, second.As<NegotiateResponse>().DialectRevision);
        Assert.Equal(NtStatus.Success, logon.Status);
        Assert.True(logon.SignatureValid);
    }

    [Fact] // [MS-SMB2] 3.3.5.3.2
    public async Task The_smb1_negotiate_settles_2_0_2_by_itself()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.SendFrameAsync(Smb1("NT LM 0.12", "SMB 2.002"));
        Reply reply = await peer.WaitAsync(0);
        peer.NextMessageId = 1;

        Assert.Equal(Dialect.Smb202, reply.As<NegotiateResponse>().DialectRevision);
        Reply logon = await peer.LogOnAsync(TestServer.User, TestServer.Password);
        Assert.Equal(NtStatus.Success, logon.Status);
    }

    [Fact]
    public async Task A_client_that_speaks_smb1_only_is_sent_away()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();

        await peer.SendFrameAsync(Smb1("PC NETWORK PROGRAM 1.0", "NT LM 0.12"));

        Assert.True(await peer.IsClosedAsync());
        Assert.Empty(server.Log.Errors);
    }

    [Fact]
    public async Task Smb1_after_negotiation_ends_the_connection()
    {
        await using TestServer server = await TestServer.StartAsync();
        await using ScriptedPeer peer = server.Connect();
        await peer.NegotiateAsync(Dialect.Smb311);

        await peer.SendFrameAsync(Smb1("SMB 2.???"));

        Assert.True(await peer.IsClosedAsync());
    }

    private delegate void Contexts(ref NegotiateContextListWriter writer);

    private static Contexts Preauth() => static (ref NegotiateContextListWriter w) => w.Add(new PreauthIntegrityCapabilities(
        IdList<HashAlgorithmId>.Of(HashAlgorithmId.Sha512), RandomNumberGenerator.GetBytes(32)));

    private static NegotiateRequest Request(Dialect[] dialects, params Contexts[] contexts)
    {
        var writer = new NegotiateContextListWriter(new byte[1024]);
        foreach (Contexts context in contexts)
            context(ref writer);
        return new NegotiateRequest(
            IdList<Dialect>.Of(dialects), SecurityMode.SigningEnabled, Capabilities.None, Guid.NewGuid(), writer.Count,
            writer.Written.ToArray());
    }

    private static byte[] Smb1(params string[] dialects)
    {
        byte[] list = [.. dialects.SelectMany(d => (byte[])[2, .. System.Text.Encoding.ASCII.GetBytes(d), 0])];
        byte[] frame = new byte[35 + list.Length];
        "\u00FFSMB"u8[2..].CopyTo(frame.AsSpan(1));
        frame[0] = 0xFF;
        frame[4] = 0x72;
        BitConverter.TryWriteBytes(frame.AsSpan(33), (ushort)list.Length);
        list.CopyTo(frame, 35);
        return frame;
    }
}
