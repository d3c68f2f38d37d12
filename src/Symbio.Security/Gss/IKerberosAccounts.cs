using Symbio.Protocol;

namespace Symbio.Security.Gss;

/// <summary>What a ticket says of who shows it. The KDC has vouched for all of it.</summary>
/// <param name="ClientPrincipal">As Kerberos writes it: alice@EXAMPLE.COM.</param>
/// <param name="ServicePrincipal">The one of our principals that the ticket is for: cifs/files.example.com@EXAMPLE.COM.</param>
/// <param name="Pac">The PAC ([MS-PAC]), its signatures checked; empty when the ticket has none.</param>
/// <param name="EndTime">When the ticket ends; null for never.</param>
public sealed record KerberosLogon(
    string ClientPrincipal, string ServicePrincipal, ReadOnlyMemory<byte> Pac, DateTimeOffset? EndTime);

/// <summary>The answer to a <see cref="KerberosLogon"/>.</summary>
/// <param name="Status">Success, or what to tell the client.</param>
/// <param name="UserName">The account's name.</param>
/// <param name="DomainName">The account's domain.</param>
/// <param name="Identity">What is known of the account (SIDs, groups); opaque here.</param>
/// <param name="Reason">Why not, for the log.</param>
public readonly record struct KerberosVerification(
    NtStatus Status, string UserName = "", string DomainName = "", object? Identity = null, string? Reason = null)
{
    public static KerberosVerification Refuse(string reason) => new(NtStatus.LogonFailure, Reason: reason);
}

/// <summary>Makes accounts of tickets. Thread-safe. May block: it is called where that does no harm.</summary>
public interface IKerberosAccounts
{
    KerberosVerification Identify(KerberosLogon logon);
}
