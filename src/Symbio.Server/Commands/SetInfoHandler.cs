using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Information;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 SET_INFO Request, [MS-SMB2] 3.3.5.21.</summary>
internal static class SetInfoHandler
{
    public static CommandEntry Entry { get; } = CommandEntry.For<SetInfoRequest>(
        HandleAsync, static (in SetInfoRequest request) => (uint)request.Buffer.Length);

    private static async ValueTask<NtStatus> HandleAsync(RequestContext context, SetInfoRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return status;
        if (request.Buffer.Length > context.Connection.MaxIoSize)
            return NtStatus.InvalidParameter;
        status = await SetAsync(new InformationSet(context, open, request)).ConfigureAwait(false);
        if (status == NtStatus.Success)
            context.Response.Write(new SetInfoResponse());
        return status;
    }

    private static ValueTask<NtStatus> SetAsync(InformationSet set) => set.Request.InfoType switch
    {
        InfoType.File =>
            SetAsync(FileInformationTable.Find((FileInformationClass)set.Request.FileInfoClass), set),
        InfoType.FileSystem =>
            SetAsync(FileSystemInformationTable.Find((FileSystemInformationClass)set.Request.FileInfoClass), set),
        InfoType.Security => ObjectSecurityInformation.SetAsync(set),
        InfoType.Quota => QuotaInformation.SetAsync(set),
        _ => new(NtStatus.InvalidParameter),
    };

    private static ValueTask<NtStatus> SetAsync(InformationRow? row, InformationSet set)
    {
        if (row is null)
            return new(NtStatus.InvalidInfoClass);
        if (!row.CanSet)
            return new(row.SetRefusal);
        if (set.Open.Pipe is not null ? !row.OnPipes : !row.OnFiles)
            return new(NtStatus.InvalidParameter);
        if (set.Request.Buffer.Length < row.SetMinimum)
            return new(NtStatus.InfoLengthMismatch);
        if ((set.Open.GrantedAccess & row.SetAccess) != row.SetAccess)
            return new(NtStatus.AccessDenied);
        return row.SetAsync(set);
    }
}
