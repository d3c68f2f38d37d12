using Symbio.Protocol;

namespace Symbio.Security.Spnego;

/// <summary>The client's half of SPNEGO, RFC 4178 with [MS-SPNG]: one instance per SESSION_SETUP exchange.</summary>
/// <remarks>
/// Success is reported when the server has completed the exchange: feed it the token of the last response as well.
/// </remarks>
public sealed class SpnegoInitiator : ISecurityContext
{
    private readonly IReadOnlyList<InitiatorMechanism> _mechanisms;
    private readonly byte[] _mechTypes;
    private InitiatorMechanism _chosen;
    private ISecurityContext? _context;
    private bool _started;
    private bool _selected;
    private bool _contextDone;
    private bool _micRequired;
    private bool _micSent;
    private bool _failed;

    /// <param name="mechanisms">In order of preference; the first one's token goes along optimistically.</param>
    public SpnegoInitiator(IReadOnlyList<InitiatorMechanism> mechanisms)
    {
        if (mechanisms.Count == 0)
            throw new ArgumentException("There must be something to offer.", nameof(mechanisms));
        _mechanisms = mechanisms;
        _mechTypes = NegTokenInit.EncodeMechTypes(mechanisms.Select(mechanism => mechanism.Oid));
        _chosen = mechanisms[0];
    }

    public bool IsEstablished { get; private set; }

    public ReadOnlySpan<byte> SessionKey => Established.SessionKey;

    /// <summary>Null: a client knows who it is.</summary>
    public SecurityLogon? Logon => null;

    public bool SupportsIntegrity => IsEstablished && _context!.SupportsIntegrity;

    /// <summary>The mechanism's own context, for what goes past this interface (NTLM's sealing).</summary>
    public ISecurityContext? MechanismContext => _context;

    private ISecurityContext Established =>
        IsEstablished ? _context! : throw new InvalidOperationException("The context is not established.");

    /// <summary>Whether a server's NEGOTIATE response (its security buffer, a NegTokenInit2) offers a mechanism.</summary>
    public static bool IsOffered(ReadOnlySpan<byte> hint, string oid)
    {
        var oids = new List<byte[]>();
        byte[] wanted = DerOid.Encode(oid);
        return NegTokenInit.TryRead(hint, out var init)
            && NegTokenInit.TryReadMechTypes(init.MechTypesContent, oids)
            && oids.Exists(offered => offered.AsSpan().SequenceEqual(wanted));
    }

    public async ValueTask<SecurityStep> StepAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        if (_failed || IsEstablished)
            return Fail(NtStatus.InvalidParameter);
        if (!_started)
        {
            _started = true;
            _context = _chosen.CreateInitiator();
            var first = await _context.StepAsync(default, cancellationToken);
            _contextDone = first.Status == NtStatus.Success;
            return IsFailure(first.Status)
                ? Fail(first.Status)
                : new SecurityStep(
                    NtStatus.MoreProcessingRequired,
                    NegTokenInit.Encode(_mechTypes, first.Token.Span, withHints: false));
        }
        if (!NegTokenResp.TryRead(token.Span, out var response) || response.State == NegState.Reject)
            return Fail(NtStatus.InvalidParameter);
        var state = response.State;
        byte[] mechToken = response.ResponseToken.ToArray();
        byte[] mic = response.MechListMic.ToArray();
        bool restarted = false;
        if (!_selected)
        {
            _selected = true;
            if (!TrySelect(response.SupportedMech, out restarted))
                return Fail(NtStatus.InvalidParameter);
        }
        _micRequired |= state == NegState.RequestMic;
        return await ContinueAsync(state, mechToken, mic, restarted, cancellationToken);
    }

    public byte[] GetMic(ReadOnlySpan<byte> message) => Established.GetMic(message);

    public bool VerifyMic(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mic) => Established.VerifyMic(message, mic);

    public void Dispose() => _context?.Dispose();

    /// <summary>Goes over to the mechanism that the server chose, which must be one of ours.</summary>
    private bool TrySelect(ReadOnlySpan<byte> supportedMech, out bool restarted)
    {
        restarted = false;
        if (supportedMech.IsEmpty || supportedMech.SequenceEqual(DerOid.Encode(_chosen.Oid)))
            return true;
        foreach (var mechanism in _mechanisms)
        {
            if (!supportedMech.SequenceEqual(DerOid.Encode(mechanism.Oid)))
                continue;
            _context!.Dispose();
            _chosen = mechanism;
            _context = mechanism.CreateInitiator();
            _contextDone = false;
            _micRequired = true; // RFC 4178 section 5: it is not our favourite.
            restarted = true;
            return true;
        }
        return false;
    }

    private async ValueTask<SecurityStep> ContinueAsync(
        NegState? state, byte[] mechToken, byte[] mic, bool restarted, CancellationToken cancellationToken)
    {
        ReadOnlyMemory<byte> output = default;
        if (!_contextDone)
        {
            // A new mechanism begins with no token; the old one's answer cannot be meant for it.
            var step = await _context!.StepAsync(restarted ? default : mechToken, cancellationToken);
            if (IsFailure(step.Status))
                return Fail(step.Status);
            _contextDone = step.Status == NtStatus.Success;
            output = step.Token;
        }
        else if (mechToken.Length > 0)
        {
            return Fail(NtStatus.InvalidParameter);
        }

        if (_contextDone && mic.Length > 0
            && !(_context!.SupportsIntegrity && _context.VerifyMic(_mechTypes, mic)))
        {
            return Fail(NtStatus.AccessDenied);
        }
        if (state == NegState.AcceptCompleted)
        {
            if (!_contextDone || !output.IsEmpty || (_micRequired && mic.Length == 0 && _context!.SupportsIntegrity))
                return Fail(NtStatus.InvalidParameter);
            IsEstablished = true;
            return SecurityStep.Finish(NtStatus.Success);
        }
        // The last leg carries our MIC: always allowed, and what Windows does.
        byte[] ours = [];
        if (_contextDone && _context!.SupportsIntegrity && !_micSent)
        {
            ours = _context.GetMic(_mechTypes);
            _micSent = true;
        }
        if (output.IsEmpty && ours.Length == 0)
            return Fail(NtStatus.InvalidParameter); // Both sides would wait for ever.
        return new SecurityStep(
            NtStatus.MoreProcessingRequired, NegTokenResp.Encode(null, null, output.Span, ours));
    }

    private static bool IsFailure(NtStatus status) =>
        status is not (NtStatus.Success or NtStatus.MoreProcessingRequired);

    private SecurityStep Fail(NtStatus status)
    {
        _failed = true;
        return SecurityStep.Finish(status);
    }
}
