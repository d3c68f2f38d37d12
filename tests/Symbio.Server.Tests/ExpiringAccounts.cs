using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Security.Ntlm;

namespace Symbio.Server.Tests;

/// <summary>Accounts whose sessions expire, as Kerberos tickets do.</summary>
internal sealed class ExpiringAccounts(IAccountAuthority accounts, Func<DateTimeOffset> expiration) : IAccountAuthority
{
    public Sid DomainSid => accounts.DomainSid;

    public LogonIdentity? Guest => accounts.Guest;

    public async ValueTask<NtlmVerification> VerifyAsync(NtlmLogon logon, CancellationToken cancellationToken)
    {
        NtlmVerification verification = await accounts.VerifyAsync(logon, cancellationToken);
        return verification.Identity is LogonIdentity identity
            ? verification with { Identity = identity with { ExpirationTime = expiration() } }
            : verification;
    }

    public bool TryLookupName(string name, out AccountName account) => accounts.TryLookupName(name, out account);

    public bool TryLookupSid(Sid sid, out AccountName account) => accounts.TryLookupSid(sid, out account);
}
