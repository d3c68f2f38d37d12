namespace Symbio.Protocol.Dtyp;

/// <summary>The access check, [MS-DTYP] 2.5.3.2, for files and directories.</summary>
public static class AccessCheck
{
    private const AccessMask OwnerImplicit = AccessMask.ReadControl | AccessMask.WriteDac;

    /// <summary>What SeBackupPrivilege grants an open with backup intent, [MS-FSA] 2.1.5.1.</summary>
    public const AccessMask BackupAccess = AccessMask.ReadControl | AccessMask.SystemSecurity |
        AccessMask.FileGenericRead | AccessMask.Traverse;

    /// <summary>What SeRestorePrivilege grants an open with backup intent, [MS-FSA] 2.1.5.1.</summary>
    public const AccessMask RestoreAccess = AccessMask.WriteDac | AccessMask.WriteOwner | AccessMask.SystemSecurity |
        AccessMask.FileGenericWrite | AccessMask.AddFile | AccessMask.AddSubdirectory | AccessMask.Delete;

    /// <summary>
    /// Decides whether <paramref name="desired"/> may be had, and what a handle is granted: the desired rights with
    /// generic ones mapped, and with MAXIMUM_ALLOWED all that the descriptor grants besides.
    /// </summary>
    /// <param name="descriptor">Without a DACL, or with a null one, everything is granted.</param>
    /// <param name="backupIntent">The open says so: the backup and restore privileges count.</param>
    /// <param name="extra">
    /// Rights that come from elsewhere (DELETE and FILE_READ_ATTRIBUTES by rights on the parent, [MS-FSA]
    /// 2.1.5.1.2.1); they are granted when asked for, whatever the DACL says.
    /// </param>
    /// <returns>
    /// Success, AccessDenied, or PrivilegeNotHeld (ACCESS_SYSTEM_SECURITY without SeSecurityPrivilege).
    /// </returns>
    public static (NtStatus Status, AccessMask Granted) Evaluate(
        SecurityDescriptor descriptor, SecurityToken token, AccessMask desired, bool backupIntent = false,
        AccessMask extra = AccessMask.None)
    {
        bool maximum = (desired & AccessMask.MaximumAllowed) != 0;
        var wanted = GenericMapping.File.Map(desired) & ~AccessMask.MaximumAllowed;

        var byPrivilege = ByPrivilege(token, backupIntent);
        if ((wanted & AccessMask.SystemSecurity & ~byPrivilege) != 0)
            return (NtStatus.PrivilegeNotHeld, AccessMask.None);

        // Rights by privilege go only to who asks for them; MAXIMUM_ALLOWED alone does not reveal them, except
        // with backup intent, where they are the point of the open.
        var grantedApart = (byPrivilege | extra) & wanted;
        if (maximum)
        {
            var all = ByDescriptor(descriptor, token) | grantedApart |
                (extra & ~AccessMask.SystemSecurity) | (backupIntent ? byPrivilege & ~AccessMask.SystemSecurity : 0);
            if ((wanted & ~all) != 0 || all == AccessMask.None)
                return (NtStatus.AccessDenied, AccessMask.None);
            return (NtStatus.Success, all);
        }

        var remaining = wanted & ~grantedApart;
        if ((remaining & ~ByDescriptor(descriptor, token)) != 0)
            return (NtStatus.AccessDenied, AccessMask.None);
        return (NtStatus.Success, wanted);
    }

    /// <summary>
    /// All rights that the descriptor grants: MaximalAccess of SMB2_CREATE_QUERY_MAXIMAL_ACCESS and of TREE_CONNECT.
    /// As with MAXIMUM_ALLOWED, rights by privilege do not show.
    /// </summary>
    public static AccessMask MaximalAccess(SecurityDescriptor descriptor, SecurityToken token) =>
        ByDescriptor(descriptor, token);

    // One walk: an ACE decides the rights that no ACE before it has decided. The walk that stops early, as the
    // pseudocode has it, comes to the same answer for every set of desired rights.
    private static AccessMask ByDescriptor(SecurityDescriptor descriptor, SecurityToken token)
    {
        if (descriptor.Dacl is not { } dacl)
            return AccessMask.FileAll;

        bool isOwner = descriptor.Owner is { } owner && token.Contains(owner);
        var granted = AccessMask.None;
        var denied = AccessMask.None;
        if (isOwner && !HasOwnerRights(dacl))
            granted = OwnerImplicit;

        foreach (var ace in dacl.Aces)
        {
            if (ace.IsInheritOnly || !Applies(ace.Sid, token, isOwner))
                continue;
            var mask = GenericMapping.File.Map(ace.Mask) & ~AccessMask.SystemSecurity;
            switch (ace.Type)
            {
                case AceType.AccessAllowed:
                    granted |= mask & ~denied;
                    break;
                // Callback ACEs hold a condition that is not evaluated here. Unknown counts as true in a deny ACE
                // and as false in an allow ACE, [MS-DTYP] 2.5.3.1.5.
                case AceType.AccessDenied or AceType.AccessDeniedCallback:
                    denied |= mask & ~granted;
                    break;
                default:
                    break;
            }
        }

        return granted & AccessMask.FileAll;
    }

    private static bool HasOwnerRights(Acl dacl)
    {
        foreach (var ace in dacl.Aces)
        {
            if (!ace.IsInheritOnly && ace.Sid == Sid.OwnerRights)
                return true;
        }

        return false;
    }

    private static bool Applies(Sid sid, SecurityToken token, bool isOwner) =>
        token.Contains(sid) || (isOwner && (sid == Sid.OwnerRights || sid == Sid.PrincipalSelf));

    private static AccessMask ByPrivilege(SecurityToken token, bool backupIntent)
    {
        var granted = AccessMask.None;
        if (token.HasPrivilege(TokenPrivileges.Security))
            granted |= AccessMask.SystemSecurity;
        if (token.HasPrivilege(TokenPrivileges.TakeOwnership))
            granted |= AccessMask.WriteOwner;
        if (!backupIntent)
            return granted;
        if (token.HasPrivilege(TokenPrivileges.Backup))
            granted |= BackupAccess;
        if (token.HasPrivilege(TokenPrivileges.Restore))
            granted |= RestoreAccess;
        return granted;
    }
}
