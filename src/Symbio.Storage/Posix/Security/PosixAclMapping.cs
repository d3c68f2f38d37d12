using Symbio.Protocol.Dtyp;

namespace Symbio.Storage.Posix;

/// <summary>
/// NT descriptors from POSIX permissions and back: the rights that Samba shows for rwx, with one exception.
/// </summary>
/// <remarks>
/// Deviation: in Samba "w" also shows WRITE_DAC and WRITE_OWNER for everyone who has it, and the kernel refuses those
/// who are not the owner. Here permissions are changed by the service after NT's access check, so only the owner's
/// entry has these rights.
/// </remarks>
internal static class PosixAclMapping
{
    private const AceFlags Inheritable = AceFlags.ObjectInherit | AceFlags.ContainerInherit | AceFlags.InheritOnly;

    private const AccessMask OwnerOnly = AccessMask.WriteDac | AccessMask.WriteOwner;

    /// <summary>The descriptor of an object that has none stored.</summary>
    /// <param name="directoryMode">What new directories get when there is no default ACL.</param>
    public static SecurityDescriptor ToDescriptor(PosixSecurity security, IIdentityMap identities, uint directoryMode)
    {
        var owner = identities.UserSid(security.Uid);
        var group = identities.GroupSid(security.Gid);
        var aces = new List<Ace>();
        foreach (var entry in security.Access.Entries)
        {
            var sid = entry.Tag switch
            {
                PosixAclTag.Owner => owner,
                PosixAclTag.OwningGroup => group,
                _ => SidOf(entry, identities),
            };
            if (sid is not null)
                aces.Add(Ace.Allow(sid, MaskOf(security.Access.Effective(entry), entry.Tag, security.IsDirectory)));
        }

        if (security.IsDirectory)
        {
            var inherited = security.Default ?? PosixAcl.FromMode(directoryMode);
            foreach (var entry in inherited.Entries)
            {
                var sid = entry.Tag switch
                {
                    PosixAclTag.Owner => Sid.CreatorOwner,
                    PosixAclTag.OwningGroup => Sid.CreatorGroup,
                    _ => SidOf(entry, identities),
                };
                if (sid is not null)
                {
                    var mask = MaskOf(inherited.Effective(entry), entry.Tag, isDirectory: true);
                    aces.Add(Ace.Allow(sid, mask, Inheritable));
                }
            }
        }

        var descriptor = SecurityDescriptor.Create(owner, group, [.. aces]);

        // Said by nobody: what is made in such a directory has mode bits again, and no descriptor. With a default ACL
        // somebody has said what new objects get.
        return security.Default is not null
            ? descriptor
            : descriptor with { Control = descriptor.Control | SecurityDescriptorControl.DaclDefaulted };
    }

    /// <summary>
    /// The ACL that makes the kernel grant what a descriptor grants, as far as three bits can say it. A user with an
    /// entry of its own has, in the kernel, nothing from its groups: what only a group's ACE grants it is not seen.
    /// </summary>
    public static PosixAcl ToAccessAcl(
        SecurityDescriptor descriptor, uint uid, uint gid, bool isDirectory, IIdentityMap identities) =>
        ToAcl(descriptor, identities.UserSid(uid), identities.GroupSid(gid), uid, gid, isDirectory, identities,
            inherited: false);

    /// <summary>The default ACL that a directory's inheritable ACEs ask for; null for none.</summary>
    public static PosixAcl? ToDefaultAcl(SecurityDescriptor descriptor, IIdentityMap identities)
    {
        if (descriptor.Dacl is not { } dacl || !dacl.Aces.Any(ace => ace.IsInheritable))
            return null;
        return ToAcl(descriptor, Sid.CreatorOwner, Sid.CreatorGroup, uint.MaxValue, uint.MaxValue, isDirectory: true,
            identities, inherited: true);
    }

    private static PosixAcl ToAcl(
        SecurityDescriptor descriptor, Sid owner, Sid group, uint uid, uint gid, bool isDirectory,
        IIdentityMap identities, bool inherited)
    {
        var aces = Relevant(descriptor, inherited);
        var rights = new AceRights(aces, isDirectory);
        var named = new SortedDictionary<(PosixAclTag, uint), PosixRights>();
        foreach (var sid in aces?.Select(ace => ace.Sid).Reverse().Distinct() ?? []) // Of those of one account the last counts.
        {
            uint? user = identities.UserId(sid);
            uint? other = identities.GroupId(sid);
            if (user == uid || other == gid)
                continue; // It has its entry below.

            // A SID of a domain does not tell which of both it is, and gets an entry of each kind.
            if (user is not null)
                named.TryAdd((PosixAclTag.User, user.Value), rights.Of(sid));
            if (other is not null)
                named.TryAdd((PosixAclTag.Group, other.Value), rights.Of(sid));
        }

        // Whoever makes a file here locally must not lose it at once; NT's owner could always give itself rights, too.
        var ownerRights = inherited ? PosixRights.All : rights.Of(owner);
        var groupRights = rights.Of(group);
        var entries = new List<PosixAclEntry> { new(PosixAclTag.Owner, ownerRights) };
        entries.AddRange(named.Where(pair => pair.Key.Item1 == PosixAclTag.User).Select(pair =>
            new PosixAclEntry(PosixAclTag.User, pair.Value, pair.Key.Item2)));
        entries.Add(new(PosixAclTag.OwningGroup, groupRights));
        entries.AddRange(named.Where(pair => pair.Key.Item1 == PosixAclTag.Group).Select(pair =>
            new PosixAclEntry(PosixAclTag.Group, pair.Value, pair.Key.Item2)));
        if (named.Count > 0)
            entries.Add(new(PosixAclTag.Mask, named.Values.Aggregate(groupRights, (all, one) => all | one)));
        entries.Add(new(PosixAclTag.Other, rights.Of(null)));
        return new PosixAcl(entries);
    }

    /// <summary>
    /// The ACEs that count for the object itself, or for what is made in it; null: all access for all.
    /// </summary>
    private static List<Ace>? Relevant(SecurityDescriptor descriptor, bool inherited) =>
        descriptor.Dacl is not { } dacl
            ? null
            : [.. dacl.Aces.Where(ace => inherited ? ace.IsInheritable : !ace.IsInheritOnly)];

    private static Sid? SidOf(PosixAclEntry entry, IIdentityMap identities) => entry.Tag switch
    {
        PosixAclTag.User => identities.UserSid(entry.Id),
        PosixAclTag.Group => identities.GroupSid(entry.Id),
        PosixAclTag.Other => Sid.Everyone,
        _ => null, // The mask is nobody.
    };

    private static AccessMask MaskOf(PosixRights rights, PosixAclTag tag, bool isDirectory)
    {
        var mask = AccessMask.None;
        if (rights == PosixRights.All)
            mask = AccessMask.FileAll;
        if ((rights & PosixRights.Read) != 0)
            mask |= AccessMask.FileGenericRead;
        if ((rights & PosixRights.Write) != 0)
        {
            mask |= AccessMask.FileGenericWrite | AccessMask.Delete | OwnerOnly;
            mask |= isDirectory ? AccessMask.DeleteChild : 0;
        }

        if ((rights & PosixRights.Execute) != 0)
            mask |= AccessMask.FileGenericExecute;
        return tag == PosixAclTag.Owner ? mask : mask & ~OwnerOnly;
    }
}
