using System.Collections.Frozen;
using Symbio.Protocol.Dtyp;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>Accounts that exist on every system, [MS-DTYP] 2.4.2.4, under the names that Windows shows.</summary>
internal static class WellKnownAccounts
{
    public const string BuiltinDomain = "BUILTIN";
    public const string AuthorityDomain = "NT AUTHORITY";

    private static readonly LsaAccount[] All =
    [
        Group("S-1-0-0", "", "NULL SID"),
        Group("S-1-1-0", "", "Everyone"),
        Group("S-1-2-0", "", "LOCAL"),
        Group("S-1-2-1", "", "CONSOLE LOGON"),
        Group("S-1-3-0", "", "CREATOR OWNER"),
        Group("S-1-3-1", "", "CREATOR GROUP"),
        Group("S-1-3-2", "", "CREATOR OWNER SERVER"),
        Group("S-1-3-3", "", "CREATOR GROUP SERVER"),
        Group("S-1-3-4", "", "OWNER RIGHTS"),
        Group("S-1-5-1", AuthorityDomain, "DIALUP"),
        Group("S-1-5-2", AuthorityDomain, "NETWORK"),
        Group("S-1-5-3", AuthorityDomain, "BATCH"),
        Group("S-1-5-4", AuthorityDomain, "INTERACTIVE"),
        Group("S-1-5-6", AuthorityDomain, "SERVICE"),
        Group("S-1-5-7", AuthorityDomain, "ANONYMOUS LOGON"),
        Group("S-1-5-8", AuthorityDomain, "PROXY"),
        Group("S-1-5-9", AuthorityDomain, "ENTERPRISE DOMAIN CONTROLLERS"),
        Group("S-1-5-10", AuthorityDomain, "SELF"),
        Group("S-1-5-11", AuthorityDomain, "Authenticated Users"),
        Group("S-1-5-12", AuthorityDomain, "RESTRICTED"),
        Group("S-1-5-13", AuthorityDomain, "TERMINAL SERVER USER"),
        Group("S-1-5-14", AuthorityDomain, "REMOTE INTERACTIVE LOGON"),
        Group("S-1-5-15", AuthorityDomain, "This Organization"),
        Group("S-1-5-17", AuthorityDomain, "IUSR"),
        Group("S-1-5-18", AuthorityDomain, "SYSTEM"),
        Group("S-1-5-19", AuthorityDomain, "LOCAL SERVICE"),
        Group("S-1-5-20", AuthorityDomain, "NETWORK SERVICE"),
        Group("S-1-5-64-10", AuthorityDomain, "NTLM Authentication"),
        Group("S-1-5-64-14", AuthorityDomain, "SChannel Authentication"),
        Group("S-1-5-64-21", AuthorityDomain, "Digest Authentication"),
        Builtin(544, "Administrators"),
        Builtin(545, "Users"),
        Builtin(546, "Guests"),
        Builtin(547, "Power Users"),
        Builtin(548, "Account Operators"),
        Builtin(549, "Server Operators"),
        Builtin(550, "Print Operators"),
        Builtin(551, "Backup Operators"),
        Builtin(552, "Replicator"),
        Builtin(554, "Pre-Windows 2000 Compatible Access"),
        Builtin(555, "Remote Desktop Users"),
        Builtin(556, "Network Configuration Operators"),
        Builtin(558, "Performance Monitor Users"),
        Builtin(559, "Performance Log Users"),
        Builtin(562, "Distributed COM Users"),
        Builtin(568, "IIS_IUSRS"),
        Builtin(569, "Cryptographic Operators"),
        Builtin(573, "Event Log Readers"),
        Builtin(578, "Hyper-V Administrators"),
        Builtin(579, "Access Control Assistance Operators"),
        Builtin(580, "Remote Management Users"),
        new(Sid.Builtin, SidNameUse.Domain, BuiltinDomain, Sid.Builtin, BuiltinDomain),
        Label(0, "Untrusted Mandatory Level"),
        Label(4096, "Low Mandatory Level"),
        Label(8192, "Medium Mandatory Level"),
        Label(8448, "Medium Plus Mandatory Level"),
        Label(12288, "High Mandatory Level"),
        Label(16384, "System Mandatory Level"),
    ];

    private static readonly FrozenDictionary<Sid, LsaAccount> BySid = All.ToFrozenDictionary(account => account.Sid);

    private static readonly FrozenDictionary<string, LsaAccount> ByName =
        All.ToFrozenDictionary(account => account.Name, StringComparer.OrdinalIgnoreCase);

    public static LsaAccount? Find(Sid sid) => BySid.GetValueOrDefault(sid);

    /// <param name="domain">Null when the name came alone.</param>
    public static LsaAccount? Find(string? domain, string name) =>
        ByName.TryGetValue(name, out var account) &&
        (domain is null || account.DomainName.Equals(domain, StringComparison.OrdinalIgnoreCase))
            ? account
            : null;

    /// <summary>True when no account but the table's can be below this authority.</summary>
    public static bool Owns(Sid sid) => sid.Authority is 0 or 1 or 2 or 3 or 16 || sid.IsInDomain(Sid.Builtin) ||
        (sid.Authority == 5 && sid.SubAuthorityCount == 1);

    private static LsaAccount Group(string text, string domain, string name)
    {
        var sid = Sid.Parse(text);
        return new LsaAccount(sid, SidNameUse.WellKnownGroup, domain, sid.Domain!, name);
    }

    private static LsaAccount Builtin(uint rid, string name) =>
        new(Sid.Builtin.AppendRid(rid), SidNameUse.Alias, BuiltinDomain, Sid.Builtin, name);

    private static LsaAccount Label(uint level, string name) =>
        new(new Sid(16, level), SidNameUse.Label, "Mandatory Label", new Sid(16), name);
}
