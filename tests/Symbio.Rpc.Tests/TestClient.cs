using Symbio.Protocol;
using Symbio.Rpc.Ndr;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Tests;

/// <summary>The client half, scripted: binds, sends requests in fragments, reassembles replies.</summary>
internal sealed class TestClient(RpcPipe pipe) : IDisposable
{
    public static readonly RpcCaller Administrator = new()
    {
        IsAuthenticated = true, IsAdministrator = true, UserName = "demo", DomainName = "SYMBIO",
    };

    public static readonly RpcCaller User = Administrator with { IsAdministrator = false, UserName = "anna" };

    private uint _callId = 1;

    public RpcPipe Pipe { get; } = pipe;

    public static TestClient Open(RpcServer server, string pipeName, RpcCaller? caller = null)
    {
        Assert.True(server.TryOpenPipe(pipeName, caller ?? Administrator, out var pipe));
        return new TestClient(pipe);
    }

    public static async Task<TestClient> BindAsync(
        RpcServer server, string pipeName, SyntaxId syntax, RpcCaller? caller = null, ushort maxFrag = 4280,
        PduFlags flags = PduFlags.None)
    {
        var client = Open(server, pipeName, caller);
        var ack = await client.BindAsync(
            maxFrag, flags, new PresentationContext(0, syntax, [SyntaxId.Ndr]));
        Assert.Equal(PresentationResult.Accept, Assert.Single(ack.Results));
        return client;
    }

    public async Task<BindAck> BindAsync(ushort maxFrag, PduFlags flags, params PresentationContext[] contexts)
    {
        var pdu = await ExchangeAsync(Write(PduType.Bind, flags, new Bind(maxFrag, maxFrag, 0, contexts)));
        Assert.True(PduCodec.TryRead(pdu, out var header, out BindAck ack, out _));
        Assert.Equal(PduType.BindAck, header.Type);
        return ack;
    }

    public byte[] Write<T>(PduType type, PduFlags flags, T body, AuthVerifier? verifier = null, uint? callId = null)
        where T : struct, IPduBody<T> =>
        PduCodec.Write(
            type, flags | PduFlags.FirstFrag | PduFlags.LastFrag, callId ?? _callId++, body, verifier);

    /// <summary>One PDU each way.</summary>
    public async Task<byte[]> ExchangeAsync(byte[] pdu)
    {
        byte[] buffer = new byte[65536];
        var (status, count) = await Pipe.TransceiveAsync(pdu, buffer);
        Assert.Equal(NtStatus.Success, status);
        return buffer[..count];
    }

    public async Task<byte[]> ReadAsync(int size = 65536)
    {
        byte[] buffer = new byte[size];
        var (status, count) = await Pipe.ReadAsync(buffer);
        Assert.Equal(NtStatus.Success, status);
        return buffer[..count];
    }

    public async Task<TResponse> CallAsync<TRequest, TResponse>(
        ushort opnum, TRequest request, int fragmentSize = int.MaxValue)
        where TRequest : struct, INdrType
        where TResponse : struct, INdrType
    {
        Assert.True(NdrCodec.TryWrite(request, out var stub));
        var (fault, reply) = await CallRawAsync(opnum, stub, fragmentSize);
        Assert.Equal(FaultStatus.None, fault);
        Assert.True(NdrCodec.TryRead(reply, false, out TResponse response));
        return response;
    }

    public async Task<(FaultStatus Fault, byte[] Stub)> CallRawAsync(
        ushort opnum, ReadOnlyMemory<byte> stub, int fragmentSize = int.MaxValue)
    {
        Send(opnum, stub, fragmentSize);
        return await ReadReplyAsync();
    }

    public uint Send(ushort opnum, ReadOnlyMemory<byte> stub, int fragmentSize = int.MaxValue)
    {
        uint callId = _callId++;
        var flags = PduFlags.FirstFrag;
        do
        {
            int length = Math.Min(Math.Min(fragmentSize, 4000), stub.Length);
            var request = new Request((uint)stub.Length, 0, opnum, null, stub[..length]);
            stub = stub[length..];
            if (stub.IsEmpty)
                flags |= PduFlags.LastFrag;
            Assert.Equal(NtStatus.Success, Pipe.Write(PduCodec.Write(PduType.Request, flags, callId, request)));
            flags = PduFlags.None;
        }
        while (!stub.IsEmpty);
        return callId;
    }

    public async Task<(FaultStatus Fault, byte[] Stub)> ReadReplyAsync()
    {
        List<byte> stub = [];
        while (true)
        {
            byte[] pdu = await ReadAsync();
            Assert.True(PduHeader.TryRead(pdu, out var header));
            if (header.Type == PduType.Fault)
            {
                Assert.True(PduCodec.TryReadBody(pdu, header, out Fault fault));
                return (fault.Status, []);
            }

            Assert.True(PduCodec.TryReadBody(pdu, header, out Response response));
            Assert.Equal(stub.Count == 0, header.IsFirst);
            stub.AddRange(response.Stub.Span);
            if (header.IsLast)
                return (FaultStatus.None, [.. stub]);
        }
    }

    public void Dispose() => Pipe.Dispose();
}
