using System.Collections.Immutable;

namespace Symbio.Protocol.Dtyp;

/// <summary>
/// Gives a new file or directory its security descriptor, [MS-DTYP] 2.5.3.4 (CreateSecurityDescriptor).
/// </summary>
public static class SecurityDescriptorInheritance
{
    private const AceFlags InheritanceFlags = AceFlags.ObjectInherit | AceFlags.ContainerInherit |
        AceFlags.NoPropagateInherit | AceFlags.InheritOnly;

    private const AccessMask GenericRights = AccessMask.GenericRead | AccessMask.GenericWrite |
        AccessMask.GenericExecute | AccessMask.GenericAll;

    /// <summary>
    /// Computes the descriptor of a new object. False when neither the creator nor the parent gives it a DACL:
    /// <paramref name="descriptor"/> then has owner, group and perhaps a SACL, and the caller adds its default DACL.
    /// </summary>
    /// <param name="parent">Of the directory that the object is created in; null for a root.</param>
    /// <param name="creator">From SMB2_CREATE_SD_BUFFER; null when there is none.</param>
    /// <param name="isContainer">The new object is a directory.</param>
    /// <param name="defaultOwner">Owner unless the creator names one (the caller checks that it may be named).</param>
    /// <remarks>
    /// Automatic inheritance is on, as on NTFS, when the parent's own control says AUTO_INHERITED: inherited ACEs are
    /// marked INHERITED, the new descriptor says AUTO_INHERITED, and a creator's DACL that is not protected is
    /// completed with what the parent gives. Without it ACEs are inherited unmarked, and only when the creator gave
    /// no DACL.
    /// </remarks>
    public static bool TryCreate(
        SecurityDescriptor? parent, SecurityDescriptor? creator, bool isContainer, Sid defaultOwner, Sid defaultGroup,
        out SecurityDescriptor descriptor)
    {
        var owner = creator?.Owner ?? defaultOwner;
        var group = creator?.Group ?? defaultGroup;
        var child = new Child(isContainer, owner, group);
        var parentControl = parent?.Control ?? SecurityDescriptorControl.None;
        var creatorControl = creator?.Control ?? SecurityDescriptorControl.None;

        var sacl = Compute(parent?.Sacl, (parentControl & SecurityDescriptorControl.SaclAutoInherited) != 0,
            creator?.Sacl, creator?.HasSacl ?? false, (creatorControl & SecurityDescriptorControl.SaclProtected) != 0,
            child, out bool saclIsAuto);
        var dacl = Compute(parent?.Dacl, (parentControl & SecurityDescriptorControl.DaclAutoInherited) != 0,
            creator?.Dacl, creator?.HasDacl ?? false, (creatorControl & SecurityDescriptorControl.DaclProtected) != 0,
            child, out bool daclIsAuto);
        bool hasDacl = dacl is not null || (creator?.HasDacl ?? false);

        var control = creatorControl & (SecurityDescriptorControl.DaclProtected |
            SecurityDescriptorControl.SaclProtected | SecurityDescriptorControl.RmControlValid);
        if (hasDacl)
            control |= SecurityDescriptorControl.DaclPresent;
        if (daclIsAuto)
            control |= SecurityDescriptorControl.DaclAutoInherited;
        if (saclIsAuto)
            control |= SecurityDescriptorControl.SaclAutoInherited;
        descriptor = new SecurityDescriptor
        {
            ResourceManagerControl = creator?.ResourceManagerControl ?? 0,
            Control = control,
            Owner = owner,
            Group = group,
            Sacl = sacl,
            Dacl = dacl,
        };
        return hasDacl;
    }

    /// <summary>
    /// The ACEs a child gets from <paramref name="parent"/>, in order, with creator SIDs replaced and generic rights
    /// mapped where they take effect. Null when the parent has nothing to give.
    /// </summary>
    /// <param name="markInherited">Mark them INHERITED.</param>
    public static Acl? Inherit(Acl? parent, bool isContainer, Sid owner, Sid group, bool markInherited)
    {
        if (parent is null)
            return null;
        var child = new Child(isContainer, owner, group);
        var aces = ImmutableArray.CreateBuilder<Ace>();
        foreach (var ace in parent.Aces)
            child.Inherit(ace, markInherited ? AceFlags.Inherited : AceFlags.None, aces);
        return aces.Count == 0 ? null : new Acl(aces.ToImmutable(), parent.Revision);
    }

    // ComputeACL, [MS-DTYP] 2.5.3.4.2. Null: there is no list, or (with hasCreator) a null one.
    private static Acl? Compute(
        Acl? parent, bool parentIsAuto, Acl? creator, bool hasCreator, bool isProtected, in Child child,
        out bool isAuto)
    {
        isAuto = parentIsAuto && !(hasCreator && creator is null);
        if (!hasCreator)
        {
            var inherited = Inherit(parent, child.IsContainer, child.Owner, child.Group, parentIsAuto);
            isAuto = isAuto && inherited is not null;
            return inherited;
        }

        if (creator is null)
            return null;
        var aces = ImmutableArray.CreateBuilder<Ace>();
        bool merge = parentIsAuto && !isProtected;
        foreach (var ace in creator.Aces)
        {
            // What the creator copied from the parent comes from the parent anew, [MS-DTYP] 2.5.3.4.4.
            if (!(merge && ace.IsInherited))
                child.Place(ace with { Flags = ace.Flags & ~(merge ? AceFlags.Inherited : AceFlags.None) }, aces);
        }

        byte revision = creator.Revision;
        if (merge && Inherit(parent, child.IsContainer, child.Owner, child.Group, markInherited: true) is { } more)
        {
            aces.AddRange(more.Aces);
            revision = Math.Max(revision, more.Revision);
        }

        return new Acl(aces.ToImmutable(), revision);
    }

    /// <summary>The object that the ACEs are for.</summary>
    private readonly record struct Child(bool IsContainer, Sid Owner, Sid Group)
    {
        /// <summary>One ACE of the parent, [MS-DTYP] 2.5.3.4.3: becomes none, one or two of the child.</summary>
        public void Inherit(Ace ace, AceFlags mark, ImmutableArray<Ace>.Builder aces)
        {
            bool toObjects = (ace.Flags & AceFlags.ObjectInherit) != 0;
            bool toContainers = (ace.Flags & AceFlags.ContainerInherit) != 0;
            bool propagates = (ace.Flags & AceFlags.NoPropagateInherit) == 0;
            var kept = (ace.Flags & ~(InheritanceFlags | AceFlags.Inherited)) | mark;
            if (!IsContainer)
            {
                if (toObjects)
                    aces.Add(Effective(ace) with { Flags = kept });
                return;
            }

            var flags = ace.Flags & (AceFlags.ObjectInherit | AceFlags.ContainerInherit);
            if (toContainers && !propagates)
                aces.Add(Effective(ace) with { Flags = kept });
            else if (toContainers)
                Place(ace with { Flags = kept | flags }, aces);
            else if (toObjects && propagates)
                aces.Add(ace with { Flags = kept | flags | AceFlags.InheritOnly });
        }

        /// <summary>
        /// Adds an ACE that takes effect. When it is also inheritable and its SID or rights are generic, it becomes
        /// two: an effective one with what they stand for here, and an inherit-only one that keeps them for the
        /// children.
        /// </summary>
        public void Place(Ace ace, ImmutableArray<Ace>.Builder aces)
        {
            if (ace.IsInheritOnly)
            {
                aces.Add(ace);
                return;
            }

            var effective = Effective(ace);
            bool isSame = effective.Sid == ace.Sid && (ace.Mask & GenericRights) == 0;
            if (!IsContainer || !ace.IsInheritable || isSame)
            {
                aces.Add(effective);
                return;
            }

            aces.Add(effective with { Flags = ace.Flags & ~InheritanceFlags });
            aces.Add(ace with { Flags = ace.Flags | AceFlags.InheritOnly });
        }

        private Ace Effective(Ace ace)
        {
            var sid = ace.Sid == Sid.CreatorOwner ? Owner : ace.Sid == Sid.CreatorGroup ? Group : ace.Sid;
            bool isAccess = ace.Type is not (AceType.SystemMandatoryLabel or AceType.SystemResourceAttribute or
                AceType.SystemScopedPolicyId);
            return ace with { Sid = sid, Mask = isAccess ? GenericMapping.File.Map(ace.Mask) : ace.Mask };
        }
    }
}
