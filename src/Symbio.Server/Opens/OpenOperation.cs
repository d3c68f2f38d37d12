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

/// <summary>
/// Server requests an open of a file, [MS-FSA] 2.1.5.1: existence and disposition, access checks, share modes, and what
/// overwriting and creating do. One use; on success the caller owns <see cref="File"/> and <see cref="Claim"/>.
/// </summary>
internal sealed class OpenOperation(
    RequestContext context, ShareName name, CreateRequest request, RequestedContexts contexts)
{
    // Between "it is not there" and "create it" another process may come first; after this many rounds something else
    // than bad luck is going on.
    private const int MaxRounds = 16;

    private const AccessMask ReadAccess = AccessMask.ReadData | AccessMask.Execute;
    private const AccessMask WriteAccess = AccessMask.WriteData | AccessMask.AppendData;

    // What a share that is read-only lets nobody have.
    private const AccessMask ChangeAccess = WriteAccess | AccessMask.WriteEa | AccessMask.WriteAttributes
        | AccessMask.Delete | AccessMask.DeleteChild | AccessMask.WriteDac | AccessMask.WriteOwner;

    // Attributes that a create or an overwrite may set, [MS-FSA] 2.1.5.1.1.
    private const FileAttributes Settable = FileAttributes.ReadOnly | FileAttributes.Hidden | FileAttributes.System
        | FileAttributes.Archive | FileAttributes.Temporary | FileAttributes.Offline | FileAttributes.NotContentIndexed;

    private SecurityDescriptor? _descriptor;
    private AccessMask _fromParent;
    private AccessMask _denied; // What the system below refused although MAXIMUM_ALLOWED asked for it.

    private TreeConnect Tree => context.Tree;

    private IFileStore Store => Tree.Share.Store;

    private SecurityToken Token => context.Session.Identity!.Token;

    private CreateOptions Options => request.CreateOptions;

    private bool DeleteOnClose => (Options & CreateOptions.DeleteOnClose) != 0;

    private bool Overwrites => request.CreateDisposition
        is CreateDisposition.Supersede or CreateDisposition.Overwrite or CreateDisposition.OverwriteIf;

    private bool MayCreate => request.CreateDisposition is not (CreateDisposition.Open or CreateDisposition.Overwrite);

    /// <summary>The open file or stream.</summary>
    public IStoreFile File { get; private set; } = null!;

    /// <summary>Its place in the coordinator's record.</summary>
    public IFileClaim Claim { get; private set; } = null!;

    /// <summary>Open.GrantedAccess</summary>
    public AccessMask GrantedAccess { get; private set; }

    /// <summary>CreateAction</summary>
    public CreateAction Action { get; private set; }

    /// <summary>All that the caller may do with the file.</summary>
    public AccessMask MaximalAccess(SecurityToken token)
    {
        AccessMask access = _descriptor is null
            ? AccessMask.FileAll
            : AccessCheck.MaximalAccess(_descriptor, token) | _fromParent;
        access &= Tree.MaximalAccess;
        return Tree.Share.IsReadOnly ? access & ~ChangeAccess : access;
    }

    public async ValueTask<NtStatus> RunAsync()
    {
        if (contexts.Timewarp is not null)
            return NtStatus.ObjectNameNotFound; // No share has a source of snapshots yet.
        for (int round = 0; round < MaxRounds; round++)
        {
            (NtStatus status, IStoreFile? file) = await OpenExistingAsync().ConfigureAwait(false);
            if (status == NtStatus.Success)
            {
                status = await UseExistingAsync(file!).ConfigureAwait(false);
            }
            else if (status == NtStatus.ObjectNameNotFound && MayCreate)
            {
                status = await CreateNewAsync().ConfigureAwait(false);
                if (status == NtStatus.ObjectNameCollision && request.CreateDisposition != CreateDisposition.Create)
                    continue;
            }

            // Deleted after it was found: look again.
            if (status == NtStatus.FileDeleted)
                continue;
            return status;
        }

        return NtStatus.SharingViolation;
    }

    private StoreAccess StoreAccessHint()
    {
        AccessMask access = GenericMapping.File.Map(request.DesiredAccess);
        var hint = StoreAccess.None;
        if ((access & (ReadAccess | AccessMask.MaximumAllowed)) != 0)
            hint |= StoreAccess.Read;
        if ((access & (WriteAccess | AccessMask.MaximumAllowed)) != 0 || (Overwrites && !name.MustBeDirectory))
            hint |= StoreAccess.Write;
        return name.Stream.Length > 0 ? StoreAccess.None : hint;
    }

    private async ValueTask<(NtStatus Status, IStoreFile? File)> OpenExistingAsync()
    {
        bool reparse = (Options & CreateOptions.OpenReparsePoint) != 0;
        StoreAccess hint = StoreAccessHint();
        (NtStatus status, IStoreFile? file) = await Store
            .OpenAsync(name.Path, new StoreOpenOptions(hint, reparse), Tree.Caller, CancellationToken.None)
            .ConfigureAwait(false);

        // With MAXIMUM_ALLOWED the hint asks for more than may be had: take what the system below gives.
        if (status == NtStatus.AccessDenied && (request.DesiredAccess & AccessMask.MaximumAllowed) != 0)
        {
            _denied = WriteAccess;
            (status, file) = await Store
                .OpenAsync(name.Path, new StoreOpenOptions(StoreAccess.Read, reparse), Tree.Caller, CancellationToken.None)
                .ConfigureAwait(false);
            if (status == NtStatus.AccessDenied)
            {
                _denied |= ReadAccess;
                (status, file) = await Store
                    .OpenAsync(name.Path, new StoreOpenOptions(StoreAccess.None, reparse), Tree.Caller, CancellationToken.None)
                    .ConfigureAwait(false);
            }
        }

        return (status, file);
    }

    // [MS-FSA] 2.1.5.1.2, open of an existing file. Owns the handle until it has succeeded.
    private async ValueTask<NtStatus> UseExistingAsync(IStoreFile file)
    {
        IStoreFile? opened = file;
        try
        {
            (NtStatus status, FileStat stat) = await file.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return status;
            status = CheckKind(stat);
            if (status != NtStatus.Success)
                return status;
            if (name.Stream.Length == 0 && request.CreateDisposition == CreateDisposition.Create)
                return NtStatus.ObjectNameCollision;
            status = await CheckAccessAsync(file, stat).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
            if (name.Stream.Length > 0)
            {
                (status, IStoreFile? stream) = await OpenStreamAsync(file).ConfigureAwait(false);
                if (status != NtStatus.Success)
                    return status;
                await file.DisposeAsync().ConfigureAwait(false);
                opened = file = stream!;
            }
            else
            {
                Action = CreateAction.Opened;
            }

            status = CheckAttributes(stat);
            if (status != NtStatus.Success)
                return status;
            status = await ClaimAsync(file).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
            if (Overwrites && Action == CreateAction.Opened)
                status = await OverwriteAsync(file, stat).ConfigureAwait(false);
            if (status != NtStatus.Success)
            {
                await ReleaseClaimAsync().ConfigureAwait(false);
                return status;
            }

            File = file;
            opened = null;
            return NtStatus.Success;
        }
        finally
        {
            if (opened is not null)
                await opened.DisposeAsync().ConfigureAwait(false);
        }
    }

    private NtStatus CheckKind(in FileStat stat)
    {
        bool wantsDirectory = (Options & CreateOptions.DirectoryFile) != 0;
        if (stat.IsDirectory)
        {
            if (name.Stream.Length > 0)
                return wantsDirectory ? NtStatus.NotADirectory : NtStatus.Success;
            if (name.HasStream && !name.MustBeDirectory)
                return NtStatus.FileIsADirectory; // "folder::$DATA": a folder has no unnamed data stream.
            if ((Options & CreateOptions.NonDirectoryFile) != 0)
                return NtStatus.FileIsADirectory;
            if (Overwrites)
                return NtStatus.ObjectNameCollision;
        }
        else if (wantsDirectory)
        {
            return request.CreateDisposition == CreateDisposition.Create
                ? NtStatus.ObjectNameCollision
                : NtStatus.NotADirectory;
        }
        else if (name.MustBeDirectory)
        {
            return NtStatus.ObjectNameInvalid;
        }

        return NtStatus.Success;
    }

    private async ValueTask<NtStatus> CheckAccessAsync(IStoreFile file, FileStat stat)
    {
        (NtStatus status, _descriptor) = await ObjectSecurity.ReadAsync(file, CancellationToken.None).ConfigureAwait(false);
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
        bool backup = (Options & CreateOptions.OpenForBackupIntent) != 0;
        AccessMask mapped = GenericMapping.File.Map(desired) | implied;
        (status, AccessMask granted) = AccessCheck.Evaluate(_descriptor!, Token, desired | implied, backup);
        if ((status == NtStatus.AccessDenied && (mapped & (AccessMask.Delete | AccessMask.ReadAttributes)) != 0)
            || (mapped & AccessMask.MaximumAllowed) != 0 || contexts.MaximalAccess is not null)
        {
            _fromParent = await FromParentAsync().ConfigureAwait(false);
            (status, granted) = AccessCheck.Evaluate(_descriptor!, Token, desired | implied, backup, _fromParent);
        }

        if (status != NtStatus.Success)
            return status;
        return Grant(granted, implied & ~GenericMapping.File.Map(desired), stat);
    }

    // What the share, the store and the read-only attribute leave of the rights that the descriptor grants.
    private NtStatus Grant(AccessMask granted, AccessMask implied, in FileStat stat)
    {
        bool maximum = (request.DesiredAccess & AccessMask.MaximumAllowed) != 0;
        AccessMask forbidden = _denied;
        forbidden |= AccessMask.FileAll & ~Tree.MaximalAccess & ~(AccessMask.Synchronize | AccessMask.ReadAttributes | AccessMask.ReadControl);
        if (Tree.Share.IsReadOnly)
            forbidden |= ChangeAccess;
        if (!stat.IsDirectory && (stat.Attributes & FileAttributes.ReadOnly) != 0)
            forbidden |= WriteAccess;
        AccessMask wanted = GenericMapping.File.Map(request.DesiredAccess) & ~AccessMask.MaximumAllowed;
        if (((wanted | implied) & forbidden) != 0)
            return NtStatus.AccessDenied;
        if (maximum)
            granted &= ~forbidden;
        else
            granted &= ~implied;
        GrantedAccess = granted & ~AccessMask.MaximumAllowed;
        return NtStatus.Success;
    }

    private async ValueTask<AccessMask> FromParentAsync()
    {
        if (name.Parent is not { } parentPath)
            return AccessMask.None;
        (NtStatus status, SecurityDescriptor? parent) = await ReadParentAsync(parentPath).ConfigureAwait(false);
        return status == NtStatus.Success ? ObjectSecurity.FromParent(parent!, Token) : AccessMask.None;
    }

    private async ValueTask<(NtStatus Status, SecurityDescriptor? Descriptor)> ReadParentAsync(string path)
    {
        (NtStatus status, IStoreFile? parent) = await Store
            .OpenAsync(path, new StoreOpenOptions(StoreAccess.None), Tree.Caller, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return (status == NtStatus.ObjectNameNotFound ? NtStatus.ObjectPathNotFound : status, null);
        await using (parent!.ConfigureAwait(false))
        {
            return parent!.IsDirectory
                ? await ObjectSecurity.ReadAsync(parent, CancellationToken.None).ConfigureAwait(false)
                : (NtStatus.ObjectPathNotFound, null);
        }
    }

    private NtStatus CheckAttributes(in FileStat stat)
    {
        if (DeleteOnClose && name.Stream.Length == 0 && (stat.Attributes & FileAttributes.ReadOnly) != 0)
            return NtStatus.CannotDelete;
        if (DeleteOnClose && name.Path.Length == 0)
            return NtStatus.AccessDenied;
        if (!Overwrites || name.Stream.Length > 0)
            return NtStatus.Success;

        // A hidden or system file is overwritten only by who knows that it is one.
        const FileAttributes Guarded = FileAttributes.Hidden | FileAttributes.System;
        return (stat.Attributes & Guarded & ~request.FileAttributes) != 0 ? NtStatus.AccessDenied : NtStatus.Success;
    }

    private async ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenStreamAsync(IStoreFile file)
    {
        const StoreAccess Access = StoreAccess.Read | StoreAccess.Write;
        if (request.CreateDisposition != CreateDisposition.Create)
        {
            (NtStatus status, IStoreFile? stream) = await file
                .OpenStreamAsync(name.Stream, create: false, Access, CancellationToken.None).ConfigureAwait(false);
            Action = CreateAction.Opened;
            if (status != NtStatus.ObjectNameNotFound || !MayCreate)
                return (status, stream);
        }

        if (Tree.Share.IsReadOnly)
            return (NtStatus.AccessDenied, null);
        Action = CreateAction.Created;
        return await file.OpenStreamAsync(name.Stream, create: true, Access, CancellationToken.None).ConfigureAwait(false);
    }

    private async ValueTask<NtStatus> ClaimAsync(IStoreFile file)
    {
        FileKey key = file.Key;
        var options = new ClaimOptions(
            Stream: UpcaseTable.ToUpper(file.StreamName),
            Link: UpcaseTable.ToUpper(file.Path),
            Access: GrantedAccess | (Overwrites ? AccessMask.WriteData : AccessMask.None),
            ShareRead: (request.ShareAccess & ShareAccess.Read) != 0,
            ShareWrite: (request.ShareAccess & ShareAccess.Write) != 0,
            ShareDelete: (request.ShareAccess & ShareAccess.Delete) != 0,
            DeleteOnClose: DeleteOnClose);
        (NtStatus status, IFileClaim? claim) = await context.Server.Coordinator
            .OpenAsync(new FileIdentity(key.Volume, key.FileId, key.Generation), options, CancellationToken.None)
            .ConfigureAwait(false);
        Claim = claim!;
        return status;
    }

    private async ValueTask ReleaseClaimAsync()
    {
        await Claim.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        Claim.CompleteRelease();
    }

    // [MS-FSA] 2.1.5.1.2.2: the data goes, and with the file's own also its named streams and attributes.
    private async ValueTask<NtStatus> OverwriteAsync(IStoreFile file, FileStat stat)
    {
        NtStatus status = await file.SetEndOfFileAsync(0, CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        Action = request.CreateDisposition == CreateDisposition.Supersede
            ? CreateAction.Superseded
            : CreateAction.Overwritten;
        if (name.Stream.Length > 0)
            return NtStatus.Success;
        (status, IReadOnlyList<StoreStream> streams) = await file.GetStreamsAsync(CancellationToken.None).ConfigureAwait(false);
        foreach (StoreStream stream in status.IsError ? [] : streams)
            await DeleteStreamAsync(file, stream.Name).ConfigureAwait(false);
        if (contexts.ExtendedAttributes.Count > 0)
        {
            status = await file.SetExtendedAttributesAsync(contexts.ExtendedAttributes, CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return status;
        }

        FileAttributes attributes = (request.FileAttributes & Settable) | FileAttributes.Archive;
        var change = new BasicInfoChange(
            Attributes: attributes,
            LastWriteTime: FileTime.FromDateTimeOffset(context.Server.Time.GetUtcNow()));
        if (attributes == stat.Attributes)
            change = change with { Attributes = null };
        status = await file.SetBasicInfoAsync(change, CancellationToken.None).ConfigureAwait(false);
        if (!status.IsError && contexts.AllocationSize > 0)
            status = await file.SetAllocationAsync(contexts.AllocationSize, CancellationToken.None).ConfigureAwait(false);
        return status.IsError ? status : NtStatus.Success;
    }

    private async ValueTask DeleteStreamAsync(IStoreFile file, string stream)
    {
        (NtStatus status, IStoreFile? opened) = await file
            .OpenStreamAsync(stream, create: false, StoreAccess.Write, CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return;
        await using (opened!.ConfigureAwait(false))
            await opened!.DeleteAsync(Tree.Caller, CancellationToken.None).ConfigureAwait(false);
    }

    // [MS-FSA] 2.1.5.1.1, creation of a new file.
    private async ValueTask<NtStatus> CreateNewAsync()
    {
        bool directory = (Options & CreateOptions.DirectoryFile) != 0
            || (name.MustBeDirectory && name.HasStream);
        if (directory && name.Stream.Length > 0)
            return NtStatus.NotADirectory;
        if (name.MustBeDirectory && !directory)
            return NtStatus.ObjectNameInvalid;
        if (name.Parent is not { } parentPath)
            return NtStatus.ObjectNameCollision;
        if (Tree.Share.IsReadOnly)
            return NtStatus.AccessDenied;
        FileAttributes attributes = request.FileAttributes & Settable;
        if (directory && (attributes & FileAttributes.Temporary) != 0)
            return NtStatus.InvalidParameter;
        if (DeleteOnClose && (attributes & FileAttributes.ReadOnly) != 0)
            return NtStatus.CannotDelete;

        (NtStatus status, SecurityDescriptor? parent) = await ReadParentAsync(parentPath).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        AccessMask needed = directory ? AccessMask.AddSubdirectory : AccessMask.AddFile;
        if ((Tree.MaximalAccess & needed) == 0)
            return NtStatus.AccessDenied;
        (status, _) = AccessCheck.Evaluate(parent!, Token, needed);
        if (status != NtStatus.Success)
            return status;
        status = MakeDescriptor(parent!, directory, out ReadOnlyMemory<byte>? descriptor);
        if (status != NtStatus.Success)
            return status;

        (status, IStoreFile? file) = await Store.CreateAsync(
            name.Path,
            new StoreCreateOptions
            {
                IsDirectory = directory,
                Access = StoreAccess.Read | StoreAccess.Write,
                Attributes = directory ? attributes : attributes | FileAttributes.Archive,
                SecurityDescriptor = descriptor,
                AllocationSize = directory ? 0 : contexts.AllocationSize,
                ExtendedAttributes = contexts.ExtendedAttributes,
            },
            Tree.Caller,
            CancellationToken.None).ConfigureAwait(false);
        return status != NtStatus.Success ? status : await UseNewAsync(file!).ConfigureAwait(false);
    }

    private NtStatus MakeDescriptor(SecurityDescriptor parent, bool directory, out ReadOnlyMemory<byte>? bytes)
    {
        bytes = null;
        SecurityDescriptor? creator = contexts.SecurityDescriptor;
        if (creator?.Owner is { } owner && !Token.MayAssignOwner(owner))
            return NtStatus.InvalidOwner;
        bool explicitDacl = SecurityDescriptorInheritance.TryCreate(
            parent, creator, directory, Token.OwnerSid, Token.PrimaryGroupSid, out SecurityDescriptor descriptor);

        // Neither the creator nor the directory says anything: the store's own default.
        if (explicitDacl || creator is not null)
        {
            _descriptor = descriptor;
            bytes = descriptor.ToArray();
        }

        return NtStatus.Success;
    }

    private async ValueTask<NtStatus> UseNewAsync(IStoreFile file)
    {
        Action = CreateAction.Created;
        AccessMask desired = GenericMapping.File.Map(request.DesiredAccess);
        if ((desired & AccessMask.SystemSecurity) != 0 && !Token.HasPrivilege(TokenPrivileges.Security))
        {
            await file.DeleteAsync(Tree.Caller, CancellationToken.None).ConfigureAwait(false);
            await file.DisposeAsync().ConfigureAwait(false);
            return NtStatus.PrivilegeNotHeld;
        }

        // Who creates a file is granted what he asks for, whatever its descriptor will say to the next.
        GrantedAccess = (desired & AccessMask.MaximumAllowed) != 0
            ? (desired | AccessMask.FileAll) & ~AccessMask.MaximumAllowed & Tree.MaximalAccess
            : desired;
        IStoreFile opened = file;
        NtStatus status = NtStatus.Success;
        if (name.Stream.Length > 0)
        {
            (status, IStoreFile? stream) = await OpenStreamAsync(file).ConfigureAwait(false);
            if (status == NtStatus.Success)
            {
                await file.DisposeAsync().ConfigureAwait(false);
                opened = stream!;
            }
        }

        if (status == NtStatus.Success)
            status = await ClaimAsync(opened).ConfigureAwait(false);
        if (status != NtStatus.Success)
        {
            await opened.DisposeAsync().ConfigureAwait(false);
            return status;
        }

        File = opened;
        return NtStatus.Success;
    }
}
