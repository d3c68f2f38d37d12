using Symbio.Protocol.Dtyp;

namespace Symbio.Identity;

/// <summary>Makes the identity of a local user who has logged on.</summary>
internal sealed class LocalTokens(LocalAuthorityOptions options)
{
    internal const TokenPrivileges AdministratorsPrivileges =
        TokenPrivileges.ChangeNotify | TokenPrivileges.Backup | TokenPrivileges.Restore | TokenPrivileges.TakeOwnership |
        TokenPrivileges.Security | TokenPrivileges.ManageVolume | TokenPrivileges.CreateSymbolicLink;

    public LogonIdentity Identity(LocalDomain domain, LocalUser user)
    {
        // Only root can work as another account. Without that every user works as the service does.
        var unix = options.UnixAccounts.CanImpersonate ? UnixAccountOf(user) : null;
        var groups = Common(domain, unix);
        groups.Add(Sid.AuthenticatedUsers);
        groups.Add(Sid.BuiltinUsers);
        if (user.Administrator)
            groups.Add(Sid.BuiltinAdministrators);
        foreach (string name in user.Groups)
            if (domain.FindGroup(name) is { } group)
                groups.Add(domain.Sid.AppendRid(group.Rid));
        return new LogonIdentity
        {
            UserName = user.Name,
            DomainName = options.ServerName,
            Token = NewToken(
                domain, user.Rid, groups, user.Administrator ? AdministratorsPrivileges : TokenPrivileges.ChangeNotify),
            Unix = unix,
            IsAdministrator = user.Administrator,
        };
    }

    public LogonIdentity Guest(LocalDomain domain)
    {
        var unix = options.UnixAccounts.CanImpersonate && options.GuestUnixAccount is { Length: > 0 } account
            ? options.UnixAccounts.FindUser(account)
            : null;
        var groups = Common(domain, unix);
        groups.Add(Sid.BuiltinGuests);
        return new LogonIdentity
        {
            UserName = "Guest",
            DomainName = options.ServerName,
            Token = NewToken(domain, LocalDomain.GuestRid, groups, TokenPrivileges.ChangeNotify, isGuest: true),
            Unix = unix,
            IsGuest = true,
        };
    }

    public UnixIdentity? UnixAccountOf(LocalUser user) => (user.UnixAccount ?? user.Name) switch
    {
        "" => null,
        var name => options.UnixAccounts.FindUser(name),
    };

    private List<Sid> Common(LocalDomain domain, UnixIdentity? unix)
    {
        var owner = unix ?? options.UnixAccounts.Service;
        var groups = new List<Sid> { domain.Sid.AppendRid(LocalDomain.UsersRid), Sid.Everyone, Sid.Network };
        // What it creates on disk belongs to this account, so the account's SIDs are its own.
        groups.Add(Sid.UnixUser(owner.Uid));
        groups.AddRange(owner.Groups.Prepend(owner.Gid).Distinct().Select(Sid.UnixGroup));
        return groups;
    }

    private static SecurityToken NewToken(
        LocalDomain domain, uint rid, List<Sid> groups, TokenPrivileges privileges, bool isGuest = false) =>
        new(domain.Sid.AppendRid(rid), groups, privileges, domain.Sid.AppendRid(LocalDomain.UsersRid),
            isGuest: isGuest);
}
