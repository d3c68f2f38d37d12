using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Information;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 CLOSE Request, [MS-SMB2] 3.3.5.10.</summary>
internal static class CloseHandler
{
    public static CommandEntry Entry { get; } = CommandEntry.For<CloseRequest>(HandleAsync, allowedWhenExpired: true);

    private static async ValueTask<NtStatus> HandleAsync(RequestContext context, CloseRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return status;
        var response = default(CloseResponse);
        if ((request.Flags & CloseFlags.PostqueryAttrib) != 0 && open.StoreFile is not null)
        {
            (status, FileStat stat) = await open.CloseAndTellAsync().ConfigureAwait(false);
            if (status == NtStatus.Success)
            {
                response = new CloseResponse(
                    CloseFlags.PostqueryAttrib, stat.CreationTime, stat.LastAccessTime, stat.LastWriteTime, stat.ChangeTime,
                    stat.AllocationSize, stat.EndOfFile, WireAttributes.ForFile(stat.Attributes));
            }
        }
        else
        {
            await open.CloseAsync().ConfigureAwait(false);
        }

        context.Response.Write(response);
        return NtStatus.Success;
    }
}
