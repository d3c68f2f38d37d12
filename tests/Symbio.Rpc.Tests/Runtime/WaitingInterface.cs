using Symbio.Rpc.Ndr;
using Symbio.Rpc.Pdu;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Tests.Runtime;

/// <summary>An interface whose calls wait, echo, fail and hold handles, as the test wants.</summary>
internal sealed class WaitingInterface
{
    public const ushort Echo = 0;
    public const ushort Wait = 1;
    public const ushort Throw = 2;
    public const ushort Open = 3;

    private static readonly RpcOperation<WaitingInterface>[] Operations =
    [
        RpcOperation<WaitingInterface>.For<Blob, Blob>(Echo, "Echo", (host, call, request) =>
        {
            host.Callers.Add(call.Caller);
            return new((RpcReply<Blob>)request);
        }),
        RpcOperation<WaitingInterface>.For<Blob, Blob>(Wait, "Wait", async (host, call, request) =>
        {
            host.Started++;
            await host.Gate.Task.WaitAsync(call.CancellationToken);
            return request;
        }),
        RpcOperation<WaitingInterface>.For<Blob, Blob>(
            Throw, "Throw", (host, call, request) => throw new InvalidOperationException("A bug.")),
        RpcOperation<WaitingInterface>.For<Blob, Blob>(Open, "Open", (host, call, request) =>
            new(call.Handles.TryAdd(host.Handle, out _) ? request : FaultStatus.RemoteNoMemory)),
        RpcOperation<WaitingInterface>.NotSupported(4, "NotThere"),
    ];

    public static SyntaxId Syntax { get; } = new(new Guid("11111111-2222-3333-4444-555555555555"), 1, 2);

    public TaskCompletionSource Gate { get; } = new();

    public List<RpcCaller> Callers { get; } = [];

    public List<Exception> Exceptions { get; } = [];

    public DisposableHandle Handle { get; } = new();

    public int Started { get; private set; }

    public RpcServer CreateServer(RpcLimits? limits = null, IRpcSecurityProvider? security = null) =>
        new([new RpcEndpoint("test", [RpcInterface.Create("test", Syntax, Operations, this)], "alias")], limits, null, security)
        {
            UnhandledException = (_, exception) => Exceptions.Add(exception),
        };

    public static byte[] Stub(int length)
    {
        byte[] bytes = new byte[length];
        new Random(length).NextBytes(bytes);
        return Stub(bytes);
    }

    public static byte[] Stub(byte[] bytes)
    {
        Assert.True(NdrCodec.TryWrite(new Blob { Bytes = bytes }, out var stub));
        return stub.ToArray();
    }

    internal sealed class DisposableHandle : IDisposable
    {
        public int Disposed { get; private set; }

        public void Dispose() => Disposed++;
    }

    internal struct Blob : INdrType
    {
        public ReadOnlyMemory<byte> Bytes;

        public void Marshal(ref NdrCodec ndr) => ndr.Bytes(ref Bytes);
    }
}
