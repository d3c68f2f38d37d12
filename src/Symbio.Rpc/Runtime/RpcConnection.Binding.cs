using Symbio.Rpc.Pdu;

namespace Symbio.Rpc.Runtime;

/// <summary>bind and alter_context, [C706] 9.3.2 and [MS-RPCE] 3.3.1.5.</summary>
internal sealed partial class RpcConnection
{
    /// <summary>
    /// The least that Windows agrees to. MustRecvFragSize, [C706] 12.6.3.1, is 1432, but no client asks for less than
    /// this, and the room for large signatures is kept.
    /// </summary>
    private const int MinFragment = 2048;

    private readonly Dictionary<ushort, RpcInterface> _contexts = [];
    private RpcAssociationGroup? _group;
    private ushort _maxFrag = MinFragment;
    private bool _multiplexing;

    private bool ReceiveBind(PduHeader header, ReadOnlyMemory<byte> body, AuthVerifier? verifier)
    {
        if (_group is not null || !PduCodec.TryReadBody(body, header, out Bind bind) || !IsSane(bind))
            return RefuseBind(header, BindNakReason.NotSpecified);

        _signHeader = (header.Flags & PduFlags.PendingCancelOrHeaderSign) != 0;
        if (!TryAuthenticate(verifier, out var answer, out var reason))
            return RefuseBind(header, reason);
        var group = Server.AssociationGroups.Enter(bind.AssocGroupId, _endpoint, Caller, Limits.MaxContextHandles);
        if (group is null)
            return RefuseBind(header, BindNakReason.NotSpecified);
        lock (_lock)
            _group = _ranDown ? null : group;
        if (_group is null)
        {
            group.Leave(); // A CLOSE over another channel was quicker.
            return false;
        }

        // One size for both directions, a multiple of 8: as Windows answers.
        int maxFrag = Math.Min(Math.Min(bind.MaxXmitFrag, bind.MaxRecvFrag), Limits.MaxFragment);
        _maxFrag = (ushort)Math.Max(maxFrag & -8, MinFragment);
        _multiplexing = (header.Flags & PduFlags.ConcMpx) != 0;

        EmitBindAck(PduType.BindAck, header, bind, @"\PIPE\" + _address, answer);
        return true;
    }

    private bool ReceiveAlterContext(PduHeader header, ReadOnlyMemory<byte> body, AuthVerifier? verifier)
    {
        if (_group is null || !PduCodec.TryReadBody(body, header, out Bind alter) || !IsSane(alter))
            return ProtocolError(header);
        if (!TryAuthenticate(verifier, out var answer, out _))
            return ProtocolError(header, FaultStatus.AccessDenied);

        EmitBindAck(PduType.AlterContextResp, header, alter, address: "", answer);
        return true;
    }

    /// <summary>A bind_nak, which ends the association.</summary>
    private bool RefuseBind(PduHeader header, BindNakReason reason)
    {
        Emit(PduType.BindNak, header, new BindNak(reason, header.MinorVersion));
        return false;
    }

    /// <summary>
    /// There has to be a context, each with a transfer syntax, and [MS-RPCE] 3.3.1.5.3 has one question about features.
    /// </summary>
    private static bool IsSane(Bind bind) =>
        bind.Contexts.Count > 0 &&
        bind.Contexts.All(context => context.TransferSyntaxes.Count > 0) &&
        bind.Contexts.Count(context => context.TransferSyntaxes[0].TryGetBindTimeFeatures(out _)) <= 1;

    private void EmitBindAck(PduType type, PduHeader header, Bind bind, string address, AuthVerifier? answer)
    {
        var results = new PresentationResult[bind.Contexts.Count];
        HashSet<Guid> accepted = [];
        for (int i = 0; i < results.Length; i++)
            results[i] = Negotiate(bind.Contexts[i], accepted);

        var flags = _multiplexing ? PduFlags.ConcMpx : PduFlags.None;
        if ((header.Flags & PduFlags.PendingCancelOrHeaderSign) != 0)
            flags |= PduFlags.PendingCancelOrHeaderSign;
        Emit(type, header, new BindAck(_maxFrag, _maxFrag, _group!.Id, address, results), flags, answer);
    }

    /// <param name="accepted">
    /// Interfaces accepted by this PDU: of several elements for one interface, which a client sends to offer several
    /// transfer syntaxes, one is chosen ([MS-RPCE] 3.3.1.5.6).
    /// </param>
    private PresentationResult Negotiate(PresentationContext context, HashSet<Guid> accepted)
    {
        // [MS-RPCE] 3.3.1.5.3: not a syntax to accept, but a question that is answered with what we can do.
        if (context.TransferSyntaxes[0].TryGetBindTimeFeatures(out var wanted))
        {
            var common = wanted & BindTimeFeatures.KeepConnectionOnOrphan;
            return new PresentationResult(PresentationResultCode.NegotiateAck, (ProviderReason)common, default);
        }

        var offered = _endpoint.Interfaces.FirstOrDefault(candidate => candidate.Offers(context.AbstractSyntax));
        if (offered is null)
            return PresentationResult.Reject(ProviderReason.AbstractSyntaxNotSupported);

        // NDR64 is optional ([MS-RPCE] 3.3.1.5.6) and NDR 2.0 is not: a client that offers NDR64 offers both.
        if (!context.TransferSyntaxes.Contains(SyntaxId.Ndr) || !accepted.Add(context.AbstractSyntax.Uuid))
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
