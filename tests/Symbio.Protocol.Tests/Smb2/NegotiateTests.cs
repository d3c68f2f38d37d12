using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Protocol.Tests.Smb2;

public sealed class NegotiateTests
{
    // Sent by smbclient 4.17, answered by smbd 4.17.
    private const string Request =
        "FE534D42400000000000000000001F0000000000000000000000000000000000" +
        "0000000000000000000000000000000000000000000000000000000000000000" +
        "24000500010000007F0000003A5FC6303185D548A04F4DC962E0C9027000000004000000020210020003020311030000" +
        "0100260000000000010020000100BD470B48DA05710721B2FCC485D625EF5AA2A643D3600891345E8A71D3D3997E0000" +
        "02000A000000000004000200010004000300000000000000080008000000000003000200010000000500120000000000" +
        "3100320037002E0030002E0030002E003100";
    private const string Response =
        "FE534D4240000000000000000000010001000000000000000000000000000000" +
        "0000000000000000000000000000000000000000000000000000000000000000" +
        "41000100FF020000636170000000000000000000000000000700000000008000000080000000800018F24E6D9A79DD01" +
        "000000000000000080004A0000000000604806062B0601050502A03E303CA00E300C060A2B06010401823702020AA32A" +
        "3028A0261B246E6F745F646566696E65645F696E5F5246433431373840706C656173655F69676E6F7265";
    private const string Smb1 =
        "FF534D4272000000001843C80000000000000000000000000000FEFF00000000003100024E54204C414E4D414E20312E" +
        "3000024E54204C4D20302E31320002534D4220322E3030320002534D4220322E3F3F3F00";

    [Fact] // [MS-SMB2] 2.2.3
    public void Request_reads_and_writes()
    {
        NegotiateRequest request = MessageTest.RoundTrip<NegotiateRequest>(Request, isWhole: m => m.Contexts.IsValid);

        Assert.Equal([Dialect.Smb202, Dialect.Smb210, Dialect.Smb300, Dialect.Smb302, Dialect.Smb311],
            request.Dialects.Span.ToArray());
        Assert.True(request.Dialects.Contains(Dialect.Smb302));
        Assert.False(request.Dialects.Contains(Dialect.Wildcard));
        Assert.Equal(SecurityMode.SigningEnabled, request.SecurityMode);
        Assert.Equal((Capabilities)0x7F, request.Capabilities);
        Assert.Equal(4, request.ContextCount);

        Assert.True(request.Contexts.TryGet(NegotiateContextType.PreauthIntegrityCapabilities, out var data));
        Assert.True(PreauthIntegrityCapabilities.TryRead(data, out PreauthIntegrityCapabilities preauth));
        Assert.Equal([HashAlgorithmId.Sha512], preauth.HashAlgorithms.Span.ToArray());
        Assert.Equal(32, preauth.Salt.Length);

        Assert.True(request.Contexts.TryGet(NegotiateContextType.EncryptionCapabilities, out data));
        Assert.True(EncryptionCapabilities.TryRead(data, out EncryptionCapabilities encryption));
        Assert.Equal(
            [EncryptionAlgorithm.Aes128Gcm, EncryptionAlgorithm.Aes128Ccm, EncryptionAlgorithm.Aes256Gcm,
                EncryptionAlgorithm.Aes256Ccm],
            encryption.Ciphers.Span.ToArray());

        Assert.True(request.Contexts.TryGet(NegotiateContextType.SigningCapabilities, out data));
        Assert.True(SigningCapabilities.TryRead(data, out SigningCapabilities signing));
        Assert.Equal([SigningAlgorithm.AesGmac, SigningAlgorithm.AesCmac, SigningAlgorithm.HmacSha256],
            signing.SigningAlgorithms.Span.ToArray());

        Assert.True(request.Contexts.TryGet(NegotiateContextType.NetnameNegotiateContextId, out data));
        Assert.True(NetnameNegotiateContextId.TryRead(data, out NetnameNegotiateContextId name));
        Assert.Equal("127.0.0.1", WireReader.ToUtf16(name.NetName.Span));
        Assert.Equal(1, request.Contexts.CountOf(NegotiateContextType.NetnameNegotiateContextId));
        Assert.False(request.Contexts.TryGet(NegotiateContextType.TransportCapabilities, out _));
    }

    [Fact] // [MS-SMB2] 2.2.4
    public void Response_reads_and_writes()
    {
        NegotiateResponse response = MessageTest.RoundTrip<NegotiateResponse>(Response);

        Assert.Equal(Dialect.Wildcard, response.DialectRevision);
        Assert.Equal(SecurityMode.SigningEnabled, response.SecurityMode);
        Assert.Equal(0x00800000u, response.MaxReadSize);
        Assert.Equal(FileTime.None, response.ServerStartTime);
        Assert.Equal(0x4A, response.SecurityBuffer.Length);
        Assert.Equal(0x60, response.SecurityBuffer.Span[0]); // GSS-API
        Assert.Equal(0, response.NegotiateContextCount);
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(74)]
    public void Response_with_contexts_reads_and_writes(int tokenLength)
    {
        byte[] contexts = new byte[256];
        var list = new NegotiateContextListWriter(contexts);
        list.Add(new PreauthIntegrityCapabilities(IdList<HashAlgorithmId>.Of(HashAlgorithmId.Sha512), new byte[31]));
        list.Add(new EncryptionCapabilities(IdList<EncryptionAlgorithm>.Of(EncryptionAlgorithm.Aes256Gcm)));
        list.Add(NegotiateContextType.PosixExtensionsAvailable, new byte[16]);
        Assert.True(list.IsValid);
        var message = new NegotiateResponse(
            SecurityMode.SigningRequired, Dialect.Smb311, list.Count, Guid.NewGuid(), Capabilities.GlobalCapLeasing,
            1, 2, 3, new FileTime(4), new FileTime(5), new byte[tokenLength], list.Written.ToArray());

        NegotiateResponse read = MessageTest.RoundTrip(message);

        Assert.True(read.Contexts.IsValid);
        Assert.Equal(3, read.NegotiateContextCount);
        Assert.True(read.Contexts.TryGet(NegotiateContextType.PosixExtensionsAvailable, out var posix));
        Assert.Equal(16, posix.Length);
    }

    [Theory] // Names of versions, 16 bytes each.
    [InlineData(0, false, false)]
    [InlineData(15, false, false)]
    [InlineData(16, true, false)]
    [InlineData(32, true, true)]
    [InlineData(33, false, false)]
    public void Versions_of_the_posix_extensions(int length, bool readable, bool isCurrent)
    {
        byte[] data = new byte[length];
        if (length >= 32)
            CreateContextName.Posix.CopyTo(data.AsSpan(16));

        Assert.Equal(readable, PosixExtensionsAvailable.TryRead(data, out PosixExtensionsAvailable posix));
        Assert.Equal(isCurrent, readable && posix.HasCurrent);
        Assert.True(PosixExtensionsAvailable.Current.HasCurrent);
    }

    [Fact]
    public void Request_without_contexts_reads_and_writes()
    {
        var message = new NegotiateRequest(
            IdList<Dialect>.Of(Dialect.Smb202, Dialect.Smb210), SecurityMode.None, Capabilities.None, Guid.NewGuid(),
            0, default);

        Assert.True(MessageTest.RoundTrip(message).Contexts.IsValid);
    }

    [Fact]
    public void Lying_counts_and_offsets_are_refused()
    {
        Assert.False(MessageTest.IsAccepted<NegotiateRequest>(Request, b => b[64 + 2] = 0xFF)); // DialectCount
        Assert.False(MessageTest.IsAccepted<NegotiateRequest>(Request, b => b[64 + 28] = 0x08)); // into the header
        Assert.False(MessageTest.IsAccepted<NegotiateRequest>(Request, b => b[64 + 28] = 0x71)); // unaligned
        Assert.False(MessageTest.IsAccepted<NegotiateRequest>(Request, b => b[64 + 31] = 0xFF)); // past the end
        Assert.False(MessageTest.IsAccepted<NegotiateRequest>(Request, b => b[64] = 37)); // StructureSize

        byte[] bytes = Convert.FromHexString(Request);
        bytes[64 + 32] = 5; // NegotiateContextCount: one more than there are.
        Assert.True(MessageTest.TryRead(bytes, out _, out NegotiateRequest request));
        Assert.False(request.Contexts.IsValid);
    }

    [Fact]
    public void Context_types_read_and_write()
    {
        RoundTrip(new PreauthIntegrityCapabilities(IdList<HashAlgorithmId>.Of(HashAlgorithmId.Sha512), new byte[7]));
        RoundTrip(new EncryptionCapabilities(IdList<EncryptionAlgorithm>.Of(EncryptionAlgorithm.Aes128Ccm)));
        RoundTrip(new CompressionCapabilities(CompressionCapabilitiesFlags.Chained,
            IdList<CompressionAlgorithm>.Of(CompressionAlgorithm.Lz77, CompressionAlgorithm.PatternV1)));
        RoundTrip(new NetnameNegotiateContextId(new byte[8]));
        RoundTrip(new TransportCapabilities(TransportCapabilitiesFlags.AcceptTransportLevelSecurity));
        RoundTrip(new RdmaTransformCapabilities(IdList<RdmaTransformId>.Of(RdmaTransformId.Encryption)));
        RoundTrip(new SigningCapabilities(IdList<SigningAlgorithm>.Of(SigningAlgorithm.AesGmac)));
    }

    [Fact] // The lists' counts "MUST be greater than zero".
    public void Contexts_without_algorithms_are_refused()
    {
        Assert.False(PreauthIntegrityCapabilities.TryRead(new byte[4], out _));
        Assert.False(EncryptionCapabilities.TryRead(new byte[4], out _));
        Assert.False(SigningCapabilities.TryRead(new byte[4], out _));
        Assert.False(RdmaTransformCapabilities.TryRead(new byte[8], out _));
        Assert.True(CompressionCapabilities.TryRead(new byte[8], out CompressionCapabilities compression));
        Assert.Equal(0, compression.CompressionAlgorithms.Count); // For the server to refuse.
    }

    [Fact]
    public void Netname_of_odd_length_is_refused() =>
        Assert.False(NetnameNegotiateContextId.TryRead(new byte[3], out _));

    [Fact] // [MS-SMB2] 3.3.5.3.1
    public void Smb1_negotiate_offers_smb2()
    {
        byte[] frame = Convert.FromHexString(Smb1);

        Assert.True(SmbNegotiateRequest.TryRead(frame, out SmbNegotiateRequest request));
        Assert.True(request.OffersSmb2002);
        Assert.True(request.OffersSmb2Wildcard);
        Assert.True(request.Contains("NT LM 0.12"u8));
        Assert.False(request.Contains("SMB 2.00"u8));
        Assert.False(request.Contains(""u8));
    }

    [Fact]
    public void Smb1_negotiate_cut_short_or_changed_never_throws()
    {
        byte[] frame = Convert.FromHexString(Smb1);
        for (int length = 0; length < frame.Length; length++)
            Assert.False(SmbNegotiateRequest.TryRead(frame.AsMemory(0, length), out _));
        for (int position = 0; position < frame.Length; position++)
        {
            foreach (byte value in (ReadOnlySpan<byte>)[0x00, 0x02, 0x7F, 0xFF])
            {
                byte[] changed = (byte[])frame.Clone();
                changed[position] = value;
                if (SmbNegotiateRequest.TryRead(changed, out SmbNegotiateRequest request))
                    _ = request.OffersSmb2002 | request.OffersSmb2Wildcard;
            }
        }
    }

    private static void RoundTrip<T>(T context)
        where T : struct, INegotiateContext<T>
    {
        byte[] buffer = new byte[64];
        var list = new NegotiateContextListWriter(buffer);
        list.Add(context);
        Assert.True(new NegotiateContextList(list.Written.ToArray(), 1).TryGet(T.Type, out var data));
        Assert.True(T.TryRead(data, out T read));
        Assert.Equal(context.ToString()!.Length, read.ToString()!.Length);
        var again = new NegotiateContextListWriter(new byte[64]);
        again.Add(read);
        Assert.Equal(list.Written, again.Written);
        for (int length = 0; length < data.Length; length++)
        {
            if (T.Type != NegotiateContextType.NetnameNegotiateContextId) // Its length is DataLength.
                Assert.False(T.TryRead(data[..length], out _));
        }
    }
}
