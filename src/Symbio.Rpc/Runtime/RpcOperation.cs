using Symbio.Rpc.Ndr;
using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>One row of an interface's table of operations.</summary>
/// <typeparam name="THost">What the interface asks for its data and tells to act.</typeparam>
public sealed class RpcOperation<THost> where THost : class
{
    private readonly Marshalled? _handler;

    private RpcOperation(ushort opnum, string name, Marshalled? handler)
    {
        Opnum = opnum;
        Name = name;
        _handler = handler;
    }

    /// <summary>An operation's work.</summary>
    public delegate ValueTask<RpcReply<TResponse>> Handler<TRequest, TResponse>(
        THost host, RpcCall call, TRequest request)
        where TResponse : struct;

    private delegate ValueTask<RpcReply> Marshalled(
        THost host, RpcCall call, ReadOnlyMemory<byte> stub, bool bigEndian, int limit);

    public ushort Opnum { get; }

    /// <summary>The specification's spelling.</summary>
    public string Name { get; }

    public bool IsSupported => _handler is not null;

    /// <summary>A row with a handler.</summary>
    public static RpcOperation<THost> For<TRequest, TResponse>(
        ushort opnum, string name, Handler<TRequest, TResponse> handler)
        where TRequest : struct, INdrType
        where TResponse : struct, INdrType =>
        new(opnum, name, (host, call, stub, bigEndian, limit) =>
        {
            if (!NdrCodec.TryRead(stub, bigEndian, out TRequest request))
                return new(new RpcReply(default, FaultStatus.BadStubData, DidNotExecute: true));
            var reply = handler(host, call, request);
            return reply.IsCompletedSuccessfully
                ? new(Marshal(reply.Result, limit))
                : AwaitAndMarshalAsync(reply, limit);
        });

    /// <summary>
    /// A row without a handler: known, and answered with nca_s_op_rng_error like an operation number that does not
    /// exist, which is what clients fall back from.
    /// </summary>
    public static RpcOperation<THost> NotSupported(ushort opnum, string name) => new(opnum, name, null);

    internal ValueTask<RpcReply> InvokeAsync(
        THost host, RpcCall call, ReadOnlyMemory<byte> stub, bool bigEndian, int limit) =>
        _handler is null
            ? new(new RpcReply(default, FaultStatus.OperationRangeError, DidNotExecute: true))
            : _handler(host, call, stub, bigEndian, limit);

    private static async ValueTask<RpcReply> AwaitAndMarshalAsync<TResponse>(
        ValueTask<RpcReply<TResponse>> reply, int limit)
        where TResponse : struct, INdrType => Marshal(await reply, limit);

    private static RpcReply Marshal<TResponse>(RpcReply<TResponse> reply, int limit)
        where TResponse : struct, INdrType
    {
        if (reply.Fault != FaultStatus.None)
            return new RpcReply(default, reply.Fault);
        return NdrCodec.TryWrite(reply.Value, out var stub, limit)
            ? new RpcReply(stub, FaultStatus.None)
            : new RpcReply(default, FaultStatus.OutArgumentsTooBig);
    }
}
