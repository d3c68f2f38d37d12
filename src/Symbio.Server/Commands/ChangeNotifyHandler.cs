using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>
/// Receiving an SMB2 CHANGE_NOTIFY Request, [MS-SMB2] 3.3.5.19. Change notification is not offered yet, and 3.3.5.19 has
/// a status for that: clients then look for themselves.
/// </summary>
internal static class ChangeNotifyHandler
{
    public static CommandEntry Entry { get; } = CommandEntry.For<ChangeNotifyRequest>(
        Handle, static (in ChangeNotifyRequest request) => request.OutputBufferLength);

    private static ValueTask<NtStatus> Handle(RequestContext context, ChangeNotifyRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return new(status);
        return new(open.IsDirectory ? NtStatus.NotSupported : NtStatus.InvalidParameter);
    }
}
