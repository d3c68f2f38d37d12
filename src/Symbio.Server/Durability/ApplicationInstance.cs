using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Names;
using Symbio.Server.Opens;

namespace Symbio.Server.Durability;

/// <summary>
/// SMB2_CREATE_APP_INSTANCE_ID, [MS-SMB2] 3.3.5.9.13: an application that has moved to another client takes the open of
/// this file from the one where it was.
/// </summary>
internal static class ApplicationInstance
{
    public static async ValueTask TakeOverAsync(RequestContext context, ShareName name, RequestedContexts contexts)
    {
        if (contexts.Application is not { } application || context.Connection.Dialect < Dialect.Smb300)
            return;
        Guid client = context.Connection.Negotiated!.ClientGuid;
        foreach (Open open in context.Server.Opens.All)
        {
            if (open.Application == application.Id && open.Tree.Share == context.Tree.Share
                && open.Durable is { } durable && durable.ClientGuid != client
                && NameComparer.Equals(open.File.Path, name.Path)
                && NameComparer.Equals(open.File.StreamName, name.Stream))
            {
                await open.CloseAsync().ConfigureAwait(false);
            }
        }
    }
}
