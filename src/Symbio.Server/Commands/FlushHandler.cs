using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 FLUSH Request, [MS-SMB2] 3.3.5.11.</summary>
internal static class FlushHandler
{
    private const AccessMask FileAccess = AccessMask.WriteData | AccessMask.AppendData;

    public static CommandEntry Entry { get; } = CommandEntry.For<FlushRequest>(HandleAsync);

    private static async ValueTask<NtStatus> HandleAsync(RequestContext context, FlushRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return status;
        if (open.StoreFile is { } file)
        {
            // For a directory FILE_ADD_FILE and FILE_ADD_SUBDIRECTORY are the same bits.
            if ((open.GrantedAccess & FileAccess) == 0)
                return NtStatus.AccessDenied;
            status = await file.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return status;
        }

        context.Response.Write(new FlushResponse());
        return NtStatus.Success;
    }
}
