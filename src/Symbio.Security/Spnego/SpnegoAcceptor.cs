using Symbio.Protocol;

namespace Symbio.Security.Spnego;

/// <summary>
/// The server's half of SPNEGO, RFC 4178 with [MS-SPNG]: one instance per SESSION_SETUP exchange. A mechanism's own
/// tokens without SPNEGO around them are taken as well, and answered likewise.
/// </summary>
public sealed class SpnegoAcceptor : ISecurityContext
{
    /// <summary>Before authentication a peer may cost us little: a Kerberos ticket with a large PAC fits.</summary>
    public const int MaxTokenSize = 64 * 1024;

    /// <summary>The list of mechanisms is kept for its MIC; dozens of OIDs fit.</summary>
    private const int MaxMechTypesSize = 1024;

    /// <summary>No mechanism takes more legs; a peer that does is playing for time.</summary>
    private const int MaxLegs = 8;

    private readonly IReadOnlyList<ISecurityMechanism> _mechanisms;
    private ISecurityContext? _context;
    private string? _oid;
    private byte[] _mechTypes = [];
    private Phase _phase = Phase.First;
    private bool _micRequired;
    private bool _oidAnnounced;
    private bool _micVerified;
    private bool _micSent;
    private int _legs;

    /// <param name="mechanisms">In order of preference, which matters for the hint alone: a client's order rules.</param>
    public SpnegoAcceptor(IReadOnlyList<ISecurityMechanism> mechanisms) => _mechanisms = mechanisms;

    private enum Phase
    {
        First,
        Raw,
        Mechanism,
        AwaitMic,
        Established,
        Failed,
    }

    public bool IsEstablished => _phase == Phase.Established;

    public ReadOnlySpan<byte> SessionKey => Established.SessionKey;

    public SecurityLogon? Logon => IsEstablished ? _context!.Logon : null;

    public string? ClaimedName => _context?.ClaimedName;

    public string? FailureReason => _context?.FailureReason;

    public bool SupportsIntegrity => IsEstablished && _context!.SupportsIntegrity;

    /// <summary>The mechanism's own context, for what goes past this interface (NTLM's sealing).</summary>
    public ISecurityContext? MechanismContext => _context;

    private ISecurityContext Established =>
        IsEstablished ? _context! : throw new InvalidOperationException("The context is not established.");

    /// <summary>The security buffer of an SMB2 NEGOTIATE response: NegTokenInit2 with the mechanisms on offer.</summary>
    public static byte[] CreateHint(IReadOnlyList<ISecurityMechanism> mechanisms) =>
        NegTokenInit.Encode(
            NegTokenInit.EncodeMechTypes(mechanisms.SelectMany(mechanism => mechanism.Oids)), [], withHints: true);

    public async ValueTask<SecurityStep> StepAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        if (token.Length > MaxTokenSize || ++_legs > MaxLegs)
            return Fail(NtStatus.InvalidParameter);
        switch (_phase)
        {
            case Phase.First:
                return await FirstAsync(token, cancellationToken);
            case Phase.Raw:
                return await RawAsync(token, cancellationToken);
            case Phase.Mechanism or Phase.AwaitMic:
                if (!NegTokenResp.TryRead(token.Span, out var response) || response.State == NegState.Reject)
                    return Fail(NtStatus.InvalidParameter);
                byte[] mic = response.MechListMic.ToArray();
                if (_phase == Phase.AwaitMic)
                    return Complete(default, mic);
                return await MechanismAsync(response.ResponseToken.ToArray(), mic, cancellationToken);
            default:
                return Fail(NtStatus.InvalidParameter);
        }
    }

    public byte[] GetMic(ReadOnlySpan<byte> message) => Established.GetMic(message);

    public bool VerifyMic(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mic) => Established.VerifyMic(message, mic);

    public void Dispose() => _context?.Dispose();

    private async ValueTask<SecurityStep> FirstAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        foreach (var mechanism in _mechanisms)
        {
            if (!mechanism.RecognizesToken(token.Span))
                continue;
            _context = mechanism.CreateAcceptor();
            _phase = Phase.Raw;
            return await RawAsync(token, cancellationToken);
        }

        var oids = new List<byte[]>();
        if (!NegTokenInit.TryRead(token.Span, out var init)
            || init.MechTypes.Length > MaxMechTypesSize
            || !NegTokenInit.TryReadMechTypes(init.MechTypesContent, oids))
        {
            return Fail(NtStatus.InvalidParameter);
        }
        int chosen = Choose(oids);
        if (chosen < 0)
            return Reject(NtStatus.LogonFailure);
        _mechTypes = init.MechTypes.ToArray();
        byte[] mechToken = init.MechToken.ToArray();
        byte[] mic = init.MechListMic.ToArray();
        _phase = Phase.Mechanism;
        // RFC 4178 section 5: when the initiator's favourite was passed over, somebody may have meddled with its list.
        _micRequired = chosen > 0;
        if (chosen > 0 || mechToken.Length == 0)
        {
            // The optimistic token is another mechanism's, or there is none: say which one it is to be.
            var state = chosen > 0 ? NegState.RequestMic : NegState.AcceptIncomplete;
            return Continue(state, default);
        }
        return await MechanismAsync(mechToken, mic, cancellationToken);
    }

    /// <summary>Chooses the first of the client's mechanisms that we have, and makes its context.</summary>
    private int Choose(List<byte[]> oids)
    {
        for (int i = 0; i < oids.Count; i++)
        {
            foreach (var mechanism in _mechanisms)
            {
                foreach (string oid in mechanism.Oids)
                {
                    if (!oids[i].AsSpan().SequenceEqual(DerOid.Encode(oid)))
                        continue;
                    _oid = oid;
                    _context = mechanism.CreateAcceptor();
                    return i;
                }
            }
        }
        return -1;
    }

    private async ValueTask<SecurityStep> RawAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        var step = await _context!.StepAsync(token, cancellationToken);
        _phase = step.Status switch
        {
            NtStatus.Success => Phase.Established,
            NtStatus.MoreProcessingRequired => Phase.Raw,
            _ => Phase.Failed,
        };
        return step;
    }

    private async ValueTask<SecurityStep> MechanismAsync(
        ReadOnlyMemory<byte> mechToken, byte[] mic, CancellationToken cancellationToken)
    {
        var step = await _context!.StepAsync(mechToken, cancellationToken);
        return step.Status switch
        {
            NtStatus.Success => Complete(step.Token, mic),
            NtStatus.MoreProcessingRequired => Continue(NegState.AcceptIncomplete, step.Token),
            _ => Reject(step.Status),
        };
    }

    /// <summary>The mechanism is done: exchange mechListMIC where RFC 4178 section 5 wants it.</summary>
    private SecurityStep Complete(ReadOnlyMemory<byte> mechToken, byte[] mic)
    {
        if (!_context!.SupportsIntegrity)
        {
            // Nothing to protect the list with (a guest): the session that comes of it proves nothing either.
            _phase = Phase.Established;
            return new SecurityStep(NtStatus.Success, Encode(NegState.AcceptCompleted, mechToken.Span, []));
        }
        if (mic.Length > 0)
        {
            if (!_context.VerifyMic(_mechTypes, mic))
                return Fail(NtStatus.AccessDenied);
            _micVerified = true;
        }
        else if (_micRequired && _context.Logon is not { IsAnonymous: true })
        {
            // Ask once, with ours; a client whose own last leg this was has already failed to send it.
            if (_phase == Phase.AwaitMic || mechToken.IsEmpty)
                return Fail(NtStatus.InvalidParameter);
            _phase = Phase.AwaitMic;
            _micSent = true;
            return new SecurityStep(
                NtStatus.MoreProcessingRequired,
                Encode(NegState.AcceptIncomplete, mechToken.Span, _context.GetMic(_mechTypes)));
        }
        byte[] ours = _micVerified && !_micSent ? _context.GetMic(_mechTypes) : [];
        _phase = Phase.Established;
        return new SecurityStep(NtStatus.Success, Encode(NegState.AcceptCompleted, mechToken.Span, ours));
    }

    private SecurityStep Continue(NegState state, ReadOnlyMemory<byte> mechToken) =>
        new(NtStatus.MoreProcessingRequired, Encode(state, mechToken.Span, []));

    /// <summary>supportedMech stands in our first answer alone (RFC 4178 4.2.2).</summary>
    private byte[] Encode(NegState state, ReadOnlySpan<byte> mechToken, ReadOnlySpan<byte> mic)
    {
        string? oid = _oidAnnounced ? null : _oid;
        _oidAnnounced = true;
        return NegTokenResp.Encode(state, oid, mechToken, mic);
    }

    private SecurityStep Reject(NtStatus status)
    {
        _phase = Phase.Failed;
        return new SecurityStep(status, NegTokenResp.Encode(NegState.Reject, null, [], []));
    }

    private SecurityStep Fail(NtStatus status)
    {
        _phase = Phase.Failed;
        return SecurityStep.Finish(status);
    }
}
