using System.Collections.Frozen;
using System.Security.Cryptography;
using Symbio.Protocol.Dtyp;

namespace Symbio.Identity;

/// <summary>The users and groups of this machine at one moment. Immutable.</summary>
public sealed class LocalDomain
{
    /// <summary>
    /// RID of the group every local user has as primary group: DOMAIN_GROUP_RID_USERS, "None" on a lone machine.
    /// </summary>
    public const uint UsersRid = 513;

    /// <summary>DOMAIN_USER_RID_GUEST</summary>
    public const uint GuestRid = 501;

    /// <summary>RIDs below are the system's own, [MS-SAMR] 3.1.1.9.2.</summary>
    public const uint FirstFreeRid = 1000;

    private readonly FrozenDictionary<string, LocalUser> _usersByName;
    private readonly FrozenDictionary<uint, LocalUser> _usersByRid;
    private readonly FrozenDictionary<string, LocalGroup> _groupsByName;
    private readonly FrozenDictionary<uint, LocalGroup> _groupsByRid;

    /// <exception cref="ArgumentException">Two users or groups have one name or one RID.</exception>
    public LocalDomain(Sid sid, IEnumerable<LocalUser> users, IEnumerable<LocalGroup>? groups = null)
    {
        Sid = sid;
        Users = [.. users.OrderBy(u => u.Name, StringComparer.OrdinalIgnoreCase)];
        Groups = [.. (groups ?? []).OrderBy(g => g.Name, StringComparer.OrdinalIgnoreCase)];
        _usersByName = Users.ToFrozenDictionary(u => u.Name, StringComparer.OrdinalIgnoreCase);
        _usersByRid = Users.ToFrozenDictionary(u => u.Rid);
        _groupsByName = Groups.ToFrozenDictionary(g => g.Name, StringComparer.OrdinalIgnoreCase);
        _groupsByRid = Groups.ToFrozenDictionary(g => g.Rid);
    }

    /// <summary>The machine's SID.</summary>
    public Sid Sid { get; }

    /// <summary>By name.</summary>
    public IReadOnlyList<LocalUser> Users { get; }

    /// <summary>By name.</summary>
    public IReadOnlyList<LocalGroup> Groups { get; }

    public LocalUser? FindUser(string name) => _usersByName.GetValueOrDefault(name);

    public LocalUser? FindUser(uint rid) => _usersByRid.GetValueOrDefault(rid);

    public LocalGroup? FindGroup(string name) => _groupsByName.GetValueOrDefault(name);

    public LocalGroup? FindGroup(uint rid) => _groupsByRid.GetValueOrDefault(rid);

    /// <summary>A machine SID that no other machine has: S-1-5-21 and 96 random bits.</summary>
    public static Sid NewMachineSid()
    {
        Span<uint> random = stackalloc uint[3];
        RandomNumberGenerator.Fill(System.Runtime.InteropServices.MemoryMarshal.AsBytes(random));
        return MachineSid(random);
    }

    /// <summary>The machine SID that <paramref name="seed"/> always gives, for servers that keep no state.</summary>
    public static Sid MachineSidFrom(string seed)
    {
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(System.Text.Encoding.UTF8.GetBytes("Symbio machine SID\0" + seed), hash);
        return MachineSid(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, uint>(hash)[..3]);
    }

    private static Sid MachineSid(ReadOnlySpan<uint> parts) => new(5, 21, parts[0], parts[1], parts[2]);
}
