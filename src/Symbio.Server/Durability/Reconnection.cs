using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Leases;
using Symbio.Server.Names;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Durability;

/// <summary>
/// A client comes back to an open: SMB2_CREATE_DURABLE_HANDLE_RECONNECT, [MS-SMB2] 3.3.5.9.7, and its second version,
/// 3.3.5.9.12.
/// </summary>
internal static class Reconnection
{
    /// <summary>The open, which belongs to the request's session from now on, and what its file is like; or why not.</summary>
    public static async ValueTask<(NtStatus Status, Open? Open, FileStat Stat)> RunAsync(
        RequestContext context, CreateRequest request, RequestedContexts contexts)
    {
        FileId wanted = contexts.ReconnectV2?.FileId ?? contexts.Reconnect!.Value.FileId;
        if (!context.Server.Opens.TryGet(wanted.Persistent, out Open? open))
        {
            open = FindPersistent(context, contexts);
            if (open is null)
                return (NtStatus.ObjectNameNotFound, null, default);
        }

        if (open.Durable is not null && open.Session != context.Session)
            await Departure.WaitAsync(open).ConfigureAwait(false);
        NtStatus status = Check(context, request, contexts, open);
        if (status != NtStatus.Success)
            return (status, null, default);
        if (!open.TryUse())
            return (NtStatus.ObjectNameNotFound, null, default);
        try
        {
            // First what can fail: the open goes on waiting then.
            (status, FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return (status, null, default);
            return await TryAttachAsync(context, open).ConfigureAwait(false)
                ? (NtStatus.Success, open, stat)
                : (NtStatus.ObjectNameNotFound, null, default);
        }
        finally
        {
            await open.EndUseAsync().ConfigureAwait(false);
        }
    }

    /// <summary>
    /// Makes the open one of the request's session; false when it is not disconnected any more. After the answer the client
    /// hears of a break that is under way.
    /// </summary>
    public static async ValueTask<bool> TryAttachAsync(RequestContext context, Open open)
    {
        if (open.Caching is { } owner)
            context.HoldBreaks(owner);
        if (!await open.TryAttachAsync(context).ConfigureAwait(false))
            return false;
        open.Caching?.Remind(open.Claim.Cache);
        return true;
    }

    // 3.3.5.9.12: the client of a persistent handle that was never told of its FileId may know it by its CreateGuid. Of several
    // (anybody may send any) it is this client's own.
    private static Open? FindPersistent(RequestContext context, RequestedContexts contexts)
    {
        if (!IsForPersistent(contexts) || !context.MayBePersistent)
            return null;
        Guid wanted = contexts.ReconnectV2!.Value.CreateGuid;
        Open? found = null;
        foreach (Open open in context.Server.Opens.All)
        {
            if (open.Durable is not { IsPersistent: true } durable || durable.CreateGuid != wanted)
                continue;
            if (durable.ClientGuid == context.Connection.Negotiated!.ClientGuid
                && durable.Owner == context.Session.Identity!.Token.UserSid)
            {
                return open;
            }

            found = open;
        }

        return found;
    }

    private static bool IsForPersistent(RequestedContexts contexts) =>
        contexts.ReconnectV2 is { } second && (second.Flags & DurableHandleFlags.Persistent) != 0;

    private static NtStatus Check(
        RequestContext context, in CreateRequest request, RequestedContexts contexts, Open open)
    {
        if (open.Durable is not { } durable
            || !open.IsDetached
            || open.Tree.Share != context.Tree.Share
            || durable.IsPersistent != IsForPersistent(contexts)
            || (contexts.ReconnectV2 is { } second && second.CreateGuid != (durable.CreateGuid ?? Guid.Empty)))
        {
            return NtStatus.ObjectNameNotFound;
        }

        if (open.Caching is Lease lease)
        {
            if (contexts.Lease is not { } named
                || lease.Id.Client != context.Connection.Negotiated!.ClientGuid
                || lease.Id.Key != named.LeaseKey)
            {
                return NtStatus.ObjectNameNotFound;
            }

            // The one check of the name; without a lease there is none, nor for a file that is to be deleted.
            if (!open.Claim.IsDeletePending && !IsNameOf(open, WireReader.ToUtf16(request.NameBytes.Span)))
                return NtStatus.InvalidParameter;
        }
        else if (contexts.Lease is not null)
        {
            return NtStatus.ObjectNameNotFound;
        }

        return durable.Owner == context.Session.Identity!.Token.UserSid ? NtStatus.Success : NtStatus.AccessDenied;
    }

    // Lease.FileName is the file's, which may have been renamed since the CREATE. Deviation: the name of the CREATE will do as well.
    private static bool IsNameOf(Open open, string text) =>
        NameComparer.Equals(text, open.FileName)
        || (SharePath.Parse(text, out ShareName name) == NtStatus.Success
            && NameComparer.Equals(name.Path, open.File.Path) && NameComparer.Equals(name.Stream, open.File.StreamName));
}
