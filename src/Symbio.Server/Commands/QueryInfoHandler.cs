using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Information;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 QUERY_INFO Request, [MS-SMB2] 3.3.5.20.</summary>
internal static class QueryInfoHandler
{
    public static CommandEntry Entry { get; } = CommandEntry.For<QueryInfoRequest>(
        HandleAsync,
        static (in QueryInfoRequest request) => Math.Max((uint)request.InputBuffer.Length, request.OutputBufferLength));

    private static ValueTask<NtStatus> HandleAsync(RequestContext context, QueryInfoRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return new(status);
        uint max = context.Connection.MaxIoSize;
        if (request.OutputBufferLength > max || request.InputBuffer.Length > max)
            return new(NtStatus.InvalidParameter);
        var query = new InformationQuery(context, open, request);
        return request.InfoType switch
        {
            InfoType.File =>
                QueryAsync(FileInformationTable.Find((FileInformationClass)request.FileInfoClass), query),
            InfoType.FileSystem =>
                QueryAsync(FileSystemInformationTable.Find((FileSystemInformationClass)request.FileInfoClass), query),
            InfoType.Security => ObjectSecurityInformation.QueryAsync(query),
            InfoType.Quota => QuotaInformation.QueryAsync(query),
            _ => new(NtStatus.InvalidParameter),
        };
    }

    private static ValueTask<NtStatus> QueryAsync(InformationRow? row, InformationQuery query)
    {
        if (row is null)
            return new(NtStatus.InvalidInfoClass);
        if (!row.CanQuery)
            return new(row.QueryRefusal);
        if (query.Open.Pipe is not null ? !row.OnPipes : !row.OnFiles)
            return new(NtStatus.InvalidParameter);
        if ((query.Open.GrantedAccess & row.QueryAccess) != row.QueryAccess)
            return new(NtStatus.AccessDenied);
        if (query.Limit < row.QueryMinimum)
            return new(InformationErrors.LengthMismatch(query.Context));
        return row.QueryAsync(query);
    }
}
