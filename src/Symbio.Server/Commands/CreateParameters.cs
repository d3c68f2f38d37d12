using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Trees;

namespace Symbio.Server.Commands;

/// <summary>The parameters of a CREATE, before anything is looked at that they name: [MS-FSA] 2.1.5.1.</summary>
internal static class CreateParameters
{
    private const CreateOptions KnownOptions = (CreateOptions)0x00FFFFFF;

    private const AccessMask Changing =
        AccessMask.WriteData | AccessMask.AppendData | AccessMask.Delete | AccessMask.MaximumAllowed;

    /// <summary>
    /// What others may do meanwhile, in a share that does not leave it all to its clients: [MS-SRVS] 2.2.4.29,
    /// SHI1005_FLAGS_RESTRICT_EXCLUSIVE_OPENS and SHI1005_FLAGS_FORCE_SHARED_DELETE.
    /// </summary>
    public static ShareAccess ShareAccessFor(Share share, in CreateRequest request)
    {
        ShareFlags flags = share.Flags;
        ShareAccess access = request.ShareAccess;
        if ((flags & ShareFlags.RestrictExclusiveOpens) != 0
            && (GenericMapping.File.Map(request.DesiredAccess) & Changing) == 0)
        {
            access |= ShareAccess.Read; // Who only reads has nothing to hide that others may not read.
        }

        if ((flags & ShareFlags.ForceSharedDelete) != 0)
            access |= ShareAccess.Delete;
        return access;
    }

    public static NtStatus Check(in CreateRequest request)
    {
        CreateOptions options = request.CreateOptions;
        if (request.CreateDisposition > CreateDisposition.OverwriteIf
            || (request.ShareAccess & ~ShareAccess.All) != 0
            || (options & ~KnownOptions) != 0)
        {
            return NtStatus.InvalidParameter;
        }

        if ((options & (CreateOptions.OpenByFileId | CreateOptions.ReserveOpfilter | CreateOptions.CreateTreeConnection)) != 0)
            return NtStatus.NotSupported;
        const AccessMask Valid = AccessMask.FileAll | AccessMask.SystemSecurity | AccessMask.MaximumAllowed
            | AccessMask.GenericAll | AccessMask.GenericExecute | AccessMask.GenericWrite | AccessMask.GenericRead;
        if (request.DesiredAccess == AccessMask.None || (request.DesiredAccess & ~Valid) != 0)
            return NtStatus.AccessDenied;
        bool directory = (options & CreateOptions.DirectoryFile) != 0;
        if (directory && (options & CreateOptions.NonDirectoryFile) != 0)
            return NtStatus.InvalidParameter;
        if (directory && request.CreateDisposition is CreateDisposition.Supersede or CreateDisposition.Overwrite
                or CreateDisposition.OverwriteIf && directory)
        {
            return NtStatus.InvalidParameter;
        }

        AccessMask access = GenericMapping.File.Map(request.DesiredAccess);
        if ((options & CreateOptions.DeleteOnClose) != 0
            && (access & (AccessMask.Delete | AccessMask.MaximumAllowed)) == 0)
        {
            return NtStatus.InvalidParameter;
        }

        if ((options & CreateOptions.NoIntermediateBuffering) != 0
            && (access & (AccessMask.AppendData | AccessMask.WriteData)) == AccessMask.AppendData)
        {
            return NtStatus.InvalidParameter;
        }

        const Protocol.Fscc.FileAttributes SettableOrHarmless = (Protocol.Fscc.FileAttributes)0x00007FB7;
        return ((uint)request.FileAttributes & ~(uint)SettableOrHarmless & 0xFFFF) != 0
            ? NtStatus.InvalidParameter
            : NtStatus.Success;
    }
}
