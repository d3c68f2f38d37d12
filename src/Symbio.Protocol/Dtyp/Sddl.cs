using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text;

namespace Symbio.Protocol.Dtyp;

/// <summary>
/// Security descriptor description language, [MS-DTYP] 2.5.1: the ACE types, flags, rights and SIDs that files know.
/// Conditional expressions and object GUIDs are shown in hexadecimal and are not parsed.
/// </summary>
public static class Sddl
{
    private static readonly (string Text, AceType Type)[] s_types =
    [
        ("A", AceType.AccessAllowed), ("D", AceType.AccessDenied), ("AU", AceType.SystemAudit),
        ("AL", AceType.SystemAlarm), ("ML", AceType.SystemMandatoryLabel),
        ("OA", AceType.AccessAllowedObject), ("OD", AceType.AccessDeniedObject),
        ("OU", AceType.SystemAuditObject), ("OL", AceType.SystemAlarmObject),
        ("XA", AceType.AccessAllowedCallback), ("XD", AceType.AccessDeniedCallback),
        ("XU", AceType.SystemAuditCallback), ("ZA", AceType.AccessAllowedCallbackObject),
        ("RA", AceType.SystemResourceAttribute), ("SP", AceType.SystemScopedPolicyId),
    ];

    private static readonly (string Text, AceFlags Flag)[] s_flags =
    [
        ("OI", AceFlags.ObjectInherit), ("CI", AceFlags.ContainerInherit), ("NP", AceFlags.NoPropagateInherit),
        ("IO", AceFlags.InheritOnly), ("ID", AceFlags.Inherited), ("SA", AceFlags.SuccessfulAccess),
        ("FA", AceFlags.FailedAccess),
    ];

    // In the order tried when formatting: whole masks first, then single bits.
    private static readonly (string Text, AccessMask Mask)[] s_wholeRights =
    [
        ("FA", AccessMask.FileAll), ("FR", AccessMask.FileGenericRead), ("FW", AccessMask.FileGenericWrite),
        ("FX", AccessMask.FileGenericExecute),
    ];

    private static readonly (string Text, AccessMask Mask)[] s_rights =
    [
        ("GA", AccessMask.GenericAll), ("GR", AccessMask.GenericRead), ("GW", AccessMask.GenericWrite),
        ("GX", AccessMask.GenericExecute), ("RC", AccessMask.ReadControl), ("SD", AccessMask.Delete),
        ("WD", AccessMask.WriteDac), ("WO", AccessMask.WriteOwner), ("CC", (AccessMask)0x1), ("DC", (AccessMask)0x2),
        ("LC", (AccessMask)0x4), ("SW", (AccessMask)0x8), ("RP", (AccessMask)0x10), ("WP", (AccessMask)0x20),
        ("DT", (AccessMask)0x40), ("LO", (AccessMask)0x80), ("CR", (AccessMask)0x100),
    ];

    private static readonly (string Text, AccessMask Mask)[] s_labelRights =
        [("NW", (AccessMask)0x1), ("NR", (AccessMask)0x2), ("NX", (AccessMask)0x4)];

    private static readonly (string Text, Sid Sid)[] s_sids =
    [
        ("WD", Sid.Everyone), ("CO", Sid.CreatorOwner), ("CG", Sid.CreatorGroup), ("OW", Sid.OwnerRights),
        ("NU", Sid.Network), ("IU", Sid.Interactive), ("SU", Sid.Service), ("AN", Sid.Anonymous),
        ("PS", Sid.PrincipalSelf), ("AU", Sid.AuthenticatedUsers), ("SY", Sid.LocalSystem),
        ("LS", Sid.LocalService), ("NS", Sid.NetworkService), ("BA", Sid.BuiltinAdministrators),
        ("BU", Sid.BuiltinUsers), ("BG", Sid.BuiltinGuests), ("PU", Sid.BuiltinPowerUsers),
        ("BO", Sid.BuiltinBackupOperators), ("LW", new Sid(16, 4096)), ("ME", new Sid(16, 8192)),
        ("HI", new Sid(16, 12288)), ("SI", new Sid(16, 16384)),
    ];

    public static string Format(SecurityDescriptor descriptor)
    {
        var text = new StringBuilder();
        if (descriptor.Owner is { } owner)
            text.Append("O:").Append(Format(owner));
        if (descriptor.Group is { } group)
            text.Append("G:").Append(Format(group));
        var control = descriptor.Control;
        if (descriptor.HasDacl)
        {
            AppendAcl(text, "D:", descriptor.Dacl, (control & SecurityDescriptorControl.DaclProtected) != 0,
                (control & SecurityDescriptorControl.DaclAutoInheritRequired) != 0,
                (control & SecurityDescriptorControl.DaclAutoInherited) != 0);
        }

        if (descriptor.HasSacl)
        {
            AppendAcl(text, "S:", descriptor.Sacl, (control & SecurityDescriptorControl.SaclProtected) != 0,
                (control & SecurityDescriptorControl.SaclAutoInheritRequired) != 0,
                (control & SecurityDescriptorControl.SaclAutoInherited) != 0);
        }

        return text.ToString();
    }

    public static string Format(Ace ace)
    {
        var text = new StringBuilder("(");
        text.Append(Array.Find(s_types, entry => entry.Type == ace.Type).Text ?? $"0x{(byte)ace.Type:x}").Append(';');
        foreach (var (name, flag) in s_flags)
        {
            if ((ace.Flags & flag) != 0)
                text.Append(name);
        }

        text.Append(';').Append(Format(ace.Mask, ace.Type)).Append(';');
        text.Append(Convert.ToHexStringLower(ace.ObjectPart.Span)).Append(";;").Append(Format(ace.Sid));
        if (!ace.ApplicationData.IsEmpty)
            text.Append(';').Append(Convert.ToHexStringLower(ace.ApplicationData.Span));
        return text.Append(')').ToString();
    }

    /// <summary>The two-letter alias, else S-1-….</summary>
    public static string Format(Sid sid) => Array.Find(s_sids, entry => entry.Sid == sid).Text ?? sid.ToString();

    /// <exception cref="FormatException">The text is not understood.</exception>
    public static SecurityDescriptor Parse(string text) =>
        TryParse(text, out var descriptor) ? descriptor : throw new FormatException($"'{text}' is not SDDL.");

    public static bool TryParse(ReadOnlySpan<char> text, [NotNullWhen(true)] out SecurityDescriptor? descriptor)
    {
        descriptor = null;
        var result = new SecurityDescriptor();
        while (!(text = text.TrimStart()).IsEmpty)
        {
            if (text.Length < 2 || text[1] != ':')
                return false;
            char part = char.ToUpperInvariant(text[0]);
            text = text[2..];
            if (part is 'O' or 'G')
            {
                if (!TakeSid(ref text, out var sid))
                    return false;
                result = part == 'O' ? result with { Owner = sid } : result with { Group = sid };
            }
            else if (part is not ('D' or 'S') || !TakeAcl(ref text, part == 'D', ref result))
            {
                return false;
            }
        }

        descriptor = result;
        return true;
    }

    /// <summary>Parses an alias or S-1-….</summary>
    public static bool TryParseSid(ReadOnlySpan<char> text, [NotNullWhen(true)] out Sid? sid)
    {
        foreach (var (alias, known) in s_sids)
        {
            if (text.Equals(alias, StringComparison.OrdinalIgnoreCase))
            {
                sid = known;
                return true;
            }
        }

        return Sid.TryParse(text, out sid);
    }

    /// <summary>Parses one ACE: <c>(type;flags;rights;;;sid)</c>.</summary>
    public static bool TryParseAce(ReadOnlySpan<char> text, [NotNullWhen(true)] out Ace? ace)
    {
        ace = null;
        text = text.Trim();
        Span<Range> fields = stackalloc Range[7];
        if (text.Length < 2 || text[0] != '(' || text[^1] != ')')
            return false;
        text = text[1..^1];
        if (text.Split(fields, ';') != 6 || !text[fields[3]].Trim().IsEmpty || !text[fields[4]].Trim().IsEmpty)
            return false;

        var type = text[fields[0]].Trim();
        foreach (var (name, value) in s_types)
        {
            if (!type.Equals(name, StringComparison.OrdinalIgnoreCase))
                continue;
            if (!TryParseFlags(text[fields[1]].Trim(), out var flags) ||
                !TryParseRights(text[fields[2]].Trim(), value, out var mask) ||
                !TryParseSid(text[fields[5]].Trim(), out var sid))
            {
                return false;
            }

            ace = new Ace(value, flags, mask, sid);
            return !ace.IsObject;
        }

        return false;
    }

    private static string Format(AccessMask mask, AceType type)
    {
        var text = new StringBuilder();
        foreach (var (name, whole) in s_wholeRights)
        {
            if (mask == whole)
                return name;
        }

        foreach (var (name, bit) in type == AceType.SystemMandatoryLabel ? s_labelRights : s_rights)
        {
            if ((mask & bit) != 0)
            {
                text.Append(name);
                mask &= ~bit;
            }
        }

        return mask == 0 ? text.ToString() : $"0x{(uint)(mask | Parsed(text.ToString(), type)):x}";
    }

    private static AccessMask Parsed(string rights, AceType type) =>
        TryParseRights(rights, type, out var mask) ? mask : 0;

    private static void AppendAcl(
        StringBuilder text, string tag, Acl? acl, bool isProtected, bool isRequired, bool isInherited)
    {
        text.Append(tag);
        if (isProtected)
            text.Append('P');
        if (isRequired)
            text.Append("AR");
        if (isInherited)
            text.Append("AI");
        if (acl is null)
            text.Append("NO_ACCESS_CONTROL");
        else
            text.Append(acl);
    }

    private static bool TakeSid(ref ReadOnlySpan<char> text, [NotNullWhen(true)] out Sid? sid)
    {
        // A SID ends before the next "X:" or at the end of the text.
        int colon = text.IndexOf(':');
        int end = colon < 0 ? text.Length : colon - 1;
        sid = null;
        if (end < 0 || !TryParseSid(text[..end].Trim(), out sid))
            return false;
        text = text[end..];
        return true;
    }

    private static bool TakeAcl(ref ReadOnlySpan<char> text, bool isDacl, ref SecurityDescriptor result)
    {
        var control = isDacl ? SecurityDescriptorControl.DaclPresent : SecurityDescriptorControl.SaclPresent;
        int sacl = isDacl ? 0 : 1; // Each SACL flag is the bit above the DACL flag of the same meaning.
        bool isNull = false;
        while (!text.IsEmpty && text[0] != '(' && !(text.Length > 1 && text[1] == ':'))
        {
            if (Skip(ref text, "NO_ACCESS_CONTROL"))
                isNull = true;
            else if (Skip(ref text, "P"))
                control |= (SecurityDescriptorControl)((int)SecurityDescriptorControl.DaclProtected << sacl);
            else if (Skip(ref text, "AR"))
                control |= (SecurityDescriptorControl)((int)SecurityDescriptorControl.DaclAutoInheritRequired << sacl);
            else if (Skip(ref text, "AI"))
                control |= (SecurityDescriptorControl)((int)SecurityDescriptorControl.DaclAutoInherited << sacl);
            else if (!Skip(ref text, " "))
                return false;
        }

        var aces = ImmutableArray.CreateBuilder<Ace>();
        while (!text.IsEmpty && text[0] == '(')
        {
            int end = text.IndexOf(')');
            if (end < 0 || !TryParseAce(text[..(end + 1)], out var ace))
                return false;
            aces.Add(ace);
            text = text[(end + 1)..].TrimStart();
        }

        if (isNull && aces.Count > 0)
            return false;
        var acl = isNull ? null : new Acl(aces.ToImmutable());
        control |= result.Control;
        result = isDacl ? result with { Dacl = acl, Control = control } : result with { Sacl = acl, Control = control };
        return true;
    }

    private static bool Skip(ref ReadOnlySpan<char> text, string token)
    {
        if (!text.StartsWith(token, StringComparison.OrdinalIgnoreCase))
            return false;
        text = text[token.Length..];
        return true;
    }

    private static bool TryParseFlags(ReadOnlySpan<char> text, out AceFlags flags)
    {
        flags = AceFlags.None;
        for (; !text.IsEmpty; text = text[2..])
        {
            var flag = AceFlags.None;
            foreach (var (name, value) in s_flags)
            {
                if (text.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                    flag = value;
            }

            if (flag == AceFlags.None)
                return false;
            flags |= flag;
        }

        return true;
    }

    private static bool TryParseRights(ReadOnlySpan<char> text, AceType type, out AccessMask mask)
    {
        mask = AccessMask.None;
        if (text.StartsWith("0x", StringComparison.OrdinalIgnoreCase))
        {
            bool ok = uint.TryParse(
                text[2..], NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out uint hex);
            mask = (AccessMask)hex;
            return ok;
        }

        for (; !text.IsEmpty; text = text[2..])
        {
            var right = AccessMask.None;
            foreach (var (name, value) in
                type == AceType.SystemMandatoryLabel ? s_labelRights : [.. s_wholeRights, .. s_rights])
            {
                if (text.StartsWith(name, StringComparison.OrdinalIgnoreCase))
                    right = value;
            }

            if (right == AccessMask.None)
                return false;
            mask |= right;
        }

        return true;
    }
}
