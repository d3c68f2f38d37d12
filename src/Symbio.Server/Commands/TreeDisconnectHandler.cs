using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 TREE_DISCONNECT Request, [MS-SMB2] 3.3.5.8.</summary>
internal static class TreeDisconnectHandler
{
    public static CommandEntry Entry { get; } = CommandEntry.For<TreeDisconnectRequest>(HandleAsync);

    private static async ValueTask<NtStatus> HandleAsync(RequestContext context, TreeDisconnectRequest request)
    {
        await SmbServer.TreeDisconnectAsync(context.Session, context.Tree).ConfigureAwait(false);
        context.Response.Write(new TreeDisconnectResponse());
        return NtStatus.Success;
    }
}
