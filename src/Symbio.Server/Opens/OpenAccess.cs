using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Names;
using Symbio.Server.Trees;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Opens;

/// <summary>What an open may be granted: descriptor, rights by way of the directory, share, attributes. [MS-FSA] 2.1.5.1.2.1.</summary>
internal sealed class OpenAccess(
    RequestContext context, ShareName name, CreateRequest request, RequestedContexts contexts)
{
    public const AccessMask ReadAccess = AccessMask.ReadData | AccessMask.Execute;
    public const AccessMask WriteAccess = AccessMask.WriteData | AccessMask.AppendData;

    // What a share that is read-only lets nobody have.
    private const AccessMask ChangeAccess = WriteAccess | AccessMask.WriteEa | AccessMask.WriteAttributes
        | AccessMask.Delete | AccessMask.DeleteChild | AccessMask.WriteDac | AccessMask.WriteOwner;

    private SecurityDescriptor? _descriptor;
    private AccessMask _extra; // Rights that the descriptor does not grant.

    private TreeConnect Tree => context.Tree;

    private SecurityToken Token => context.Session.Identity!.Token;

    // What the share's own security keeps everybody from; looking at what there is stays possible.
    private AccessMask NotThroughTree => AccessMask.FileAll & ~Tree.MaximalAccess
        & ~(AccessMask.Synchronize | AccessMask.ReadAttributes | AccessMask.ReadControl);

    /// <summary>The descriptor of the file; null where the store's own default holds.</summary>
    public SecurityDescriptor? Descriptor
    {
        set => _descriptor = value;
    }

    /// <summary>Open.GrantedAccess, once a check has succeeded.</summary>
    public AccessMask Granted { get; private set; }

    /// <summary>What the system below the store refused, although MAXIMUM_ALLOWED asked for it.</summary>
    public AccessMask RefusedByStore { get; set; }

    /// <summary>All that the caller may do with the file.</summary>
    public AccessMask Maximal(SecurityToken token)
    {
        AccessMask access = _descriptor is null
            ? AccessMask.FileAll
            : AccessCheck.MaximalAccess(_descriptor, token) | _extra;
        access &= Tree.MaximalAccess;
        return Tree.Share.IsReadOnly ? access & ~ChangeAccess : access;
    }

    /// <summary>Checks the rights that were asked for on a file that exists.</summary>
    public async ValueTask<NtStatus> CheckExistingAsync(StoreInspection seen)
    {
        FileStat stat = seen.Stat;
        NtStatus status = seen.SecurityStatus;
        _descriptor = seen.Descriptor;
        if (status.IsError)
            return status;
        AccessMask desired = request.DesiredAccess;

        // Overwriting and superseding ask for the rights of what they do, [MS-FSA] 2.1.5.1.2.
        AccessMask implied = request.CreateDisposition switch
        {
            CreateDisposition.Supersede => AccessMask.Delete,
            CreateDisposition.Overwrite or CreateDisposition.OverwriteIf => AccessMask.WriteData,
            _ => AccessMask.None,
        };
        bool backup = (request.CreateOptions & CreateOptions.OpenForBackupIntent) != 0;
        AccessMask mapped = GenericMapping.File.Map(desired) | implied;
        _extra = ObjectSecurity.FromMode(_descriptor!, Token, stat.IsDirectory);
        (status, AccessMask granted) = AccessCheck.Evaluate(_descriptor!, Token, desired | implied, backup, _extra);
        if ((status == NtStatus.AccessDenied && (mapped & (AccessMask.Delete | AccessMask.ReadAttributes)) != 0)
            || (mapped & AccessMask.MaximumAllowed) != 0 || contexts.MaximalAccess is not null)
        {
            _extra |= await FromParentAsync().ConfigureAwait(false);
            (status, granted) = AccessCheck.Evaluate(_descriptor!, Token, desired | implied, backup, _extra);
        }

        if (status != NtStatus.Success)
            return status;
        return Grant(granted, implied & ~GenericMapping.File.Map(desired), stat);
    }

    // What the share, the store and the read-only attribute leave of the rights that the descriptor grants.
    private NtStatus Grant(AccessMask granted, AccessMask implied, in FileStat stat)
    {
        bool maximum = (request.DesiredAccess & AccessMask.MaximumAllowed) != 0;
        AccessMask forbidden = Forbidden(stat);
        if (IsReadOnly(stat) && request.CreateDisposition == CreateDisposition.Supersede)
            return NtStatus.AccessDenied; // No right to write is asked for, but the data would go all the same.

        AccessMask wanted = GenericMapping.File.Map(request.DesiredAccess) & ~AccessMask.MaximumAllowed;
        if (((wanted | implied) & forbidden) != 0)
            return NtStatus.AccessDenied;
        if (maximum)
            granted &= ~forbidden;
        else
            granted &= ~implied;
        Granted = granted & ~AccessMask.MaximumAllowed;
        return NtStatus.Success;
    }

    private AccessMask Forbidden(in FileStat stat) =>
        RefusedByStore | NotThroughTree | (Tree.Share.IsReadOnly ? ChangeAccess : AccessMask.None)
        | (IsReadOnly(stat) ? WriteAccess : AccessMask.None);

    private static bool IsReadOnly(in FileStat stat) =>
        !stat.IsDirectory && (stat.Attributes & FileAttributes.ReadOnly) != 0;

    /// <summary>
    /// May a stream be added to the file that <see cref="CheckExistingAsync"/> has looked at? That changes the file, whatever the
    /// open asks for besides: it takes the right to write to it (for a directory FILE_ADD_FILE, the same bit).
    /// </summary>
    public NtStatus CheckNewStream(in FileStat stat)
    {
        if ((Forbidden(stat) & AccessMask.WriteData) != 0)
            return NtStatus.AccessDenied;
        bool backup = (request.CreateOptions & CreateOptions.OpenForBackupIntent) != 0;
        return AccessCheck.Evaluate(_descriptor!, Token, AccessMask.WriteData, backup, _extra).Status;
    }

    private async ValueTask<AccessMask> FromParentAsync()
    {
        if (name.Parent is not { } parentPath)
            return AccessMask.None;
        (NtStatus status, SecurityDescriptor? parent) = await ReadParentAsync(parentPath).ConfigureAwait(false);
        return status == NtStatus.Success ? ObjectSecurity.FromParent(parent!, Token) : AccessMask.None;
    }

    /// <summary>The descriptor of the directory that holds, or is to hold, the file.</summary>
    public async ValueTask<(NtStatus Status, SecurityDescriptor? Descriptor)> ReadParentAsync(
        string path, bool creates = false)
    {
        (NtStatus status, IStoreFile? parent) = await Tree.Share.Files
            .OpenAsync(path, new StoreOpenOptions(StoreAccess.None), Tree.Caller, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return (status == NtStatus.ObjectNameNotFound ? NtStatus.ObjectPathNotFound : status, null);
        await using (parent!.ConfigureAwait(false))
        {
            if (!parent!.IsDirectory)
                return (NtStatus.ObjectPathNotFound, null);
            if (creates && await IsDeletePendingAsync(parent).ConfigureAwait(false))
                return (NtStatus.DeletePending, null); // [MS-FSA] 2.1.5.1.1
            return await ObjectSecurity.ReadAsync(parent, CancellationToken.None).ConfigureAwait(false);
        }
    }

    /// <summary>Somebody has asked for the deletion of what this was opened by.</summary>
    public ValueTask<bool> IsDeletePendingAsync(IStoreFile file)
    {
        FileKey key = file.Key;
        return context.Server.Coordinator.IsDeletePendingAsync(
            new FileIdentity(key.Volume, key.FileId, key.Generation), UpcaseTable.ToUpper(file.OpenedPath),
            CancellationToken.None);
    }

    /// <summary>
    /// Who creates a file is granted what he asks for, whatever its descriptor will say to the next one.
    /// </summary>
    public NtStatus GrantCreator()
    {
        AccessMask desired = GenericMapping.File.Map(request.DesiredAccess);
        if ((desired & AccessMask.SystemSecurity) != 0 && !Token.HasPrivilege(TokenPrivileges.Security))
            return NtStatus.PrivilegeNotHeld;
        if ((desired & NotThroughTree) != 0)
            return NtStatus.AccessDenied;
        Granted = (desired & AccessMask.MaximumAllowed) != 0
            ? (desired | AccessMask.FileAll) & ~AccessMask.MaximumAllowed & Tree.MaximalAccess
            : desired;
        return NtStatus.Success;
    }
}
