using Symbio.Protocol.Dtyp;

namespace Symbio.Identity;

/// <summary>Names of the accounts that local SIDs stand for, and back, for security dialogs.</summary>
internal sealed class LocalNames(ILocalDomainSource source, LocalAuthorityOptions options)
{
    private const string Builtin = "BUILTIN";
    private const string NtAuthority = "NT AUTHORITY";

    // Samba's names for the domains of S-1-22.
    private const string UnixUser = "Unix User";
    private const string UnixGroup = "Unix Group";

    private static readonly AccountName[] WellKnown =
    [
        new("", "Everyone", Sid.Everyone, IsGroup: true),
        new("", "CREATOR OWNER", Sid.CreatorOwner, IsGroup: true),
        new("", "CREATOR GROUP", Sid.CreatorGroup, IsGroup: true),
        new("", "OWNER RIGHTS", Sid.OwnerRights, IsGroup: true),
        new(NtAuthority, "NETWORK", Sid.Network, IsGroup: true),
        new(NtAuthority, "INTERACTIVE", Sid.Interactive, IsGroup: true),
        new(NtAuthority, "ANONYMOUS LOGON", Sid.Anonymous, IsGroup: true),
        new(NtAuthority, "Authenticated Users", Sid.AuthenticatedUsers, IsGroup: true),
        new(NtAuthority, "SYSTEM", Sid.LocalSystem, IsGroup: true),
        new(Builtin, "Administrators", Sid.BuiltinAdministrators, IsGroup: true),
        new(Builtin, "Users", Sid.BuiltinUsers, IsGroup: true),
        new(Builtin, "Guests", Sid.BuiltinGuests, IsGroup: true),
        new(Builtin, "Power Users", Sid.BuiltinPowerUsers, IsGroup: true),
        new(Builtin, "Backup Operators", Sid.BuiltinBackupOperators, IsGroup: true),
    ];

    public bool TryLookup(string name, out AccountName account)
    {
        int slash = name.IndexOf('\\');
        string domainName = slash < 0 ? "" : name[..slash];
        string accountName = name[(slash + 1)..];
        var domain = source.Current;

        if (slash < 0 || Same(domainName, options.ServerName) || domainName == ".")
        {
            if (domain.FindUser(accountName) is { } user)
                return Found(Of(domain, user), out account);
            if (domain.FindGroup(accountName) is { } group)
                return Found(Of(domain, group), out account);
            if (Same(accountName, "None"))
                return Found(Users(domain), out account);
            if (Same(accountName, "Guest"))
                return Found(Guest(domain), out account);
        }
        foreach (var known in WellKnown)
            if (Same(known.Name, accountName) && (slash < 0 || Same(known.Domain, domainName)))
                return Found(known, out account);
        if (Same(domainName, UnixUser) && options.UnixAccounts.FindUser(accountName).Account is { } unixUser)
            return Found(new AccountName(UnixUser, accountName, Sid.UnixUser(unixUser.Uid), IsGroup: false),
                out account);
        if (Same(domainName, UnixGroup) && options.UnixAccounts.FindGroup(accountName) is { } gid)
            return Found(new AccountName(UnixGroup, accountName, Sid.UnixGroup(gid), IsGroup: true), out account);
        account = default;
        return false;
    }

    public bool TryLookup(Sid sid, out AccountName account)
    {
        var domain = source.Current;
        if (sid.IsInDomain(domain.Sid))
        {
            if (domain.FindUser(sid.RelativeId) is { } user)
                return Found(Of(domain, user), out account);
            if (domain.FindGroup(sid.RelativeId) is { } group)
                return Found(Of(domain, group), out account);
            if (sid.RelativeId == LocalDomain.UsersRid)
                return Found(Users(domain), out account);
            if (sid.RelativeId == LocalDomain.GuestRid)
                return Found(Guest(domain), out account);
        }
        foreach (var known in WellKnown)
            if (known.Sid.Equals(sid))
                return Found(known, out account);
        if (sid.TryGetUnixUser(out uint uid) && options.UnixAccounts.UserName(uid) is { } userName)
            return Found(new AccountName(UnixUser, userName, sid, IsGroup: false), out account);
        if (sid.TryGetUnixGroup(out uint gid) && options.UnixAccounts.GroupName(gid) is { } groupName)
            return Found(new AccountName(UnixGroup, groupName, sid, IsGroup: true), out account);
        account = default;
        return false;
    }

    private AccountName Of(LocalDomain domain, LocalUser user) =>
        new(options.ServerName, user.Name, domain.Sid.AppendRid(user.Rid), IsGroup: false);

    private AccountName Of(LocalDomain domain, LocalGroup group) =>
        new(options.ServerName, group.Name, domain.Sid.AppendRid(group.Rid), IsGroup: true);

    private AccountName Users(LocalDomain domain) =>
        new(options.ServerName, "None", domain.Sid.AppendRid(LocalDomain.UsersRid), IsGroup: true);

    private AccountName Guest(LocalDomain domain) =>
        new(options.ServerName, "Guest", domain.Sid.AppendRid(LocalDomain.GuestRid), IsGroup: false);

    private static bool Found(AccountName found, out AccountName account)
    {
        account = found;
        return true;
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
