using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>What a handler returns: its [out] parameters, or a fault when there is no way to say it in them.</summary>
public readonly record struct RpcReply<T>(T Value, FaultStatus Fault) where T : struct
{
    public static implicit operator RpcReply<T>(T value) => new(value, FaultStatus.None);

    public static implicit operator RpcReply<T>(FaultStatus fault) => new(default, fault);

    public static RpcReply<T> FromValue(T value) => value;

    public static RpcReply<T> FromFault(FaultStatus fault) => fault;
}

/// <summary>A marshalled reply.</summary>
/// <param name="Fault"><see cref="FaultStatus.None"/> when <paramref name="Stub"/> is the answer.</param>
/// <param name="DidNotExecute">The operation was refused before it could have had an effect.</param>
internal readonly record struct RpcReply(ReadOnlyMemory<byte> Stub, FaultStatus Fault, bool DidNotExecute = false);
