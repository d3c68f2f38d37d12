using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>bind and alter_context, [C706] 9.3.2 and [MS-RPCE] 3.3.1.5.</summary>
internal sealed partial class RpcConnection
{
    /// <summary>MustRecvFragSize, [C706] 12.6.3.1: every implementation can take this much.</summary>
    private const ushort MustRecvFragSize = 1432;

    private readonly Dictionary<ushort, RpcInterface> _contexts = [];
    private uint _associationGroup;
    private ushort _maxXmitFrag = MustRecvFragSize;
    private ushort _maxRecvFrag = MustRecvFragSize;
    private bool _multiplexing;

    private bool ReceiveBind(PduHeader header, ReadOnlyMemory<byte> body, AuthVerifier? verifier)
    {
        if (_associationGroup != 0 || !PduCodec.TryReadBody(body, header, out Bind bind) || bind.Contexts.Count == 0)
        {
            Emit(PduType.BindNak, header, new BindNak(BindNakReason.NotSpecified));
            return _associationGroup != 0;
        }

        _signHeader = (header.Flags & PduFlags.PendingCancelOrHeaderSign) != 0;
        if (!TryAuthenticate(verifier, out var answer))
        {
            Emit(PduType.BindNak, header, new BindNak(BindNakReason.AuthenticationTypeNotRecognized));
            return false;
        }

        _associationGroup = bind.AssocGroupId != 0 ? bind.AssocGroupId : Server.NextAssociationGroup();
        _maxXmitFrag = Math.Max(Math.Min(bind.MaxRecvFrag, Limits.MaxFragment), MustRecvFragSize);
        _maxRecvFrag = Math.Max(Math.Min(bind.MaxXmitFrag, Limits.MaxFragment), MustRecvFragSize);
        _multiplexing = (header.Flags & PduFlags.ConcMpx) != 0;

        EmitBindAck(PduType.BindAck, header, bind, @"\PIPE\" + _address, answer);
        return true;
    }

    private bool ReceiveAlterContext(PduHeader header, ReadOnlyMemory<byte> body, AuthVerifier? verifier)
    {
        if (_associationGroup == 0 || !PduCodec.TryReadBody(body, header, out Bind alter))
            return ProtocolError(header);
        if (!TryAuthenticate(verifier, out var answer))
            return ProtocolError(header, FaultStatus.AccessDenied);

        EmitBindAck(PduType.AlterContextResp, header, alter, address: "", answer);
        return true;
    }

    private void EmitBindAck(PduType type, PduHeader header, Bind bind, string address, AuthVerifier? answer)
    {
        var results = new PresentationResult[bind.Contexts.Count];
        for (int i = 0; i < results.Length; i++)
            results[i] = Negotiate(bind.Contexts[i]);

        var flags = _multiplexing ? PduFlags.ConcMpx : PduFlags.None;
        if (_signHeader && answer is not null)
            flags |= PduFlags.PendingCancelOrHeaderSign;
        Emit(type, header, new BindAck(_maxXmitFrag, _maxRecvFrag, _associationGroup, address, results), flags, answer);
    }

    private PresentationResult Negotiate(PresentationContext context)
    {
        // [MS-RPCE] 3.3.1.5.3: not a syntax to accept, but a question that is answered with what we can do.
        if (context.TransferSyntaxes.Count == 1 && context.TransferSyntaxes[0].TryGetBindTimeFeatures(out var wanted))
        {
            var common = wanted & BindTimeFeatures.KeepConnectionOnOrphan;
            return new PresentationResult(PresentationResultCode.NegotiateAck, (ProviderReason)common, default);
        }

        var offered = _endpoint.Interfaces.FirstOrDefault(candidate => candidate.Offers(context.AbstractSyntax));
        if (offered is null)
            return PresentationResult.Reject(ProviderReason.AbstractSyntaxNotSupported);

        // NDR64 is optional ([MS-RPCE] 3.3.1.5.6) and NDR 2.0 is not: a client that offers NDR64 offers both.
        if (!context.TransferSyntaxes.Contains(SyntaxId.Ndr))
            return PresentationResult.Reject(ProviderReason.ProposedTransferSyntaxesNotSupported);

        lock (_lock)
        {
            if (_contexts.Count >= Limits.MaxPresentationContexts && !_contexts.ContainsKey(context.ContextId))
                return PresentationResult.Reject(ProviderReason.LocalLimitExceeded);
            _contexts[context.ContextId] = offered;
        }

        return PresentationResult.Accept;
    }
}
