using Symbio.Cluster;
using Symbio.Cluster.Scheduling;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Apple;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Durability.Persistence;
using Symbio.Server.Information;
using Symbio.Server.Names;
using Symbio.Server.Quotas;
using Symbio.Server.Trees;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Opens;

/// <summary>Creation of a new file, [MS-FSA] 2.1.5.1.1.</summary>
internal sealed partial class OpenOperation
{
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
        if (Caching.Lease is { IsBound: true })
            return NtStatus.InvalidParameter; // For another file than this one, which is yet to be.
        NtStatus status = _access.GrantCreator();
        if (status != NtStatus.Success)
            return status;

        (status, SecurityDescriptor? parent) = await _access.ReadParentAsync(parentPath, creates: true).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        AccessMask needed = directory ? AccessMask.AddSubdirectory : AccessMask.AddFile;
        if ((Tree.MaximalAccess & needed) == 0)
            return NtStatus.AccessDenied;
        (status, _) = AccessCheck.Evaluate(parent!, Token, needed);
        if (status != NtStatus.Success)
            return status;
        status = MakeDescriptor(parent!, directory, out SecurityDescriptor? descriptor);
        if (status != NtStatus.Success)
            return status;

        (status, IStoreFile? file) = await Store.CreateAsync(
            name.Path,
            new StoreCreateOptions
            {
                IsDirectory = directory,
                Access = StoreAccess.Read | StoreAccess.Write,
                Attributes = directory || name.IsPosix ? attributes : attributes | FileAttributes.Archive,
                SecurityDescriptor = descriptor is null ? null : (ReadOnlyMemory<byte>?)descriptor.ToArray(),
                AllocationSize = directory ? 0 : contexts.AllocationSize,
                ExtendedAttributes = contexts.ExtendedAttributes,
                ExactCase = name.IsPosix,
                Mode = Mode,
            },
            Tree.Caller,
            CancellationToken.None).ConfigureAwait(false);
        return status != NtStatus.Success ? status : await UseNewAsync(file!, descriptor).ConfigureAwait(false);
    }

    // Null: neither the creator nor the directory says anything, and the store's own default holds.
    private NtStatus MakeDescriptor(SecurityDescriptor parent, bool directory, out SecurityDescriptor? descriptor)
    {
        descriptor = null;
        SecurityDescriptor? creator = name.IsPosix && PosixSecurity.IsMode(contexts.SecurityDescriptor)
            ? null
            : contexts.SecurityDescriptor;
        if (creator is null && Mode is not null && IsOwnAccount)
            return NtStatus.Success; // The mode says it all.
        if (creator?.Owner is { } owner && !Token.MayAssignOwner(owner))
            return NtStatus.InvalidOwner;
        bool hasDacl = SecurityDescriptorInheritance.TryCreate(
            IsMadeUpFor(parent) ? null : parent, creator, directory, Token.OwnerSid, Token.PrimaryGroupSid, out SecurityDescriptor made);
        if (hasDacl || creator is not null)
            descriptor = hasDacl ? made : ObjectSecurity.WithDefaultDacl(made);

        // Inheritance can make two entries of one: what was short enough for the directory may be too long for what is in it.
        return descriptor is null or { HasWritableAcls: true } ? NtStatus.Success : NtStatus.InvalidAcl;
    }

    // Mode bits say enough of a file whose owner on disk is its owner. Where one account works for several users, only a
    // descriptor can tell them apart.
    private bool IsMadeUpFor(SecurityDescriptor parent) => ObjectSecurity.IsMadeUp(parent) && IsOwnAccount;

    private bool IsOwnAccount => context.Session.Identity!.Unix is { } account && account.Uid == Tree.Caller.Uid;

    // Permissions that a POSIX client gives what it creates.
    private uint? Mode => name.IsPosix ? PosixOpens.ModeOf(contexts) : null;

    private async ValueTask<NtStatus> UseNewAsync(IStoreFile file, SecurityDescriptor? descriptor)
    {
        Action = CreateAction.Created;
        CreatedFile = true;
        _access.Descriptor = descriptor;
        NtStatus status = NtStatus.Success;
        IStoreFile opened = file;
        if (name.Stream.Length > 0)
        {
            (status, IStoreFile? stream) = await FindOrCreateStreamAsync(file).ConfigureAwait(false);
            if (status == NtStatus.Success)
                opened = await UseStreamAsync(file, stream!).ConfigureAwait(false);
        }

        if (status == NtStatus.Success && (Options & CreateOptions.NoCompression) != 0
            && (Store.Capabilities & StoreCapabilities.Compression) != 0)
        {
            status = await opened.SetCompressionAsync(false, CancellationToken.None).ConfigureAwait(false);
        }

        if (status == NtStatus.Success)
            status = await ClaimAsync(opened).ConfigureAwait(false);
        if (status == NtStatus.Success)
            status = await FinishAsync(opened).ConfigureAwait(false);
        if (status != NtStatus.Success)
            await opened.DisposeAsync().ConfigureAwait(false);
        return status;
    }
}
