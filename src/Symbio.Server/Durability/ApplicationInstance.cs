using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Names;
using Symbio.Server.Opens;

namespace Symbio.Server.Durability;

/// <summary>
/// SMB2_CREATE_APP_INSTANCE_ID and SMB2_CREATE_APP_INSTANCE_VERSION, [MS-SMB2] 3.3.5.9.13: an application that has moved to another client takes the open of
/// this file from the one where it was.
/// </summary>
internal static class ApplicationInstance
{
    /// <summary>
    /// Closes the application's opens at other clients. <see cref="NtStatus.FileForcedClosed"/>: one of them is newer, so it is
    /// this one that has been left behind.
    /// </summary>
    public static async ValueTask<NtStatus> TakeOverAsync(RequestContext context, ShareName name, RequestedContexts contexts)
    {
        if (contexts.Application is not { } application || context.Connection.Dialect < Dialect.Smb300)
            return NtStatus.Success;
        Guid client = context.Connection.Negotiated!.ClientGuid;
        Open[] elsewhere =
        [
            .. context.Server.Opens.All.Where(open =>
                open.Application == application.Id && open.Tree.Share == context.Tree.Share
                && open.ClientGuid != client
                && NameComparer.Equals(open.File.Path, name.Path)
                && NameComparer.Equals(open.File.StreamName, name.Stream)),
        ];
        if (elsewhere.Any(open => IsNewer(open.ApplicationVersion, contexts.ApplicationVersion)))
            return NtStatus.FileForcedClosed;
        foreach (Open open in elsewhere)
            await open.CloseAsync().ConfigureAwait(false);
        return NtStatus.Success;
    }

    private static bool IsNewer(AppInstanceVersion? there, AppInstanceVersion? here) =>
        there is { } old && here is { } wanted
        && (old.High > wanted.High || (old.High == wanted.High && old.Low >= wanted.Low));
}
