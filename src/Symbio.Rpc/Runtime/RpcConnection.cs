using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>
/// The server's half of one association, [C706] 9.3 and 11: takes whole PDUs and emits whole PDUs. It knows nothing
/// of pipes, so that a TCP endpoint can use it too.
/// </summary>
/// <remarks>
/// <see cref="Receive"/> is called by one thread at a time. A call starts on the thread that brings its last
/// fragment and may finish on any other; what both touch is guarded by <see cref="_lock"/>. No handler, security
/// context or output runs under that lock.
/// </remarks>
internal sealed partial class RpcConnection : IDisposable
{
    private readonly Lock _lock = new();
    private readonly RpcEndpoint _endpoint;
    private readonly string _address;
    private readonly IRpcOutput _output;
    private readonly RpcCaller _transportCaller;
    private readonly RpcBudget _budget;
    private bool _closed;
    private bool _ranDown;

    public RpcConnection(
        RpcServer server, RpcEndpoint endpoint, string address, RpcCaller caller, RpcBudget budget, IRpcOutput output)
    {
        Server = server;
        _endpoint = endpoint;
        _address = address;
        _transportCaller = caller;
        _budget = budget;
        _output = output;
    }

    public RpcServer Server { get; }

    /// <summary>For calls only, and so after the bind.</summary>
    public RpcContextHandles Handles => _group!.Handles;

    public RpcCaller Caller => _security?.Caller ?? _transportCaller;

    private RpcLimits Limits => Server.Limits;

    /// <summary>Takes one PDU and owns it from now on. False: the connection is of no more use.</summary>
    public bool Receive(byte[] pdu)
    {
        if (_closed)
            return false;
        if (!PduHeader.TryRead(pdu, out var header) || header.FragLength != pdu.Length)
            return RefuseVersion(pdu);
        if (!AuthVerifier.TrySplit(header, pdu, out var body, out var verifier))
            return RefuseVerifier(header);

        return header.Type switch
        {
            PduType.Bind => ReceiveBind(header, body, verifier),
            PduType.AlterContext => ReceiveAlterContext(header, body, verifier),
            PduType.Auth3 => ReceiveAuth3(header, verifier),
            PduType.Request => ReceiveRequest(header, pdu, body, verifier),
            PduType.Cancel => ReceiveCancel(header, orphaned: false),
            PduType.Orphaned => ReceiveCancel(header, orphaned: true),
            _ => ProtocolError(header), // What only servers send, connectionless types, and what does not exist.
        };
    }

    /// <summary>Cancels what runs. Handles are run down when the last call has ended.</summary>
    public void Dispose()
    {
        CancellationTokenSource[] running;
        lock (_lock)
        {
            if (_closed)
                return;
            _closed = true;
            _waiting.Clear();
            running = [.. _calls.Values.Where(call => call.IsRunning).Select(call => call.Cancellation)];
            _calls.Clear();
            _budget.Give(_requestBytes);
            _requestBytes = 0;
        }

        foreach (var cancellation in running)
            cancellation.Cancel();
        RunDownWhenIdle();
    }

    /// <summary>A PDU that no version of ours explains. A bind gets told which versions we speak, [C706] 12.6.4.5.</summary>
    private bool RefuseVersion(byte[] pdu)
    {
        if (pdu.Length >= PduHeader.Length && (PduType)pdu[2] == PduType.Bind)
            Emit(PduType.BindNak, default, new BindNak(BindNakReason.ProtocolVersionNotSupported, 0));
        return false;
    }

    /// <summary>A verifier that does not fit its PDU; Windows answers a bind as if the version were wrong.</summary>
    private bool RefuseVerifier(PduHeader header) =>
        header.Type == PduType.Bind
            ? RefuseBind(header, BindNakReason.ProtocolVersionNotSupported)
            : ProtocolError(header);

    /// <summary>[C706] 9.5: a fault with nca_s_proto_error, and the end of the association.</summary>
    private bool ProtocolError(PduHeader header, FaultStatus status = FaultStatus.ProtocolError)
    {
        EmitFault(header, contextId: 0, status, didNotExecute: true);
        return false;
    }

    private void EmitFault(PduHeader header, ushort contextId, FaultStatus status, bool didNotExecute) =>
        Emit(PduType.Fault, header, new Fault(contextId, 0, status), didNotExecute ? PduFlags.DidNotExecute : 0);

    private void Emit<T>(
        PduType type, PduHeader inReplyTo, T body, PduFlags flags = PduFlags.None, AuthVerifier? verifier = null)
        where T : struct, IPduBody<T> =>
        _output.Send([PduCodec.Write(
            type, flags | PduFlags.FirstFrag | PduFlags.LastFrag, inReplyTo.CallId, body, verifier,
            inReplyTo.MinorVersion)]);
}

/// <summary>Where a connection's PDUs go.</summary>
internal interface IRpcOutput
{
    /// <summary>True while so much waits to be read that no further call should start.</summary>
    bool IsCongested { get; }

    /// <summary>Queues PDUs that belong together. Called from any thread, never under a lock of the connection.</summary>
    void Send(IReadOnlyList<byte[]> pdus);
}
