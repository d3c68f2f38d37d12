using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>One call, as its handler sees it.</summary>
public sealed class RpcCall
{
    internal RpcCall(RpcConnection connection, RpcInterface @interface, ushort opnum, Guid? objectUuid, CancellationToken cancellationToken)
    {
        Connection = connection;
        Interface = @interface;
        Opnum = opnum;
        ObjectUuid = objectUuid;
        CancellationToken = cancellationToken;
    }

    public RpcInterface Interface { get; }

    public ushort Opnum { get; }

    public Guid? ObjectUuid { get; }

    /// <summary>Cancelled when the client cancels or abandons the call and when its pipe goes away.</summary>
    public CancellationToken CancellationToken { get; }

    public RpcCaller Caller => Connection.Caller;

    /// <summary>How the RPC layer itself protects the call; the transport may do more.</summary>
    public AuthType AuthType => Connection.AuthType;

    /// <inheritdoc cref="AuthType"/>
    public AuthLevel AuthLevel => Connection.AuthLevel;

    /// <summary>The context handles that this client holds.</summary>
    public RpcContextHandles Handles => Connection.Handles;

    public TimeProvider TimeProvider => Connection.Server.TimeProvider;

    private RpcConnection Connection { get; }
}
