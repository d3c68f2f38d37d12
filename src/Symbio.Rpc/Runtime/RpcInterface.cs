using System.Diagnostics;
using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>An interface that a server offers: a UUID, a version and operations.</summary>
public abstract class RpcInterface
{
    private protected RpcInterface(string name, SyntaxId syntax)
    {
        Name = name;
        Syntax = syntax;
    }

    /// <summary>The IDL's name, "srvsvc".</summary>
    public string Name { get; }

    public SyntaxId Syntax { get; }

    /// <summary>Binds an interface's static table to its host.</summary>
    /// <param name="operations">Ordered by opnum without a gap, from 0.</param>
    public static RpcInterface Create<THost>(
        string name, SyntaxId syntax, RpcOperation<THost>[] operations, THost host) where THost : class =>
        new Bound<THost>(name, syntax, operations, host);

    /// <summary>The name of an operation, for logs; null when there is no such row.</summary>
    public abstract string? OperationName(ushort opnum);

    /// <summary>[C706] 6.2.1: the same major version, and a minor version not below the client's.</summary>
    internal bool Offers(SyntaxId wanted) =>
        wanted.Uuid == Syntax.Uuid && wanted.MajorVersion == Syntax.MajorVersion &&
        wanted.MinorVersion <= Syntax.MinorVersion;

    internal abstract ValueTask<RpcReply> InvokeAsync(
        RpcCall call, ReadOnlyMemory<byte> stub, bool bigEndian, int limit);

    private sealed class Bound<THost> : RpcInterface where THost : class
    {
        private readonly RpcOperation<THost>[] _operations;
        private readonly THost _host;

        public Bound(string name, SyntaxId syntax, RpcOperation<THost>[] operations, THost host) : base(name, syntax)
        {
            for (int i = 0; i < operations.Length; i++)
                Debug.Assert(operations[i].Opnum == i, "Rows stand at their opnum.");
            _operations = operations;
            _host = host;
        }

        public override string? OperationName(ushort opnum) =>
            opnum < _operations.Length ? _operations[opnum].Name : null;

        internal override ValueTask<RpcReply> InvokeAsync(
            RpcCall call, ReadOnlyMemory<byte> stub, bool bigEndian, int limit) =>
            call.Opnum < _operations.Length
                ? _operations[call.Opnum].InvokeAsync(_host, call, stub, bigEndian, limit)
                : new(new RpcReply(default, FaultStatus.OperationRangeError, DidNotExecute: true));
    }
}
