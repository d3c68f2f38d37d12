using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;

namespace Symbio.Server.Commands;

/// <summary>The parameters of a CREATE, before anything is looked at that they name: [MS-FSA] 2.1.5.1.</summary>
internal static class CreateParameters
{
    private const CreateOptions KnownOptions = (CreateOptions)0x00FFFFFF;

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
