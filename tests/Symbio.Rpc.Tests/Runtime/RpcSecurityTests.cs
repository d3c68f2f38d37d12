using System.Diagnostics.CodeAnalysis;
using Symbio.Protocol;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Tests.Runtime;

/// <summary>The hook for NTLM and Kerberos, with a toy in their place: two legs, a checksum, an XOR.</summary>
public sealed class RpcSecurityTests
{
    private readonly WaitingInterface _host = new();
    private readonly ToyProvider _provider = new();

    [Theory]
    [InlineData(AuthLevel.PktIntegrity, 5000)]
    [InlineData(AuthLevel.PktPrivacy, 5000)]
    [InlineData(AuthLevel.PktPrivacy, 3)]
    public async Task Calls_are_protected_both_ways(AuthLevel level, int length)
    {
        using var client = await BindAsync(level);
        var toy = new ToyContext();
        byte[] request = Protect(client, toy, level, WaitingInterface.Stub(length));
        client.Pipe.Write(request);

        List<byte> stub = [];
        PduHeader header;
        do
        {
            byte[] pdu = await client.ReadAsync();
            Assert.InRange(pdu.Length, 1, 4280);
            Assert.True(PduHeader.TryRead(pdu, out header));
            Assert.True(AuthVerifier.TrySplit(header, pdu, out var body, out var verifier));
            int end = pdu.Length - 4 - AuthVerifier.TrailerLength;
            Assert.Equal(0, (end - Response.HeaderLength) % 16);
            Assert.True(toy.TryUnprotect(
                pdu.AsSpan(..^4), Response.HeaderLength..end, new(level == AuthLevel.PktPrivacy, false), verifier!.Value.Token.Span));
            Assert.True(PduCodec.TryReadBody(body, header, out Response response));
            stub.AddRange(response.Stub.Span);
        }
        while (!header.IsLast);

        Assert.Equal(WaitingInterface.Stub(length), stub);
        Assert.Equal("toy user", Assert.Single(_host.Callers).UserName);
    }

    [Fact]
    public async Task A_wrong_signature_ends_the_association()
    {
        using var client = await BindAsync(AuthLevel.PktIntegrity);
        byte[] request = Protect(client, new ToyContext(), AuthLevel.PktIntegrity, WaitingInterface.Stub(8));
        request[30] ^= 1;
        client.Pipe.Write(request);
        Assert.Equal(FaultStatus.AccessDenied, (await client.ReadReplyAsync()).Fault);
        Assert.False(client.Pipe.IsConnected);
    }

    [Fact]
    public async Task A_request_without_its_signature_is_denied()
    {
        using var client = await BindAsync(AuthLevel.PktIntegrity);
        Assert.Equal(FaultStatus.AccessDenied, (await client.CallRawAsync(0, WaitingInterface.Stub(8))).Fault);
    }

    [Fact]
    public async Task A_failed_third_leg_denies_the_first_request()
    {
        using var client = await BindAsync(AuthLevel.Connect, third: [0]);
        Assert.Equal(FaultStatus.AccessDenied, (await client.CallRawAsync(0, WaitingInterface.Stub(8))).Fault);
    }

    [Fact]
    public async Task Connect_level_needs_no_signature()
    {
        using var client = await BindAsync(AuthLevel.Connect);
        Assert.Equal(FaultStatus.None, (await client.CallRawAsync(0, WaitingInterface.Stub(8))).Fault);
        client.Dispose();
        Assert.Equal(1, _provider.Disposed);
    }

    [Fact]
    public void A_bind_during_which_the_pipe_is_closed_leaves_no_group()
    {
        var server = _host.CreateServer(security: _provider);
        using var client = TestClient.Open(server, "test");
        _provider.OnAccept = client.Dispose; // As a CLOSE over another channel of the session.
        var bind = new Bind(4280, 4280, 0, [new PresentationContext(0, WaitingInterface.Syntax, [SyntaxId.Ndr])]);

        client.Pipe.Write(client.Write(
            PduType.Bind, 0, bind, new AuthVerifier(AuthType.Ntlm, AuthLevel.Connect, 0, 7, new byte[] { 1 })));

        Assert.Equal(1, _provider.Disposed);
        Assert.Equal(0, server.AssociationGroups.Count);
    }

    private static byte[] Protect(TestClient client, ToyContext toy, AuthLevel level, byte[] stub)
    {
        byte[] pdu = client.Write(
            PduType.Request, 0, new Request(0, 0, 0, null, stub), new AuthVerifier(AuthType.Ntlm, level, 0, 7, new byte[4]));
        int end = pdu.Length - 4 - AuthVerifier.TrailerLength;
        toy.Protect(
            pdu.AsSpan(..^4), Request.HeaderLength..end, new(level == AuthLevel.PktPrivacy, false), pdu.AsSpan(^4..));
        return pdu;
    }

    private async Task<TestClient> BindAsync(AuthLevel level, byte[]? third = null)
    {
        var client = TestClient.Open(_host.CreateServer(security: _provider), "test");
        var bind = new Bind(4280, 4280, 0, [new PresentationContext(0, WaitingInterface.Syntax, [SyntaxId.Ndr])]);
        byte[] pdu = await client.ExchangeAsync(
            client.Write(PduType.Bind, 0, bind, new AuthVerifier(AuthType.Ntlm, level, 0, 7, new byte[] { 1 })));
        Assert.True(PduCodec.TryRead(pdu, out var header, out BindAck _, out var answer));
        Assert.Equal(PduType.BindAck, header.Type);
        Assert.Equal("02", Hex.Of(answer!.Value.Token));
        client.Pipe.Write(client.Write(
            PduType.Auth3, 0, default(Auth3), new AuthVerifier(AuthType.Ntlm, level, 0, 7, third ?? [3])));
        return client;
    }

    private sealed class ToyProvider : IRpcSecurityProvider
    {
        public int Disposed { get; private set; }

        public Action? OnAccept { get; set; }

        public bool TryCreate(
            AuthType type, AuthLevel level, RpcCaller caller, [NotNullWhen(true)] out IRpcSecurityContext? context)
        {
            context = type == AuthType.Ntlm ? new ToyContext(() => Disposed++, OnAccept) : null;
            return context is not null;
        }
    }

    private sealed class ToyContext(Action? disposed = null, Action? accepts = null) : IRpcSecurityContext
    {
        public RpcCaller? Caller { get; private set; }

        public int SignatureLength => 4;

        public NtStatus Accept(ReadOnlySpan<byte> token, out byte[] answer)
        {
            accepts?.Invoke();
            answer = token[0] == 1 ? [2] : [];
            if (token[0] == 1)
                return NtStatus.MoreProcessingRequired;
            Caller = RpcCaller.Anonymous with { UserName = "toy user" };
            return token[0] == 3 ? NtStatus.Success : NtStatus.LogonFailure;
        }

        public void Protect(Span<byte> pdu, Range stub, RpcProtection protection, Span<byte> signature)
        {
            BitConverter.TryWriteBytes(signature, Sum(pdu));
            Crypt(pdu[stub], protection);
        }

        public bool TryUnprotect(Span<byte> pdu, Range stub, RpcProtection protection, ReadOnlySpan<byte> signature)
        {
            Crypt(pdu[stub], protection);
            return BitConverter.ToInt32(signature) == Sum(pdu);
        }

        public void Dispose() => disposed?.Invoke();

        private static void Crypt(Span<byte> stub, RpcProtection protection)
        {
            for (int i = 0; protection.Seal && i < stub.Length; i++)
                stub[i] ^= 0x5A;
        }

        private static int Sum(Span<byte> bytes)
        {
            int sum = 1;
            foreach (byte b in bytes)
                sum = unchecked((sum * 31) + b);
            return sum;
        }
    }
}
