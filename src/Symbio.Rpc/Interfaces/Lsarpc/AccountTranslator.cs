using Symbio.Protocol.Dtyp;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>
/// The database views of [MS-LSAT] 3.1.1.1, in their order: predefined names, BUILTIN, the account domain and those
/// beyond it; then Samba's "Unix User" and "Unix Group" for ids without an account.
/// </summary>
internal static class AccountTranslator
{
    private const string UnixUserDomain = "Unix User";
    private const string UnixGroupDomain = "Unix Group";

    private static readonly Sid UnixUsers = Sid.UnixUser(0).Domain!;
    private static readonly Sid UnixGroups = Sid.UnixGroup(0).Domain!;

    /// <summary>A name of the forms "name", "DOMAIN\name", "name@domain" or "DOMAIN", [MS-LSAT] 3.1.4.5.</summary>
    public static async ValueTask<LsaAccount?> FindAsync(ILsaHost host, string? text, CancellationToken cancellationToken)
    {
        if (string.IsNullOrEmpty(text))
            return null;
        var (domain, name) = Split(text);
        if (name.Length == 0)
            return domain is null ? null : FindDomain(host, domain);
        if (WellKnownAccounts.Find(domain, name) is { } known)
            return known;
        if (domain is null && FindDomain(host, name) is { } found)
            return found;
        if (IsUnix(domain))
            return await FindUnixAsync(host, domain, name, cancellationToken);
        return await host.FindByNameAsync(domain, name, cancellationToken) ??
            (domain is null ? await FindUnixAsync(host, null, name, cancellationToken) : null);
    }

    public static async ValueTask<LsaAccount?> FindAsync(ILsaHost host, Sid sid, CancellationToken cancellationToken)
    {
        if (WellKnownAccounts.Find(sid) is { } known)
            return known;
        if (WellKnownAccounts.Owns(sid))
            return null;
        if (sid.TryGetUnixUser(out uint uid))
            return await host.FindUnixUserAsync(uid, cancellationToken) is { } user ? UnixUser(sid, user) : null;
        if (sid.TryGetUnixGroup(out uint gid))
            return await host.FindUnixGroupAsync(gid, cancellationToken) is { } group ? UnixGroup(sid, group) : null;
        return FindDomain(host, sid) ?? await host.FindBySidAsync(sid, cancellationToken);
    }

    private static (string? Domain, string Name) Split(string text)
    {
        int backslash = text.IndexOf('\\', StringComparison.Ordinal);
        if (backslash >= 0)
            return (backslash == 0 ? null : text[..backslash], text[(backslash + 1)..]);
        int at = text.LastIndexOf('@');
        return at > 0 && at < text.Length - 1 ? (text[(at + 1)..], text[..at]) : (null, text);
    }

    private static LsaAccount? FindDomain(ILsaHost host, string name)
    {
        var policy = host.GetPolicy();
        if (name.Equals(policy.AccountDomainName, StringComparison.OrdinalIgnoreCase))
            return Domain(policy.AccountDomainName, policy.AccountDomainSid);
        if (policy.PrimaryDomainSid is { } sid && (Same(policy.PrimaryDomainName) || Same(policy.DnsDomainName)))
            return Domain(policy.PrimaryDomainName, sid);
        return WellKnownAccounts.Find(WellKnownAccounts.BuiltinDomain, name) is { Use: SidNameUse.Domain } builtin
            ? builtin
            : null;

        bool Same(string other) => name.Equals(other, StringComparison.OrdinalIgnoreCase);
    }

    private static LsaAccount? FindDomain(ILsaHost host, Sid sid)
    {
        var policy = host.GetPolicy();
        if (sid == policy.AccountDomainSid)
            return Domain(policy.AccountDomainName, sid);
        return sid == policy.PrimaryDomainSid ? Domain(policy.PrimaryDomainName, sid) : null;
    }

    private static LsaAccount Domain(string name, Sid sid) => new(sid, SidNameUse.Domain, name, sid, name);

    private static bool IsUnix(string? domain) => IsUnixUser(domain) || IsUnixGroup(domain);

    private static bool IsUnixUser(string? domain) =>
        UnixUserDomain.Equals(domain, StringComparison.OrdinalIgnoreCase);

    private static bool IsUnixGroup(string? domain) =>
        UnixGroupDomain.Equals(domain, StringComparison.OrdinalIgnoreCase);

    private static async ValueTask<LsaAccount?> FindUnixAsync(
        ILsaHost host, string? domain, string name, CancellationToken cancellationToken)
    {
        if (!IsUnixGroup(domain) && await host.FindUnixUserIdAsync(name, cancellationToken) is { } uid)
            return UnixUser(Sid.UnixUser(uid), name);
        if (!IsUnixUser(domain) && await host.FindUnixGroupIdAsync(name, cancellationToken) is { } gid)
            return UnixGroup(Sid.UnixGroup(gid), name);
        return null;
    }

    private static LsaAccount UnixUser(Sid sid, string name) =>
        new(sid, SidNameUse.User, UnixUserDomain, UnixUsers, name);

    private static LsaAccount UnixGroup(Sid sid, string name) =>
        new(sid, SidNameUse.Group, UnixGroupDomain, UnixGroups, name);
}
