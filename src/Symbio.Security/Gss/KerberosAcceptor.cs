using Symbio.Protocol;
using Symbio.Security.KeyDerivation;
using Symbio.Security.Spnego;

namespace Symbio.Security.Gss;

/// <summary>The server's half of one Kerberos exchange, RFC 4121 with [MS-KILE] 3.4: an AP-REQ in, an AP-REP out.</summary>
public sealed class KerberosAcceptor : ISecurityContext
{
    private readonly KerberosMechanism _mechanism;
    private readonly GssAcceptor _acceptor = new();
    private SecretKey? _sessionKey;
    private bool _finished;

    internal KerberosAcceptor(KerberosMechanism mechanism) => _mechanism = mechanism;

    public bool IsEstablished => Logon is not null;

    /// <summary>The acceptor's subkey, or what stands for it: 32 bytes with AES-256.</summary>
    public ReadOnlySpan<byte> SessionKey => IsEstablished
        ? _sessionKey!.Span
        : throw new InvalidOperationException("The context is not established.");

    public SecurityLogon? Logon { get; private set; }

    /// <summary>Known once the ticket has been decrypted, and then it is true.</summary>
    public string? ClaimedName { get; private set; }

    public string? FailureReason { get; private set; }

    public bool SupportsIntegrity => IsEstablished && _acceptor.Flags.HasFlag(GssFlags.Integrity);

    public async ValueTask<SecurityStep> StepAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        if (_finished)
            return SecurityStep.Finish(NtStatus.InvalidParameter);
        _finished = true; // One message each way: what SMB clients ask for has no third one (GSS_C_DCE_STYLE).
        if (!_mechanism.RecognizesToken(token.Span))
        {
            FailureReason = "a token that is not one of Kerberos";
            return SecurityStep.Finish(NtStatus.LogonFailure);
        }

        return await _mechanism.RunAsync(() => Step(token.Span), cancellationToken).ConfigureAwait(false);
    }

    public byte[] GetMic(ReadOnlySpan<byte> message) => _acceptor.GetMic(message);

    public bool VerifyMic(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mic) => _acceptor.VerifyMic(message, mic);

    public void Dispose()
    {
        _acceptor.Dispose();
        _sessionKey?.Dispose();
    }

    private SecurityStep Step(ReadOnlySpan<byte> token)
    {
        GssOutcome outcome = _acceptor.Accept(_mechanism.Options, token);
        if (outcome.Status != NtStatus.Success)
        {
            FailureReason = outcome.Reason;
            return new SecurityStep(outcome.Status, outcome.Token);
        }

        NtStatus status = Complete();
        return status == NtStatus.Success ? new SecurityStep(status, outcome.Token) : SecurityStep.Finish(status);
    }

    private NtStatus Complete()
    {
        ClaimedName = _acceptor.ClientPrincipal;
        if (_acceptor.Flags.HasFlag(GssFlags.Anonymous))
            return Refuse(NtStatus.LogonFailure, "an anonymous ticket");
        DateTimeOffset? end = _acceptor.GetEndTime();
        if (end <= _mechanism.Options.Time.GetUtcNow())
            return Refuse(NtStatus.LogonFailure, "the ticket has expired"); // Within the tolerance, and still of no use.
        var logon = new KerberosLogon(
            _acceptor.ClientPrincipal, _acceptor.ServicePrincipal, _acceptor.GetPac(), end);
        KerberosVerification verification = _mechanism.Accounts.Identify(logon);
        if (verification.Status != NtStatus.Success)
            return Refuse(verification.Status, verification.Reason);
        _sessionKey = _acceptor.GetSessionKey();
        if (_sessionKey is null)
            return Refuse(NtStatus.LogonFailure, "the mechanism gives no session key");
        Logon = new SecurityLogon(
            verification.UserName, verification.DomainName, Workstation: "", IsAnonymous: false, IsGuest: false,
            verification.Identity);
        return NtStatus.Success;
    }

    private NtStatus Refuse(NtStatus status, string? reason)
    {
        FailureReason = reason;
        return status;
    }
}
