using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Sessions;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 LOGOFF Request, [MS-SMB2] 3.3.5.6.</summary>
internal static class LogoffHandler
{
    public static CommandEntry Entry { get; } =
        CommandEntry.For<LogoffRequest>(HandleAsync, needsTree: false, allowedWhenExpired: true);

    private static async ValueTask<NtStatus> HandleAsync(RequestContext context, LogoffRequest request)
    {
        Session session = context.Session;
        await context.Server.CloseSessionAsync(session, keepsDurable: true).ConfigureAwait(false);
        ServerLog.LoggedOff(context.Connection.Log, session.UserName, context.Connection.Peer);
        context.Response.Write(new LogoffResponse());
        return NtStatus.Success;
    }
}
