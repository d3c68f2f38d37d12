using System.Collections;
using System.Net;
using System.Security.Cryptography;
using System.Text;
using Symbio.Protocol.Dtyp;
using Symbio.Security.Ntlm;

namespace Symbio.Identity;

/// <summary>
/// Users held in memory, for a server inside a program and for `--user NAME:PASSWORD`:
/// <c>new LocalAccounts { { "demo", "secret" } }</c>. May stand over other local users, which it then adds to.
/// Thread-safe.
/// </summary>
public sealed class LocalAccounts : IAccountAuthority, ILocalDomainSource, IEnumerable<LocalUser>
{
    private readonly Lock _lock = new();
    private readonly ILocalDomainSource? _beneath;
    private readonly Sid _sid;
    private readonly LocalAuthority _authority;
    private readonly Dictionary<string, LocalUser> _users = new(StringComparer.OrdinalIgnoreCase);
    private LocalDomain? _domain;
    private LocalDomain? _domainBeneath;

    /// <param name="options">Names, guests, clock.</param>
    /// <param name="beneath">Users that are there as well; a user of the same name here stands in front.</param>
    /// <param name="machineSid">
    /// The machine's SID. Null: the one of <paramref name="beneath"/>, else one that follows from this machine's
    /// identity, so that the SIDs in descriptors on disk mean the same users after a restart.
    /// </param>
    public LocalAccounts(LocalAuthorityOptions? options = null, ILocalDomainSource? beneath = null,
        Sid? machineSid = null)
    {
        _beneath = beneath;
        _sid = machineSid ?? beneath?.Current.Sid ?? LocalDomain.MachineSidFrom(MachineIdentity());
        _authority = new LocalAuthority(this, options);
    }

    /// <summary>Adds a user, or gives one another password.</summary>
    public void Add(string name, string password, bool administrator = false) =>
        Add(new LocalUser
        {
            Name = name,
            Rid = StableRid(name),
            NtHash = LocalUserDatabase.HashPassword(password),
            Administrator = administrator,
        });

    /// <summary>Adds a user, or replaces the one of this name.</summary>
    /// <exception cref="ArgumentException">The name cannot be a user's.</exception>
    public void Add(LocalUser user)
    {
        if (LocalUser.CheckName(user.Name) is { } wrong)
            throw new ArgumentException(wrong, nameof(user));
        lock (_lock)
        {
            _users[user.Name] = user;
            _domain = null;
        }
    }

    /// <summary>Removes a user; false when there was none.</summary>
    public bool Remove(string name)
    {
        lock (_lock)
        {
            _domain = null;
            return _users.Remove(name);
        }
    }

    /// <summary>Replaces all users that this object itself holds; returns those that it held.</summary>
    public IReadOnlyList<LocalUser> Replace(IEnumerable<LocalUser> users)
    {
        var replacement = users.ToList();
        lock (_lock)
        {
            LocalUser[] before = [.. _users.Values];
            _users.Clear();
            foreach (var user in replacement)
                _users[user.Name] = user;
            _domain = null;
            return before;
        }
    }

    /// <inheritdoc/>
    public LocalDomain Current
    {
        get
        {
            var beneath = _beneath?.Current;
            lock (_lock)
            {
                if (_domain is null || !ReferenceEquals(beneath, _domainBeneath))
                {
                    _domain = Merge(beneath);
                    _domainBeneath = beneath;
                }
                return _domain;
            }
        }
    }

    /// <inheritdoc/>
    public Sid DomainSid => _sid;

    /// <inheritdoc cref="LocalAuthority.AllowGuest"/>
    public bool AllowGuest
    {
        get => _authority.AllowGuest;
        set => _authority.AllowGuest = value;
    }

    /// <inheritdoc/>
    public LogonIdentity? Guest => _authority.Guest;

    /// <inheritdoc/>
    public INtlmVerifier ForPeer(IPAddress? address) => _authority.ForPeer(address);

    /// <inheritdoc/>
    public ValueTask<NtlmVerification> VerifyAsync(NtlmLogon logon, CancellationToken cancellationToken) =>
        _authority.VerifyAsync(logon, cancellationToken);

    /// <inheritdoc/>
    public bool TryLookupName(string name, out AccountName account) => _authority.TryLookupName(name, out account);

    /// <inheritdoc/>
    public bool TryLookupSid(Sid sid, out AccountName account) => _authority.TryLookupSid(sid, out account);

    /// <inheritdoc/>
    public IEnumerator<LocalUser> GetEnumerator() => Current.Users.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// A RID that a name always gets, whatever other users there are: a list in another order must not hand one user's
    /// files to another. The upper half of the RIDs, which no database gets to.
    /// </summary>
    public static uint StableRid(string name)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name.ToUpperInvariant()), hash);
        return 0x4000_0000 | (BitConverter.ToUInt32(hash) & 0x3FFF_FFFF);
    }

    private LocalDomain Merge(LocalDomain? beneath)
    {
        var users = new List<LocalUser>(beneath?.Users.Where(u => !_users.ContainsKey(u.Name)) ?? []);
        var taken = new HashSet<uint>(beneath?.Users.Select(u => u.Rid) ?? []);
        taken.UnionWith(beneath?.Groups.Select(g => g.Rid) ?? []);
        foreach (var user in _users.Values.OrderBy(u => u.Name, StringComparer.OrdinalIgnoreCase))
        {
            if (beneath?.FindUser(user.Name) is { } same)
            {
                users.Add(user with { Rid = same.Rid });
                continue;
            }
            uint rid = user.Rid;
            while (!taken.Add(rid))
                rid++;
            users.Add(user with { Rid = rid });
        }
        return new LocalDomain(_sid, users, beneath?.Groups);
    }

    private static string MachineIdentity()
    {
        try
        {
            return File.ReadAllText("/etc/machine-id").Trim();
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return Environment.MachineName;
        }
    }
}
