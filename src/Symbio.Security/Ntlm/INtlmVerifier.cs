using Symbio.Protocol;
using Symbio.Security.KeyDerivation;

namespace Symbio.Security.Ntlm;

/// <summary>What a password check needs: the fields of NETLOGON_NETWORK_INFO ([MS-NRPC] 2.2.1.4.5).</summary>
/// <param name="UserName">As the client wrote it; the response depends on its letters, though not on their case.</param>
/// <param name="DomainName">As the client wrote it.</param>
/// <param name="Workstation">The name that the client gave itself.</param>
/// <param name="ServerChallenge">The 8 bytes of our CHALLENGE_MESSAGE.</param>
/// <param name="NtResponse">NtChallengeResponse: always of NTLMv2 shape.</param>
/// <param name="LmResponse">LmChallengeResponse, for pass-through.</param>
/// <param name="TargetInfo">The client's AV pairs: its target name and channel bindings.</param>
public sealed record NtlmLogon(
    string UserName,
    string DomainName,
    string Workstation,
    ReadOnlyMemory<byte> ServerChallenge,
    ReadOnlyMemory<byte> NtResponse,
    ReadOnlyMemory<byte> LmResponse,
    AvPairs TargetInfo);

/// <summary>The answer of a password check.</summary>
/// <param name="Status">Success, or what to tell the client (LogonFailure, AccountDisabled, …).</param>
/// <param name="SessionBaseKey">On success 16 bytes, which pass to the caller. Null for a guest.</param>
/// <param name="IsGuest">The account was unknown and the logon was let in as guest.</param>
/// <param name="Identity">What is known of the account; opaque here.</param>
/// <param name="Reason">Why not, for the log, where the status alone does not tell.</param>
public readonly record struct NtlmVerification(
    NtStatus Status, SecretKey? SessionBaseKey = null, bool IsGuest = false, object? Identity = null, string? Reason = null);

/// <summary>Checks passwords: a local database of NT hashes, or NETLOGON pass-through. Thread-safe.</summary>
public interface INtlmVerifier
{
    ValueTask<NtlmVerification> VerifyAsync(NtlmLogon logon, CancellationToken cancellationToken);
}
