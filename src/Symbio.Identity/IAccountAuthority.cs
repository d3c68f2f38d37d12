using System.Net;
using Symbio.Protocol.Dtyp;
using Symbio.Security.Ntlm;

namespace Symbio.Identity;

/// <summary>
/// The accounts that a server believes: local users today, a domain later. The identity that
/// <see cref="INtlmVerifier"/> hands over is always a <see cref="LogonIdentity"/>.
/// </summary>
public interface IAccountAuthority : INtlmVerifier
{
    /// <summary>SID of the account domain (the machine's, for local users).</summary>
    Sid DomainSid { get; }

    /// <summary>The identity of guests; null when guests are not allowed, or their Unix account is not found.</summary>
    LogonIdentity? Guest { get; }

    /// <summary>
    /// The verifier for logons that come from this address, which may slow down peers that fail. Waiting is
    /// asynchronous.
    /// </summary>
    INtlmVerifier ForPeer(IPAddress? address) => this;

    /// <summary>Finds an account by name ("user", "DOMAIN\user"); false when there is none.</summary>
    bool TryLookupName(string name, out AccountName account);

    /// <summary>Finds an account by SID.</summary>
    bool TryLookupSid(Sid sid, out AccountName account);
}

/// <summary>An account as name services show it.</summary>
/// <param name="IsGroup">A group or alias rather than a user.</param>
public readonly record struct AccountName(string Domain, string Name, Sid Sid, bool IsGroup);
