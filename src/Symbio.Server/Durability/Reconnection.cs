using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Leases;
using Symbio.Server.Names;
using Symbio.Server.Opens;

namespace Symbio.Server.Durability;

/// <summary>
/// A client comes back to an open: SMB2_CREATE_DURABLE_HANDLE_RECONNECT, [MS-SMB2] 3.3.5.9.7, and its second version,
/// 3.3.5.9.12.
/// </summary>
internal static class Reconnection
{
    /// <summary>The open, which belongs to the request's session from now on, or why not.</summary>
    public static async ValueTask<(NtStatus Status, Open? Open)> RunAsync(
        RequestContext context, CreateRequest request, RequestedContexts contexts)
    {
        FileId wanted = contexts.ReconnectV2?.FileId ?? contexts.Reconnect!.Value.FileId;
        if (!context.Server.Opens.TryGet(wanted.Persistent, out Open open))
            return (NtStatus.ObjectNameNotFound, null);
        if (open.Durable is not null && open.Session != context.Session)
            await Departure.WaitAsync(open).ConfigureAwait(false);
        NtStatus status = Check(context, request, contexts, open);
        if (status != NtStatus.Success)
            return (status, null);
        if (open.Caching is { } owner)
            context.HoldBreaks(owner);
        return await open.TryAttachAsync(context.Tree, context.Connection).ConfigureAwait(false)
            ? (NtStatus.Success, open)
            : (NtStatus.ObjectNameNotFound, null);
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

            // The one check of the name; without a lease there is none.
            if (!NameComparer.Equals(WireReader.ToUtf16(request.NameBytes.Span), open.FileName))
                return NtStatus.InvalidParameter;
        }
        else if (contexts.Lease is not null)
        {
            return NtStatus.ObjectNameNotFound;
        }

        return durable.Owner == context.Session.Identity!.Token.UserSid ? NtStatus.Success : NtStatus.AccessDenied;
    }
}
