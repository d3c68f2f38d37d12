using Symbio.Protocol.Dtyp;

namespace Symbio.Identity;

/// <summary>Makes the identity of a local user who has logged on.</summary>
internal sealed class LocalTokens(LocalAuthorityOptions options)
{
    internal const TokenPrivileges AdministratorsPrivileges =
        TokenPrivileges.ChangeNotify | TokenPrivileges.Backup | TokenPrivileges.Restore | TokenPrivileges.TakeOwnership |
        TokenPrivileges.Security | TokenPrivileges.ManageVolume | TokenPrivileges.CreateSymbolicLink;

    /// <summary>Null, with the reason, when it cannot be told which Unix account the user works as.</summary>
    public LogonIdentity? Identity(LocalDomain domain, LocalUser user, out string? problem)
    {
        if (!TryFindUnix(user.UnixAccount ?? user.Name, user.UnixAccount is not null, out var unix, out problem))
            return null;
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

    /// <summary>Null, with the reason, when the Unix account of guests is not found.</summary>
    public LogonIdentity? Guest(LocalDomain domain, out string? problem)
    {
        if (!TryFindUnix(options.GuestUnixAccount ?? "", isNamed: true, out var unix, out problem))
            return null;
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

    // Only root can work as another account; without that, and for who has no account, the account is null: the service's own.
    // That is never the way out for an account that somebody has named, nor for one that could not be looked up.
    private bool TryFindUnix(string name, bool isNamed, out UnixIdentity? account, out string? problem)
    {
        account = null;
        problem = null;
        if (!options.UnixAccounts.CanImpersonate || name.Length == 0)
            return true;
        var found = options.UnixAccounts.FindUser(name);
        account = found.Account;
        if (isNamed || found.HasFailed)
            problem = found.ProblemWith(name);
        return problem is null;
    }

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
