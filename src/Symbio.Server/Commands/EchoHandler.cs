using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 ECHO Request, [MS-SMB2] 3.3.5.17.</summary>
internal static class EchoHandler
{
    // Deviation: 3.3.5.2.9 does not except ECHO. Windows and Samba answer it in an expired session (smb2.session.expire2*).
    public static CommandEntry Entry { get; } =
        CommandEntry.For<EchoRequest>(Handle, needsSession: false, needsTree: false, allowedWhenExpired: true);

    private static ValueTask<NtStatus> Handle(RequestContext context, EchoRequest request)
    {
        context.Response.Write(new EchoResponse());
        return new(NtStatus.Success);
    }
}
