using Symbio.Protocol;

namespace Symbio.Security.Spnego;

/// <summary>Who logged on, as a mechanism found out.</summary>
/// <param name="UserName">The account's name, empty for an anonymous logon.</param>
/// <param name="DomainName">The account's domain, as the client wrote it.</param>
/// <param name="Workstation">The name that the client gave itself; not verified by anything.</param>
/// <param name="IsAnonymous">Session.IsAnonymous.</param>
/// <param name="IsGuest">Session.IsGuest.</param>
/// <param name="Identity">What the user database said of the account (SIDs, groups); opaque here.</param>
public sealed record SecurityLogon(
    string UserName, string DomainName, string Workstation, bool IsAnonymous, bool IsGuest, object? Identity);

/// <summary>The outcome of one leg of an exchange.</summary>
/// <param name="Status">
/// <see cref="NtStatus.Success"/>: done on this side. <see cref="NtStatus.MoreProcessingRequired"/>: send the token and
/// wait for the peer's. Anything else: failed, and final.
/// </param>
/// <param name="Token">What to send to the peer; may be empty. A failure can have one too.</param>
public readonly record struct SecurityStep(NtStatus Status, ReadOnlyMemory<byte> Token)
{
    /// <summary>The end of an exchange with nothing to send.</summary>
    public static SecurityStep Finish(NtStatus status) => new(status, default);
}

/// <summary>
/// One authentication exchange, either half: what GSS_Accept_sec_context and GSS_Init_sec_context are in RFC 2743. Used by
/// one caller at a time, leg after leg.
/// </summary>
public interface ISecurityContext : IDisposable
{
    /// <summary>Takes the peer's token (none for an initiator's first leg) and makes the next.</summary>
    ValueTask<SecurityStep> StepAsync(ReadOnlyMemory<byte> token, CancellationToken cancellationToken);

    /// <summary>True once a step has succeeded. What follows is valid only then.</summary>
    bool IsEstablished { get; }

    /// <summary>The key that both sides now share; valid until the context is disposed.</summary>
    ReadOnlySpan<byte> SessionKey { get; }

    /// <summary>Who logged on. Null on the initiator's side.</summary>
    SecurityLogon? Logon { get; }

    /// <summary>
    /// Who the peer says it is, as it wrote that; null as long as it has said nothing. Nothing has to be true of it: for
    /// logs of logons that fail.
    /// </summary>
    string? ClaimedName => null;

    /// <summary>
    /// Why a step failed, in words for a log, where the status alone does not tell; may quote what the peer has sent.
    /// </summary>
    string? FailureReason => null;

    /// <summary>Whether <see cref="GetMic"/> and <see cref="VerifyMic"/> work.</summary>
    bool SupportsIntegrity { get; }

    /// <summary>GSS_GetMIC, as SPNEGO uses it for its list of mechanisms.</summary>
    byte[] GetMic(ReadOnlySpan<byte> message);

    /// <summary>GSS_VerifyMIC, as SPNEGO uses it for its list of mechanisms.</summary>
    bool VerifyMic(ReadOnlySpan<byte> message, ReadOnlySpan<byte> mic);
}

/// <summary>A mechanism that a server's SPNEGO can choose: a maker of contexts. Thread-safe.</summary>
public interface ISecurityMechanism
{
    /// <summary>The object identifiers it goes by (Kerberos has two), in the order they are offered.</summary>
    IReadOnlyList<string> Oids { get; }

    ISecurityContext CreateAcceptor();

    /// <summary>Whether a token without SPNEGO around it is a first one of this mechanism.</summary>
    bool RecognizesToken(ReadOnlySpan<byte> token);
}

/// <summary>A mechanism that a client's SPNEGO offers, with the one context it would use.</summary>
/// <param name="Oid">The object identifier to offer.</param>
/// <param name="CreateInitiator">Makes the context when the mechanism's turn comes.</param>
public sealed record InitiatorMechanism(string Oid, Func<ISecurityContext> CreateInitiator);

/// <summary>Object identifiers of mechanisms.</summary>
public static class MechanismOids
{
    public const string Spnego = "1.3.6.1.5.5.2";
    public const string Ntlm = "1.3.6.1.4.1.311.2.2.10";
    public const string Kerberos = "1.2.840.113554.1.2.2";

    /// <summary>Kerberos by an old slip of Windows 2000, which Windows still offers first ([MS-SPNG] 3.1.5.2).</summary>
    public const string MicrosoftKerberos = "1.2.840.48018.1.2.2";
}
