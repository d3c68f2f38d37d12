using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Symbio.Protocol.Dtyp;

/// <summary>A security identifier, [MS-DTYP] 2.4.2. Immutable, equal by value, kept in its wire form.</summary>
public sealed class Sid : IEquatable<Sid>, IComparable<Sid>
{
    /// <summary>Bytes before the sub-authorities: revision, count, 48-bit authority.</summary>
    public const int HeaderLength = 8;

    /// <summary>SID_MAX_SUB_AUTHORITIES</summary>
    public const int MaxSubAuthorities = 15;

    /// <summary>The longest SID there is, in bytes.</summary>
    public const int MaxLength = HeaderLength + (4 * MaxSubAuthorities);

    private const ulong UnixAuthority = 22;

    private readonly byte[] _bytes;

    private Sid(byte[] bytes) => _bytes = bytes;

    /// <param name="authority">IdentifierAuthority, at most 48 bits.</param>
    /// <param name="subAuthorities">At most 15.</param>
    public Sid(ulong authority, params ReadOnlySpan<uint> subAuthorities)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(authority, 0xFFFF_FFFF_FFFFu);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(subAuthorities.Length, MaxSubAuthorities);
        _bytes = new byte[HeaderLength + (4 * subAuthorities.Length)];
        BinaryPrimitives.WriteUInt64BigEndian(_bytes, authority);
        _bytes[0] = 1;
        _bytes[1] = (byte)subAuthorities.Length;
        for (int i = 0; i < subAuthorities.Length; i++)
            BinaryPrimitives.WriteUInt32LittleEndian(_bytes.AsSpan(HeaderLength + (4 * i)), subAuthorities[i]);
    }

    /// <summary>NULL, S-1-0-0.</summary>
    public static Sid Null { get; } = new(0, 0);
    /// <summary>EVERYONE, S-1-1-0.</summary>
    public static Sid Everyone { get; } = new(1, 0);
    /// <summary>CREATOR_OWNER, S-1-3-0.</summary>
    public static Sid CreatorOwner { get; } = new(3, 0);
    /// <summary>CREATOR_GROUP, S-1-3-1.</summary>
    public static Sid CreatorGroup { get; } = new(3, 1);
    /// <summary>OWNER_RIGHTS, S-1-3-4.</summary>
    public static Sid OwnerRights { get; } = new(3, 4);
    /// <summary>NETWORK, S-1-5-2.</summary>
    public static Sid Network { get; } = new(5, 2);
    /// <summary>INTERACTIVE, S-1-5-4.</summary>
    public static Sid Interactive { get; } = new(5, 4);
    /// <summary>SERVICE, S-1-5-6.</summary>
    public static Sid Service { get; } = new(5, 6);
    /// <summary>ANONYMOUS, S-1-5-7.</summary>
    public static Sid Anonymous { get; } = new(5, 7);
    /// <summary>PRINCIPAL_SELF, S-1-5-10.</summary>
    public static Sid PrincipalSelf { get; } = new(5, 10);
    /// <summary>AUTHENTICATED_USERS, S-1-5-11.</summary>
    public static Sid AuthenticatedUsers { get; } = new(5, 11);
    /// <summary>LOCAL_SYSTEM, S-1-5-18.</summary>
    public static Sid LocalSystem { get; } = new(5, 18);
    /// <summary>LOCAL_SERVICE, S-1-5-19.</summary>
    public static Sid LocalService { get; } = new(5, 19);
    /// <summary>NETWORK_SERVICE, S-1-5-20.</summary>
    public static Sid NetworkService { get; } = new(5, 20);
    /// <summary>BUILTIN, S-1-5-32.</summary>
    public static Sid Builtin { get; } = new(5, 32);
    /// <summary>BUILTIN_ADMINISTRATORS, S-1-5-32-544.</summary>
    public static Sid BuiltinAdministrators { get; } = new(5, 32, 544);
    /// <summary>BUILTIN_USERS, S-1-5-32-545.</summary>
    public static Sid BuiltinUsers { get; } = new(5, 32, 545);
    /// <summary>BUILTIN_GUESTS, S-1-5-32-546.</summary>
    public static Sid BuiltinGuests { get; } = new(5, 32, 546);
    /// <summary>POWER_USERS, S-1-5-32-547.</summary>
    public static Sid BuiltinPowerUsers { get; } = new(5, 32, 547);
    /// <summary>BACKUP_OPERATORS, S-1-5-32-551.</summary>
    public static Sid BuiltinBackupOperators { get; } = new(5, 32, 551);

    /// <summary>Samba's SID of a Unix user without an account: S-1-22-1-uid.</summary>
    public static Sid UnixUser(uint uid) => new(UnixAuthority, 1, uid);

    /// <summary>Samba's SID of a Unix group without an account: S-1-22-2-gid.</summary>
    public static Sid UnixGroup(uint gid) => new(UnixAuthority, 2, gid);

    /// <summary>IdentifierAuthority.</summary>
    public ulong Authority => BinaryPrimitives.ReadUInt64BigEndian(_bytes) & 0xFFFF_FFFF_FFFFu;

    public int SubAuthorityCount => _bytes[1];

    public uint SubAuthority(int index) =>
        BinaryPrimitives.ReadUInt32LittleEndian(_bytes.AsSpan(HeaderLength + (4 * index), 4));

    /// <summary>The last sub-authority; 0 when there is none.</summary>
    public uint RelativeId => SubAuthorityCount == 0 ? 0 : SubAuthority(SubAuthorityCount - 1);

    /// <summary>The SID without its last sub-authority: an account's domain. Null when there is none to take.</summary>
    public Sid? Domain
    {
        get
        {
            if (SubAuthorityCount == 0)
                return null;
            byte[] bytes = _bytes[..^4];
            bytes[1]--;
            return new Sid(bytes);
        }
    }

    /// <summary>The uid when this is S-1-22-1-uid.</summary>
    public bool TryGetUnixUser(out uint uid) => TryGetUnix(1, out uid);

    /// <summary>The gid when this is S-1-22-2-gid.</summary>
    public bool TryGetUnixGroup(out uint gid) => TryGetUnix(2, out gid);

    /// <summary>This SID with one more sub-authority.</summary>
    /// <exception cref="InvalidOperationException">There are 15 already.</exception>
    public Sid AppendRid(uint rid)
    {
        if (SubAuthorityCount == MaxSubAuthorities)
            throw new InvalidOperationException("A SID has at most 15 sub-authorities.");
        byte[] bytes = new byte[_bytes.Length + 4];
        _bytes.CopyTo(bytes, 0);
        bytes[1]++;
        BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(_bytes.Length), rid);
        return new Sid(bytes);
    }

    /// <summary>True when this SID is <paramref name="domain"/> and exactly one relative id.</summary>
    public bool IsInDomain(Sid domain) =>
        SubAuthorityCount == domain.SubAuthorityCount + 1 &&
        _bytes.AsSpan(2, domain._bytes.Length - 2).SequenceEqual(domain._bytes.AsSpan(2));

    /// <summary>Length of the wire form.</summary>
    public int Length => _bytes.Length;

    /// <summary>The wire form.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes;

    public byte[] ToArray() => [.. _bytes];

    public void Write(ref WireWriter writer) => writer.WriteBytes(_bytes);

    /// <summary>Reads a SID; its own count says how long it is. Null, and the reader invalid, when malformed.</summary>
    public static Sid? Read(ref WireReader reader)
    {
        int start = reader.Position;
        byte revision = reader.ReadByte();
        byte count = reader.ReadByte();
        reader.Expect(revision == 1 && count <= MaxSubAuthorities);
        reader.Skip(6 + (4 * count));
        return reader.IsValid ? new Sid(reader.Memory.Span[start..reader.Position].ToArray()) : null;
    }

    /// <summary>A SID that fills <paramref name="bytes"/> exactly.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, [NotNullWhen(true)] out Sid? sid)
    {
        bool ok = bytes.Length >= HeaderLength && bytes[0] == 1 && bytes[1] <= MaxSubAuthorities &&
            bytes.Length == HeaderLength + (4 * bytes[1]);
        sid = ok ? new Sid(bytes.ToArray()) : null;
        return ok;
    }

    /// <summary>Parses the string form, [MS-DTYP] 2.4.2.1.</summary>
    /// <exception cref="FormatException">The text is no SID.</exception>
    public static Sid Parse(ReadOnlySpan<char> text) =>
        TryParse(text, out var sid) ? sid : throw new FormatException($"'{text}' is not a SID.");

    /// <summary>Parses the string form, [MS-DTYP] 2.4.2.1.</summary>
    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out Sid? sid)
    {
        sid = null;
        if (text.Length < 5 || text[0] is not ('S' or 's') || !text[1..4].SequenceEqual("-1-"))
            return false;

        ulong authority = 0;
        Span<uint> subAuthorities = stackalloc uint[MaxSubAuthorities];
        int count = -1; // -1: the authority comes next.
        foreach (var range in text[4..].Split('-'))
        {
            var part = text[4..][range];
            if (count < 0)
            {
                bool hexadecimal = part.StartsWith("0x", StringComparison.OrdinalIgnoreCase);
                var digits = hexadecimal ? part[2..] : part;
                var style = hexadecimal ? NumberStyles.AllowHexSpecifier : NumberStyles.None;
                if (!ulong.TryParse(digits, style, CultureInfo.InvariantCulture, out authority) || authority >> 48 != 0)
                    return false;
            }
            else if (count == MaxSubAuthorities ||
                !uint.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out subAuthorities[count]))
            {
                return false;
            }

            count++;
        }

        sid = new Sid(authority, subAuthorities[..count]);
        return true;
    }

    /// <summary>The string form, [MS-DTYP] 2.4.2.1.</summary>
    public override string ToString()
    {
        var text = new StringBuilder("S-1-", 48);
        ulong authority = Authority;
        if (authority >> 32 == 0)
            text.Append(authority);
        else
            text.Append("0x").Append(authority.ToString("X12"));
        for (int i = 0; i < SubAuthorityCount; i++)
            text.Append('-').Append(SubAuthority(i));
        return text.ToString();
    }

    public bool Equals(Sid? other) =>
        ReferenceEquals(this, other) || (other is not null && _bytes.AsSpan().SequenceEqual(other._bytes));

    public override bool Equals(object? obj) => Equals(obj as Sid);

    public override int GetHashCode()
    {
        var hash = default(HashCode);
        hash.AddBytes(_bytes);
        return hash.ToHashCode();
    }

    /// <summary>Orders by wire form; a total order for sorted sets, no more.</summary>
    public int CompareTo(Sid? other) => other is null ? 1 : _bytes.AsSpan().SequenceCompareTo(other._bytes);

    public static bool operator ==(Sid? left, Sid? right) => left is null ? right is null : left.Equals(right);

    public static bool operator !=(Sid? left, Sid? right) => !(left == right);

    public static bool operator <(Sid left, Sid right) => left.CompareTo(right) < 0;

    public static bool operator >(Sid left, Sid right) => left.CompareTo(right) > 0;

    public static bool operator <=(Sid left, Sid right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Sid left, Sid right) => left.CompareTo(right) >= 0;

    private bool TryGetUnix(uint kind, out uint id)
    {
        bool match = SubAuthorityCount == 2 && Authority == UnixAuthority && SubAuthority(0) == kind;
        id = match ? SubAuthority(1) : 0;
        return match;
    }
}
