using System.Security.Cryptography;
using System.Text;
using Symbio.Protocol;
using Symbio.Security.Spnego;

namespace Symbio.Security.Ntlm;

/// <summary>What a server tells of itself in its CHALLENGE_MESSAGE, and what it lets in.</summary>
public sealed record NtlmServerOptions
{
    /// <summary>MsvAvNbComputerName, at most 15 letters by NetBIOS's rule.</summary>
    public required string NetBiosComputerName { get; init; }

    /// <summary>MsvAvNbDomainName; a server outside a domain gives its own name.</summary>
    public required string NetBiosDomainName { get; init; }

    /// <summary>MsvAvDnsComputerName.</summary>
    public required string DnsComputerName { get; init; }

    /// <summary>MsvAvDnsDomainName.</summary>
    public required string DnsDomainName { get; init; }

    /// <summary>MsvAvDnsTreeName; null outside a domain.</summary>
    public string? DnsTreeName { get; init; }

    /// <summary>Member of a domain: TargetName is then the domain.</summary>
    public bool IsDomainMember { get; init; }

    /// <summary>Whether a client without a user name gets a session. Off by default.</summary>
    public bool AllowAnonymous { get; init; }

    /// <summary>
    /// Refuses a client whose AUTHENTICATE_MESSAGE has no MIC. Off by default: the Linux kernel's client sends none. A MIC
    /// that a client did announce is checked in any case; the announcement stands inside what the password proves, so
    /// it cannot be taken away.
    /// </summary>
    public bool RequireMic { get; init; }
}

/// <summary>The server's half of NTLM, [MS-NLMP] 3.2. NTLMv2 alone: LM and NTLMv1 responses fail as wrong passwords do.</summary>
public sealed class NtlmAcceptor : NtlmContext
{
    /// <summary>More than any client sends; the messages are kept for the MIC, before anybody is authenticated.</summary>
    internal const int MaxMessageSize = 16 * 1024;

    private const NegotiateFlags Supported =
        NegotiateFlags.Unicode | NegotiateFlags.RequestTarget | NegotiateFlags.Sign | NegotiateFlags.Seal
        | NegotiateFlags.Ntlm | NegotiateFlags.AlwaysSign | NegotiateFlags.ExtendedSessionSecurity
        | NegotiateFlags.Version | NegotiateFlags.Negotiate128 | NegotiateFlags.KeyExchange
        | NegotiateFlags.Negotiate56;

    private readonly NtlmServerOptions _options;
    private readonly INtlmVerifier _verifier;
    private readonly TimeProvider _time;
    private readonly RandomNumberSource _random;
    private readonly byte[] _serverChallenge = new byte[ChallengeMessage.ChallengeSize];
    private byte[]? _negotiate;
    private byte[]? _challenge;
    private bool _finished;

    public NtlmAcceptor(
        NtlmServerOptions options, INtlmVerifier verifier, TimeProvider time, RandomNumberSource random)
    {
        _options = options;
        _verifier = verifier;
        _time = time;
        _random = random;
    }

    public override async ValueTask<SecurityStep> StepAsync(
        ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        if (_finished || token.Length > MaxMessageSize)
            return Finish(NtStatus.InvalidParameter);
        if (_challenge is null)
            return Challenge(token.Span);
        _finished = true;
        return SecurityStep.Finish(await AuthenticateAsync(token, cancellationToken));
    }

    /// <summary>Receiving a NEGOTIATE_MESSAGE, [MS-NLMP] 3.2.5.1.1.</summary>
    private SecurityStep Challenge(ReadOnlySpan<byte> token)
    {
        if (!NegotiateMessage.TryRead(token, out var negotiate) || !negotiate.Flags.HasFlag(NegotiateFlags.Unicode))
            return Finish(NtStatus.InvalidParameter);
        var flags = (negotiate.Flags & Supported) | NegotiateFlags.Ntlm | NegotiateFlags.TargetInfo
            | (_options.IsDomainMember ? NegotiateFlags.TargetTypeDomain : NegotiateFlags.TargetTypeServer);
        _random(_serverChallenge);
        _negotiate = token.ToArray();
        _challenge = new ChallengeMessage(
            flags,
            _options.IsDomainMember ? _options.NetBiosDomainName : _options.NetBiosComputerName,
            _serverChallenge,
            MakeTargetInfo()).ToArray();
        NegotiatedFlags = flags;
        return new SecurityStep(NtStatus.MoreProcessingRequired, _challenge);
    }

    private byte[] MakeTargetInfo()
    {
        var pairs = new List<(AvId, ReadOnlyMemory<byte>)>
        {
            (AvId.NbDomainName, Encoding.Unicode.GetBytes(_options.NetBiosDomainName)),
            (AvId.NbComputerName, Encoding.Unicode.GetBytes(_options.NetBiosComputerName)),
            (AvId.DnsDomainName, Encoding.Unicode.GetBytes(_options.DnsDomainName)),
            (AvId.DnsComputerName, Encoding.Unicode.GetBytes(_options.DnsComputerName)),
        };
        if (_options.DnsTreeName is { } tree)
            pairs.Add((AvId.DnsTreeName, Encoding.Unicode.GetBytes(tree)));
        pairs.Add((AvId.Timestamp, BitConverter.GetBytes(_time.GetUtcNow().UtcDateTime.ToFileTimeUtc())));
        return AvPairs.ToArray(pairs);
    }

    /// <summary>Receiving an AUTHENTICATE_MESSAGE, [MS-NLMP] 3.2.5.1.2.</summary>
    private async ValueTask<NtStatus> AuthenticateAsync(
        ReadOnlyMemory<byte> token, CancellationToken cancellationToken)
    {
        if (!AuthenticateMessage.TryRead(token, out var message))
            return NtStatus.InvalidParameter;
        NegotiatedFlags &= message.Flags;
        if (IsAnonymous(message))
            return AcceptAnonymous(message);
        ClaimedName = message.DomainName.Length == 0 ? message.UserName : $"{message.DomainName}\\{message.UserName}";
        if (message.UserName.Length == 0 || !NtlmV2.IsNtlmV2Response(message.NtResponse.Span))
            return NtStatus.LogonFailure;
        var pairs = new AvPairs(message.NtResponse[(NtlmV2.ProofSize + NtlmV2.ClientChallengeFixedSize)..]);
        if (!pairs.IsWellFormed)
            return NtStatus.InvalidParameter; // Not a wrong password: no password makes such a message.

        var verification = await _verifier.VerifyAsync(
            new NtlmLogon(
                message.UserName, message.DomainName, message.Workstation,
                _serverChallenge, message.NtResponse, message.LmResponse, pairs),
            cancellationToken);
        using var sessionBaseKey = verification.SessionBaseKey;
        FailureReason = verification.Reason;
        if (verification.Status != NtStatus.Success)
            return verification.Status;
        if (sessionBaseKey is null && !verification.IsGuest)
            return NtStatus.InternalError;

        // A guest has proved nothing, so there is no key to check anything with.
        if (verification.IsGuest)
            NegotiatedFlags &= ~(NegotiateFlags.Sign | NegotiateFlags.Seal);
        bool micPresent = (pairs.Flags & AvPairs.MicPresent) != 0 && !verification.IsGuest;
        if (_options.RequireMic && !micPresent && !verification.IsGuest)
            return NtStatus.LogonFailure;
        var status = ExchangeKey(
            message, sessionBaseKey is null ? default : sessionBaseKey.Span, micPresent ? token : default);
        if (status == NtStatus.Success)
        {
            Logon = new SecurityLogon(
                message.UserName, message.DomainName, message.Workstation,
                IsAnonymous: false, verification.IsGuest, verification.Identity);
        }
        return status;
    }

    private static bool IsAnonymous(in AuthenticateMessage message) =>
        message.UserName.Length == 0
        && message.NtResponse.IsEmpty
        && (message.LmResponse.IsEmpty || (message.LmResponse.Length == 1 && message.LmResponse.Span[0] == 0));

    private NtStatus AcceptAnonymous(in AuthenticateMessage message)
    {
        if (!_options.AllowAnonymous)
            return NtStatus.AccessDenied;
        if (message.EncryptedRandomSessionKey.IsEmpty)
            NegotiatedFlags &= ~NegotiateFlags.KeyExchange; // Some clients leave the flag and send no key.
        var status = ExchangeKey(message, default, micOver: default);
        if (status == NtStatus.Success)
            Logon = new SecurityLogon("", "", message.Workstation, IsAnonymous: true, IsGuest: false, Identity: null);
        return status;
    }

    /// <summary>KeyExchangeKey (equal to SessionBaseKey in NTLMv2) to ExportedSessionKey, and the MIC under it.</summary>
    private NtStatus ExchangeKey(
        in AuthenticateMessage message, ReadOnlySpan<byte> sessionBaseKey, ReadOnlyMemory<byte> micOver)
    {
        Span<byte> key = stackalloc byte[KeySize];
        key.Clear();
        if (sessionBaseKey.Length > KeySize)
            return NtStatus.InternalError;
        sessionBaseKey.CopyTo(key);
        try
        {
            if (NegotiatedFlags.HasFlag(NegotiateFlags.KeyExchange))
            {
                if (message.EncryptedRandomSessionKey.Length != KeySize)
                    return NtStatus.InvalidParameter;
                Primitives.Rc4.TransformOnce(key, message.EncryptedRandomSessionKey.Span, key);
            }
            if (!micOver.IsEmpty && !VerifyMessageMic(key, micOver.Span))
                return NtStatus.InvalidParameter; // Tampered with on the way; not a wrong password.
            Establish(key, isServer: true);
            return NtStatus.Success;
        }
        finally
        {
            CryptographicOperations.ZeroMemory(key);
        }
    }

    private bool VerifyMessageMic(ReadOnlySpan<byte> exportedSessionKey, ReadOnlySpan<byte> authenticate)
    {
        if (authenticate.Length < AuthenticateMessage.MicOffset + AuthenticateMessage.MicSize)
            return false;
        byte[] zeroed = authenticate.ToArray();
        zeroed.AsSpan(AuthenticateMessage.MicOffset, AuthenticateMessage.MicSize).Clear();
        Span<byte> expected = stackalloc byte[AuthenticateMessage.MicSize];
        ComputeMic(exportedSessionKey, _negotiate, _challenge, zeroed, expected);
        return CryptographicOperations.FixedTimeEquals(
            expected, authenticate.Slice(AuthenticateMessage.MicOffset, AuthenticateMessage.MicSize));
    }

    private SecurityStep Finish(NtStatus status)
    {
        _finished = true;
        return SecurityStep.Finish(status);
    }
}
