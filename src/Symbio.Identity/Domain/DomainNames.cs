using Symbio.Protocol.Dtyp;

namespace Symbio.Identity;

/// <summary>
/// Names of accounts of the domain: those that every domain has, and the users who have logged on. (No PAC holds names of
/// groups.) Bounded; thread-safe.
/// </summary>
internal sealed class DomainNames
{
    // A few megabytes at most. Who comes later is shown by SID until the server starts anew.
    private const int Capacity = 20_000;

    // [MS-DTYP] 2.4.2.4, the RIDs of accounts that every domain has.
    private static readonly (uint Rid, string Name, bool IsGroup)[] WellKnown =
    [
        (500, "Administrator", false),
        (501, "Guest", false),
        (502, "krbtgt", false),
        (512, "Domain Admins", true),
        (513, "Domain Users", true),
        (514, "Domain Guests", true),
        (515, "Domain Computers", true),
        (516, "Domain Controllers", true),
        (518, "Schema Admins", true),
        (519, "Enterprise Admins", true),
        (520, "Group Policy Creator Owners", true),
    ];

    private readonly Lock _lock = new();
    private readonly Dictionary<Sid, AccountName> _bySid = [];
    private readonly Dictionary<string, AccountName> _byName = new(StringComparer.OrdinalIgnoreCase);

    /// <summary>Remembers a user who has logged on.</summary>
    public void Learn(string domain, string name, Sid sid)
    {
        lock (_lock)
        {
            if (_bySid.TryGetValue(sid, out var known))
            {
                if (known.Name == name && known.Domain == domain)
                    return;
                _byName.Remove($@"{known.Domain}\{known.Name}"); // The account has another name now.
            }
            else if (_bySid.Count >= Capacity)
            {
                return;
            }

            var account = new AccountName(domain, name, sid, IsGroup: false);
            _bySid[sid] = account;
            _byName[$@"{domain}\{name}"] = account;
        }
    }

    /// <param name="name">DOMAIN\name</param>
    public bool TryLookup(KnownDomain? own, string name, out AccountName account)
    {
        lock (_lock)
        {
            if (_byName.TryGetValue(name, out account))
                return true;
        }

        int slash = name.IndexOf('\\', StringComparison.Ordinal);
        if (own is not null && slash > 0 && Same(name[..slash], own.Name))
        {
            foreach (var known in WellKnown)
            {
                if (!Same(known.Name, name[(slash + 1)..]))
                    continue;
                account = new AccountName(own.Name, known.Name, own.Sid.AppendRid(known.Rid), known.IsGroup);
                return true;
            }
        }

        account = default;
        return false;
    }

    public bool TryLookup(KnownDomain? own, Sid sid, out AccountName account)
    {
        lock (_lock)
        {
            if (_bySid.TryGetValue(sid, out account))
                return true;
        }

        if (own is not null && sid.IsInDomain(own.Sid))
        {
            foreach (var known in WellKnown)
            {
                if (known.Rid != sid.RelativeId)
                    continue;
                account = new AccountName(own.Name, known.Name, sid, known.IsGroup);
                return true;
            }
        }

        account = default;
        return false;
    }

    private static bool Same(string a, string b) => string.Equals(a, b, StringComparison.OrdinalIgnoreCase);
}
