using Symbio.Protocol.Dtyp;

namespace Symbio.Identity;

/// <summary>The Unix accounts that accounts of a domain work as, and whose files they own.</summary>
internal sealed class DomainUnixAccounts(DomainAccountsOptions options)
{
    // Below are the system's own accounts. A domain's administrator who makes a user named like one of them must not
    // become it (Samba's CVE-2020-25717).
    private const uint FirstOrdinaryUid = 1000;

    /// <summary>
    /// The account of a user; false, with the reason, when there is none. Null and true where all work as the service.
    /// </summary>
    public bool TryFind(PrivilegeAttributeCertificate pac, bool isOwnDomain, out UnixIdentity? account, out string? problem)
    {
        account = null;
        problem = null;
        if (!options.UnixAccounts.CanImpersonate)
            return true;
        account = options.Mapping == DomainUnixMapping.Nss ? FromSystem(pac, isOwnDomain, out problem)
            : isOwnDomain ? FromRids(pac)
            : null;
        if (account is not null)
            return true;
        problem ??= options.Mapping == DomainUnixMapping.Nss
            ? "the system knows no Unix account for it (getent passwd), or it is one of the system's own"
            : isOwnDomain
                ? "its RID is beyond what Unix ids can be made for"
                : "it is of another domain than the server; that needs kerberos.accounts=nss";
        return false;
    }

    /// <summary>The id of an account of the own domain by its RID; null when there is none.</summary>
    public uint? ToId(uint rid) =>
        options.Mapping == DomainUnixMapping.Rid && (ulong)options.IdBase + rid <= int.MaxValue
            ? options.IdBase + rid
            : null;

    /// <summary>The RID behind an id; null when it is not one of ours.</summary>
    public uint? ToRid(uint id) =>
        options.Mapping == DomainUnixMapping.Rid && id >= options.IdBase && id <= int.MaxValue ? id - options.IdBase : null;

    private UnixIdentity? FromRids(PrivilegeAttributeCertificate pac)
    {
        if (ToId(pac.UserRid) is not { } uid || ToId(pac.PrimaryGroupRid) is not { } gid)
            return null;
        var groups = new List<uint>();
        foreach (Sid group in pac.Groups)
        {
            if (group.IsInDomain(pac.DomainSid) && ToId(group.RelativeId) is { } id && id != gid)
                groups.Add(id);
        }

        return new UnixIdentity(uid, gid, groups);
    }

    // winbind's spelling, sssd's, and the bare name where either is told to leave the domain out: the server's own. A user of a
    // trusted domain who has no account must not become a local one that is named so.
    private UnixIdentity? FromSystem(PrivilegeAttributeCertificate pac, bool isOwnDomain, out string? problem)
    {
        problem = null;
        string[] qualified = [$@"{pac.DomainName}\{pac.UserName}", $"{pac.UserName}@{pac.DnsDomainName}"];
        foreach (string name in isOwnDomain ? qualified.Append(pac.UserName) : qualified)
        {
            UnixLookup found = options.UnixAccounts.FindUser(name);
            if (found.Account is { Uid: >= FirstOrdinaryUid } account)
                return account;
            if (!found.HasFailed)
                continue;
            problem = found.ProblemWith(name); // The next spelling could be somebody else.
            return null;
        }

        return null;
    }
}
