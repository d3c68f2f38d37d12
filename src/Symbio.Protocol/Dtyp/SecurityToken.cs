using System.Collections.Frozen;

namespace Symbio.Protocol.Dtyp;

/// <summary>The privileges that decide about files, [MS-LSAD] 3.1.1.2.1.</summary>
[Flags]
public enum TokenPrivileges : uint
{
    None = 0,
    /// <summary>SeBackupPrivilege: read anything, when the open says FILE_OPEN_FOR_BACKUP_INTENT.</summary>
    Backup = 0x00000001,
    /// <summary>SeRestorePrivilege: write anything and give any owner, with backup intent.</summary>
    Restore = 0x00000002,
    /// <summary>SeTakeOwnershipPrivilege: WRITE_OWNER on anything.</summary>
    TakeOwnership = 0x00000004,
    /// <summary>SeSecurityPrivilege: ACCESS_SYSTEM_SECURITY.</summary>
    Security = 0x00000008,
    /// <summary>SeChangeNotifyPrivilege: traverse any directory.</summary>
    ChangeNotify = 0x00000010,
    /// <summary>SeManageVolumePrivilege: FileValidDataLengthInformation.</summary>
    ManageVolume = 0x00000020,
    /// <summary>SeCreateSymbolicLinkPrivilege</summary>
    CreateSymbolicLink = 0x00000040,
}

/// <summary>A user's authorization context, [MS-DTYP] 2.5.2. Immutable and made to be asked often.</summary>
public sealed class SecurityToken
{
    private readonly FrozenSet<Sid> _sids;

    /// <param name="groupSids">All enabled groups, well-known ones such as Everyone among them.</param>
    /// <param name="primaryGroupSid">Group of new objects; the user's own SID when not given.</param>
    public SecurityToken(
        Sid userSid, IEnumerable<Sid> groupSids, TokenPrivileges privileges = TokenPrivileges.ChangeNotify,
        Sid? primaryGroupSid = null, Sid? ownerSid = null, bool isAnonymous = false, bool isGuest = false)
    {
        UserSid = userSid;
        GroupSids = groupSids.ToFrozenSet();
        _sids = GroupSids.Append(userSid).ToFrozenSet();
        Privileges = privileges;
        PrimaryGroupSid = primaryGroupSid ?? userSid;
        OwnerSid = ownerSid ?? userSid;
        IsAnonymous = isAnonymous;
        IsGuest = isGuest;
    }

    public Sid UserSid { get; }

    public FrozenSet<Sid> GroupSids { get; }

    /// <summary>Owner of the objects that the user creates.</summary>
    public Sid OwnerSid { get; }

    /// <summary>Group of the objects that the user creates.</summary>
    public Sid PrimaryGroupSid { get; }

    public TokenPrivileges Privileges { get; }

    public bool IsAnonymous { get; }

    public bool IsGuest { get; }

    /// <summary>A null session: ANONYMOUS, a member of NETWORK alone; Everyone does not include it.</summary>
    public static SecurityToken Anonymous { get; } =
        new(Sid.Anonymous, [Sid.Network], TokenPrivileges.None, isAnonymous: true);

    public bool HasPrivilege(TokenPrivileges privilege) => (Privileges & privilege) == privilege;

    /// <summary>The user is, or is a member of, <paramref name="sid"/>; SidInToken of [MS-DTYP] 2.5.3.1.1.</summary>
    public bool Contains(Sid sid) => _sids.Contains(sid);

    /// <summary>
    /// The user may make <paramref name="owner"/> the owner: themself or a group of theirs (BUILTIN\Administrators
    /// for one), or anyone with SeRestorePrivilege; else STATUS_INVALID_OWNER.
    /// </summary>
    public bool MayAssignOwner(Sid owner) => HasPrivilege(TokenPrivileges.Restore) || Contains(owner);
}
