using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Information;

/// <summary>
/// SMB2_0_INFO_SECURITY, [MS-SMB2] 3.3.5.20.3 and 3.3.5.21.3; [MS-FSA] 2.1.5.14 and 2.1.5.17: parts of a file's security
/// descriptor. AdditionalInformation says which; there are no classes.
/// </summary>
internal static class ObjectSecurityInformation
{
    private const SecurityInformation ReadByControl = SecurityInformation.Owner | SecurityInformation.Group
        | SecurityInformation.Dacl | SecurityInformation.Label | SecurityInformation.Attribute
        | SecurityInformation.Scope | SecurityInformation.Backup;

    private const SecurityInformation ReadBySecurity = SecurityInformation.Sacl | SecurityInformation.Backup;

    private const SecurityInformation WrittenByOwner = SecurityInformation.Owner | SecurityInformation.Group
        | SecurityInformation.Label | SecurityInformation.Backup;

    private const SecurityInformation WrittenByDac = SecurityInformation.Dacl | SecurityInformation.Attribute
        | SecurityInformation.ProtectedDacl | SecurityInformation.UnprotectedDacl | SecurityInformation.Backup;

    private const SecurityInformation WrittenBySecurity = SecurityInformation.Sacl | SecurityInformation.Scope
        | SecurityInformation.ProtectedSacl | SecurityInformation.UnprotectedSacl | SecurityInformation.Backup;

    // What a set can change. The others are ignored, [MS-SMB2] 3.3.5.21.3, or (who may inherit) say how one of these is set.
    private const SecurityInformation Parts = SecurityInformation.Owner | SecurityInformation.Group | SecurityInformation.Dacl
        | SecurityInformation.Sacl | SecurityInformation.Label | SecurityInformation.Attribute | SecurityInformation.Scope
        | SecurityInformation.Backup;

    public static async ValueTask<NtStatus> QueryAsync(InformationQuery query)
    {
        Open open = query.Open;
        if (open.StoreFile is not { } file)
            return NtStatus.NotSupported;
        var parts = (SecurityInformation)query.Request.AdditionalInformation;
        AccessMask needed = Needed(parts, ReadByControl, AccessMask.ReadControl)
            | Needed(parts, ReadBySecurity, AccessMask.SystemSecurity);
        if ((open.GrantedAccess & needed) != needed)
            return NtStatus.AccessDenied;
        (NtStatus status, SecurityDescriptor? descriptor) =
            await ObjectSecurity.ReadAsync(file, CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        SecurityDescriptor selected = ObjectSecurity.WithoutMark(descriptor!).Select(parts);
        if (open.Tree.HasNfsAces)
            selected = await NfsAces.AddAsync(selected, file).ConfigureAwait(false);
        if (!selected.HasWritableAcls)
            return NtStatus.InternalError;
        if (selected.Length > query.Limit)
            return InformationErrors.BufferTooSmall(query.Context, selected.Length);
        return Reply(query, selected);
    }

    public static async ValueTask<NtStatus> SetAsync(InformationSet set)
    {
        Open open = set.Open;
        if (open.StoreFile is not { } file)
            return NtStatus.NotSupported;
        if (set.Tree.Share.IsReadOnly)
            return NtStatus.AccessDenied;
        var parts = (SecurityInformation)set.Request.AdditionalInformation;
        AccessMask needed = Needed(parts, WrittenByOwner, AccessMask.WriteOwner)
            | Needed(parts, WrittenByDac, AccessMask.WriteDac)
            | Needed(parts, WrittenBySecurity, AccessMask.SystemSecurity);
        if ((open.GrantedAccess & needed) != needed)
            return NtStatus.AccessDenied;
        if (!SecurityDescriptor.TryRead(set.Request.Buffer, out SecurityDescriptor? change))
            return NtStatus.InvalidSecurityDescr;
        if (open.IsPosix && PosixSecurity.TryRead(change, parts, out PosixChange posix))
            return await PosixSecurity.SetAsync(set, posix).ConfigureAwait(false);
        uint? mode = null;
        if (open.Tree.HasNfsAces && (parts & SecurityInformation.Dacl) != 0
            && NfsAces.TryTake(change, out change, out mode) && change.Dacl is { Aces.Length: 0 })
        {
            parts &= ~SecurityInformation.Dacl; // It was about the mode alone.
        }

        // Nothing that is named is nothing that is written: rights have been asked for what is named alone, [MS-FSA] 2.1.5.17.
        NtStatus changed = (parts & Parts) == SecurityInformation.None
            ? NtStatus.Success
            : await set.Context.Server.SecurityTurns
                .RunAsync(file.Key, () => open.ChangeAsync(_ => ApplyAsync(set, file, change, parts))).ConfigureAwait(false);
        return changed == NtStatus.Success && mode is { } wanted
            ? await NfsAces.SetModeAsync(set, file, wanted).ConfigureAwait(false)
            : changed;
    }

    private static async ValueTask<NtStatus> ApplyAsync(
        InformationSet set, IStoreFile file, SecurityDescriptor change, SecurityInformation parts)
    {
        (NtStatus status, SecurityDescriptor? current) =
            await ObjectSecurity.ReadAsync(file, CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        status = CheckOwners(set.Token, current!, change, parts);
        if (status != NtStatus.Success)
            return status;
        SecurityDescriptor result = ObjectSecurity.WithoutMark(current!.Apply(change, parts));
        if (!result.HasWritableAcls)
            return NtStatus.InvalidAcl;
        StoreCaller caller = set.Token.HasPrivilege(TokenPrivileges.Restore) ? StoreCaller.Service : set.Tree.Caller;
        status = await file
            .SetSecurityDescriptorAsync(result.ToArray(), caller, CancellationToken.None).ConfigureAwait(false);
        if (!status.IsError)
            set.Open.Modified(CompletionFilter.Security);
        return status;
    }

    private static AccessMask Needed(SecurityInformation parts, SecurityInformation governed, AccessMask access) =>
        (parts & governed) != 0 ? access : AccessMask.None;

    // Who is owner already may stay it, whoever writes the descriptor back.
    private static NtStatus CheckOwners(
        SecurityToken token, SecurityDescriptor current, SecurityDescriptor change, SecurityInformation parts)
    {
        bool all = (parts & SecurityInformation.Backup) != 0;
        if (all || (parts & SecurityInformation.Owner) != 0)
        {
            if (change.Owner is not { } owner)
                return NtStatus.InvalidOwner;
            if (owner != current.Owner && !token.MayAssignOwner(owner))
                return NtStatus.InvalidOwner;
        }

        return (all || (parts & SecurityInformation.Group) != 0) && change.Group is null
            ? NtStatus.InvalidPrimaryGroup
            : NtStatus.Success;
    }

    private static NtStatus Reply(InformationQuery query, SecurityDescriptor descriptor)
    {
        int length = descriptor.Length;
        Memory<byte> payload = query.Context.Response.ReservePayload(QueryInfoResponse.FixedSize, length);
        var writer = new WireWriter(payload.Span);
        descriptor.Write(ref writer);
        query.Commit(length);
        return NtStatus.Success;
    }
}
