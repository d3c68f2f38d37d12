using Symbio.Identity;
using Symbio.Protocol.Dtyp;
using Symbio.Rpc.Interfaces.Lsarpc;

namespace Symbio.Server.Pipes;

/// <summary>The Local Security Authority over the accounts that the server believes, [MS-LSAT] 3.1.1.</summary>
internal sealed class LsaHost(SmbServer server) : ILsaHost
{
    // Samba's names for the domains of S-1-22, which IAccountAuthority knows too.
    private const string UnixUserDomain = "Unix User";
    private const string UnixGroupDomain = "Unix Group";

    // DOMAIN_GROUP_RID_USERS, the one group of a lone machine that is not an alias.
    private const uint UsersRid = 513;

    private IAccountAuthority Accounts => server.Options.Accounts;

    public LsaPolicyRecord GetPolicy() =>
        new(server.Options.ServerName, Accounts.DomainSid, server.Options.DomainName);

    public ValueTask<LsaAccount?> FindByNameAsync(string? domain, string name, CancellationToken cancellationToken)
    {
        bool isOurs = domain is null || domain.Equals(server.Options.ServerName, StringComparison.OrdinalIgnoreCase);
        return new(Accounts.TryLookupName(isOurs ? name : $@"{domain}\{name}", out AccountName account)
            ? ToRecord(account)
            : null);
    }

    public ValueTask<LsaAccount?> FindBySidAsync(Sid sid, CancellationToken cancellationToken) =>
        new(Accounts.TryLookupSid(sid, out AccountName account) ? ToRecord(account) : null);

    public string? FindUnixUser(uint uid) =>
        Accounts.TryLookupSid(Sid.UnixUser(uid), out AccountName account) ? account.Name : null;

    public string? FindUnixGroup(uint gid) =>
        Accounts.TryLookupSid(Sid.UnixGroup(gid), out AccountName account) ? account.Name : null;

    public uint? FindUnixUserId(string name) =>
        Accounts.TryLookupName($@"{UnixUserDomain}\{name}", out AccountName account)
        && account.Sid.TryGetUnixUser(out uint uid)
            ? uid
            : null;

    public uint? FindUnixGroupId(string name) =>
        Accounts.TryLookupName($@"{UnixGroupDomain}\{name}", out AccountName account)
        && account.Sid.TryGetUnixGroup(out uint gid)
            ? gid
            : null;

    private LsaAccount? ToRecord(in AccountName account)
    {
        if (account.Sid.Domain is not { } domainSid)
            return null;
        bool isOurs = domainSid == Accounts.DomainSid;
        SidNameUse use = !account.IsGroup ? SidNameUse.User
            : isOurs && account.Sid.RelativeId != UsersRid ? SidNameUse.Alias
            : SidNameUse.Group;
        return new LsaAccount(
            account.Sid, use, isOurs ? server.Options.ServerName : account.Domain, domainSid, account.Name);
    }
}
