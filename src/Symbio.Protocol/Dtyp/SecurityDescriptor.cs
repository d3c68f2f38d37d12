using System.Diagnostics.CodeAnalysis;

namespace Symbio.Protocol.Dtyp;

/// <summary>
/// SECURITY_DESCRIPTOR, [MS-DTYP] 2.4.6; self-relative on the wire. Immutable, equal by value.
/// </summary>
/// <remarks>
/// A DACL is in one of three states. Absent: <see cref="HasDacl"/> is false. Null: HasDacl is true and
/// <see cref="Dacl"/> is null; everyone has all access. Present: its ACEs decide, and no ACE means no access.
/// The same goes for the SACL. DaclPresent and SaclPresent in <see cref="Control"/> follow a list that is set; they
/// have to be given only for a null list.
/// </remarks>
public sealed record SecurityDescriptor
{
    private const int HeaderLength = 20;

    private const SecurityDescriptorControl DaclControl =
        SecurityDescriptorControl.DaclPresent | SecurityDescriptorControl.DaclDefaulted |
        SecurityDescriptorControl.DaclAutoInheritRequired | SecurityDescriptorControl.DaclAutoInherited |
        SecurityDescriptorControl.DaclProtected | SecurityDescriptorControl.DaclTrusted |
        SecurityDescriptorControl.ServerSecurity;

    private const SecurityDescriptorControl SaclControl =
        SecurityDescriptorControl.SaclPresent | SecurityDescriptorControl.SaclDefaulted |
        SecurityDescriptorControl.SaclAutoInheritRequired | SecurityDescriptorControl.SaclAutoInherited |
        SecurityDescriptorControl.SaclProtected;

    private const SecurityInformation AnySacl = SecurityInformation.Sacl | SecurityInformation.Label |
        SecurityInformation.Attribute | SecurityInformation.Scope;

    private readonly SecurityDescriptorControl _control = SecurityDescriptorControl.SelfRelative;

    /// <summary>Revision is always 1, Sbz1 is the resource manager's byte and kept.</summary>
    public byte ResourceManagerControl { get; init; }

    public SecurityDescriptorControl Control
    {
        get => _control | (Dacl is null ? 0 : SecurityDescriptorControl.DaclPresent) |
            (Sacl is null ? 0 : SecurityDescriptorControl.SaclPresent);
        init => _control = value | SecurityDescriptorControl.SelfRelative;
    }

    public Sid? Owner { get; init; }

    public Sid? Group { get; init; }

    public Acl? Sacl { get; init; }

    public Acl? Dacl { get; init; }

    /// <summary>The DACL is not absent; it may be null.</summary>
    public bool HasDacl => (Control & SecurityDescriptorControl.DaclPresent) != 0;

    /// <summary>The SACL is not absent; it may be null.</summary>
    public bool HasSacl => (Control & SecurityDescriptorControl.SaclPresent) != 0;

    public bool IsDaclProtected => (Control & SecurityDescriptorControl.DaclProtected) != 0;

    public bool IsSaclProtected => (Control & SecurityDescriptorControl.SaclProtected) != 0;

    /// <summary>A descriptor with owner, group and DACL.</summary>
    public static SecurityDescriptor Create(Sid? owner, Sid? group, params ReadOnlySpan<Ace> dacl) =>
        new() { Owner = owner, Group = group, Dacl = new Acl(dacl) };

    /// <summary>Length of the wire form.</summary>
    public int Length =>
        HeaderLength + (Owner?.Length ?? 0) + (Group?.Length ?? 0) + (Sacl?.Length ?? 0) + (Dacl?.Length ?? 0);

    /// <summary>False: an ACL has grown beyond <see cref="Acl.MaxLength"/>, and the wire has no form for it.</summary>
    public bool HasWritableAcls => !(Dacl?.Length > Acl.MaxLength || Sacl?.Length > Acl.MaxLength);

    /// <summary>Writes the self-relative form; offsets count from the writer's current position.</summary>
    public void Write(ref WireWriter writer)
    {
        writer.WriteByte(1); // Revision
        writer.WriteByte(ResourceManagerControl);
        writer.WriteUInt16((ushort)Control);

        // Windows lays them out SACL, DACL, owner, group; every order is valid.
        int saclOffset = HeaderLength;
        int daclOffset = saclOffset + (Sacl?.Length ?? 0);
        int ownerOffset = daclOffset + (Dacl?.Length ?? 0);
        int groupOffset = ownerOffset + (Owner?.Length ?? 0);
        writer.WriteInt32(Owner is null ? 0 : ownerOffset);
        writer.WriteInt32(Group is null ? 0 : groupOffset);
        writer.WriteInt32(Sacl is null ? 0 : saclOffset);
        writer.WriteInt32(Dacl is null ? 0 : daclOffset);
        Sacl?.Write(ref writer);
        Dacl?.Write(ref writer);
        Owner?.Write(ref writer);
        Group?.Write(ref writer);
    }

    /// <summary>The self-relative form.</summary>
    /// <exception cref="InvalidOperationException">An ACL is longer than 65,532 bytes.</exception>
    public byte[] ToArray()
    {
        byte[] bytes = new byte[Length];
        var writer = new WireWriter(bytes);
        Write(ref writer);
        return writer.IsValid ? bytes : throw new InvalidOperationException("The ACL is too long for the wire.");
    }

    /// <summary>Reads the self-relative form. Nothing keeps a reference to <paramref name="memory"/>.</summary>
    public static bool TryRead(ReadOnlyMemory<byte> memory, [NotNullWhen(true)] out SecurityDescriptor? descriptor)
    {
        descriptor = null;
        var reader = new WireReader(memory);
        byte revision = reader.ReadByte();
        byte resourceManager = reader.ReadByte();
        var control = (SecurityDescriptorControl)reader.ReadUInt16();
        uint ownerOffset = reader.ReadUInt32();
        uint groupOffset = reader.ReadUInt32();
        uint saclOffset = reader.ReadUInt32();
        uint daclOffset = reader.ReadUInt32();
        if (!reader.IsValid || revision != 1)
            return false;

        bool valid = true;
        var owner = ReadSid(memory, ownerOffset, ref valid);
        var group = ReadSid(memory, groupOffset, ref valid);
        // An offset without its present flag means nothing, [MS-DTYP] 2.4.6.
        var sacl = ReadAcl(memory, saclOffset, (control & SecurityDescriptorControl.SaclPresent) != 0, ref valid);
        var dacl = ReadAcl(memory, daclOffset, (control & SecurityDescriptorControl.DaclPresent) != 0, ref valid);
        if (!valid)
            return false;

        descriptor = new SecurityDescriptor
        {
            ResourceManagerControl = resourceManager,
            Control = control,
            Owner = owner,
            Group = group,
            Sacl = sacl,
            Dacl = dacl,
        };
        return true;
    }

    /// <summary>Only the parts that <paramref name="information"/> names: what a query answers.</summary>
    public SecurityDescriptor Select(SecurityInformation information)
    {
        if ((information & SecurityInformation.Backup) != 0)
            return this;
        var keep = ~(DaclControl | SaclControl | SecurityDescriptorControl.OwnerDefaulted |
            SecurityDescriptorControl.GroupDefaulted);
        if ((information & SecurityInformation.Owner) != 0)
            keep |= SecurityDescriptorControl.OwnerDefaulted;
        if ((information & SecurityInformation.Group) != 0)
            keep |= SecurityDescriptorControl.GroupDefaulted;
        if ((information & SecurityInformation.Dacl) != 0)
            keep |= DaclControl;
        var sacl = SelectSacl(Sacl, information);
        if ((information & SecurityInformation.Sacl) != 0 || sacl is not null)
            keep |= SaclControl;
        return this with
        {
            Control = Control & keep,
            Owner = (information & SecurityInformation.Owner) != 0 ? Owner : null,
            Group = (information & SecurityInformation.Group) != 0 ? Group : null,
            Sacl = sacl,
            Dacl = (information & SecurityInformation.Dacl) != 0 ? Dacl : null,
        };
    }

    /// <summary>
    /// This descriptor after SET_INFO of the parts of <paramref name="change"/> that <paramref name="information"/>
    /// names, [MS-FSA] 2.1.5.17. Generic rights of effective ACEs are mapped. AUTO_INHERITED survives only when the
    /// change asks for it with AUTO_INHERIT_REQ, which itself is never stored.
    /// </summary>
    public SecurityDescriptor Apply(SecurityDescriptor change, SecurityInformation information)
    {
        var result = this;
        if ((information & SecurityInformation.Backup) != 0)
            information |= SecurityInformation.Owner | SecurityInformation.Group | SecurityInformation.Dacl | AnySacl;
        if ((information & SecurityInformation.Owner) != 0 && change.Owner is not null)
        {
            result = result with
            {
                Owner = change.Owner,
                Control = result.Control & ~SecurityDescriptorControl.OwnerDefaulted,
            };
        }

        if ((information & SecurityInformation.Group) != 0 && change.Group is not null)
        {
            result = result with
            {
                Group = change.Group,
                Control = result.Control & ~SecurityDescriptorControl.GroupDefaulted,
            };
        }

        if ((information & SecurityInformation.Dacl) != 0)
        {
            var control = AppliedControl(change.Control, DaclControl, SecurityDescriptorControl.DaclAutoInheritRequired,
                SecurityDescriptorControl.DaclAutoInherited);
            if ((information & SecurityInformation.ProtectedDacl) != 0)
                control |= SecurityDescriptorControl.DaclProtected;
            if ((information & SecurityInformation.UnprotectedDacl) != 0)
                control &= ~SecurityDescriptorControl.DaclProtected;
            result = result with
            {
                Dacl = GenericMapping.File.Map(change.Dacl),
                Control = (result.Control & ~DaclControl) | control | SecurityDescriptorControl.DaclPresent,
            };
        }

        return (information & AnySacl) == 0 ? result : ApplySacl(result, change, information);
    }

    public bool Equals(SecurityDescriptor? other) =>
        other is not null && Control == other.Control && ResourceManagerControl == other.ResourceManagerControl &&
        Owner == other.Owner && Group == other.Group && Equals(Sacl, other.Sacl) && Equals(Dacl, other.Dacl);

    public override int GetHashCode() => HashCode.Combine(Control, Owner, Group, Sacl, Dacl);

    /// <summary>The SDDL form, [MS-DTYP] 2.5.1.</summary>
    public override string ToString() => Sddl.Format(this);

    private static SecurityDescriptor ApplySacl(
        SecurityDescriptor result, SecurityDescriptor change, SecurityInformation information)
    {
        var control = result.Control;
        if ((information & SecurityInformation.Sacl) != 0)
        {
            control = (control & ~SaclControl) | AppliedControl(change.Control, SaclControl,
                SecurityDescriptorControl.SaclAutoInheritRequired, SecurityDescriptorControl.SaclAutoInherited);
            if ((information & SecurityInformation.ProtectedSacl) != 0)
                control |= SecurityDescriptorControl.SaclProtected;
            if ((information & SecurityInformation.UnprotectedSacl) != 0)
                control &= ~SecurityDescriptorControl.SaclProtected;
        }

        // The ACEs of kinds that were not named stay.
        var named = SelectSacl(change.Sacl, information)?.Aces ?? [];
        var kept = SelectSacl(result.Sacl, AnySacl & ~information)?.Aces ?? [];
        bool present = change.HasSacl || kept.Length > 0;
        return result with
        {
            Sacl = present ? GenericMapping.File.Map(new Acl(named.AddRange(kept))) : null,
            Control = present ? control : control & ~SecurityDescriptorControl.SaclPresent,
        };
    }

    private static SecurityDescriptorControl AppliedControl(SecurityDescriptorControl change,
        SecurityDescriptorControl mask, SecurityDescriptorControl required, SecurityDescriptorControl inherited)
    {
        var control = change & mask;
        return (control & required) != 0 ? control & ~required : control & ~inherited;
    }

    private static Acl? SelectSacl(Acl? sacl, SecurityInformation information)
    {
        if (sacl is null || (information & AnySacl) == 0)
            return null;
        var selected = sacl.Aces.RemoveAll(ace => (information & Part(ace.Type)) == 0);
        if (selected.Length == 0 && (information & SecurityInformation.Sacl) == 0)
            return null;
        return selected.Length == sacl.Aces.Length ? sacl : new Acl(selected, sacl.Revision);

        static SecurityInformation Part(AceType type) => type switch
        {
            AceType.SystemMandatoryLabel => SecurityInformation.Label,
            AceType.SystemResourceAttribute => SecurityInformation.Attribute,
            AceType.SystemScopedPolicyId => SecurityInformation.Scope,
            _ => SecurityInformation.Sacl,
        };
    }

    private static Sid? ReadSid(ReadOnlyMemory<byte> memory, uint offset, ref bool valid)
    {
        if (offset == 0 || !valid)
            return null;
        var reader = ReaderAt(memory, offset);
        var sid = Sid.Read(ref reader);
        valid = sid is not null;
        return sid;
    }

    private static Acl? ReadAcl(ReadOnlyMemory<byte> memory, uint offset, bool present, ref bool valid)
    {
        if (offset == 0 || !present || !valid)
            return null;
        var reader = ReaderAt(memory, offset);
        var acl = Acl.Read(ref reader);
        valid = acl is not null;
        return acl;
    }

    private static WireReader ReaderAt(ReadOnlyMemory<byte> memory, uint offset)
    {
        var reader = new WireReader(memory, (int)Math.Min(offset, (uint)memory.Length));
        reader.Expect(offset >= HeaderLength); // Inside the header there is neither a SID nor an ACL.
        return reader;
    }
}
