using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
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
        if (elsewhere.Any(open => IsNewer(open.ApplicationVersion, contexts)))
            return NtStatus.FileForcedClosed;
        foreach (Open open in elsewhere)
        {
            if (await MayTakeAsync(context, open).ConfigureAwait(false))
                await open.CloseAsync().ConfigureAwait(false);
        }

        return NtStatus.Success;
    }

    // Who names no version has been left behind by whoever does.
    private static bool IsNewer(AppInstanceVersion? there, RequestedContexts contexts)
    {
        if (there is not { } old)
            return false;
        return contexts.ApplicationVersion is { } wanted
            ? old.High > wanted.High || (old.High == wanted.High && old.Low >= wanted.Low)
            : !contexts.NamesApplicationVersion;
    }

    // The user has GENERIC_READ; the others' open stays else, and the CREATE meets it as any other would.
    private static async ValueTask<bool> MayTakeAsync(RequestContext context, Open open)
    {
        const AccessMask Needed = AccessMask.FileGenericRead & ~AccessMask.Synchronize;
        if (!open.TryUse())
            return false;
        try
        {
            (NtStatus status, SecurityDescriptor? descriptor) =
                await ObjectSecurity.ReadAsync(open.File, CancellationToken.None).ConfigureAwait(false);
            if (status == NtStatus.Success)
                (status, _) = AccessCheck.Evaluate(descriptor!, context.Session.Identity!.Token, Needed);
            return status == NtStatus.Success && (context.Tree.MaximalAccess & Needed) == Needed;
        }
        finally
        {
            await open.EndUseAsync().ConfigureAwait(false);
        }
    }
}
