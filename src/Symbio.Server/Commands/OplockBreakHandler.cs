using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>
/// Receiving an SMB2 OPLOCK_BREAK Acknowledgment, [MS-SMB2] 3.3.5.22. No oplock or lease is granted yet, so no break is
/// under way and every acknowledgment is one too many.
/// </summary>
internal static class OplockBreakHandler
{
    public static CommandEntry Entry { get; } = CommandEntry.For<OplockBreakRequest>(Handle);

    private static ValueTask<NtStatus> Handle(RequestContext context, OplockBreakRequest request)
    {
        if (request.IsLease)
            return new(NtStatus.ObjectNameNotFound);
        NtStatus status = context.FindOpen(request.Oplock.FileId, out Open _);
        return new(status != NtStatus.Success ? status : NtStatus.InvalidOplockProtocol);
    }
}
