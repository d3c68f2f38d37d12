using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.CreateContexts;
using Symbio.Server.Leases;
using Symbio.Server.Opens;

namespace Symbio.Server.Durability;

/// <summary>A CREATE that may have come before, [MS-SMB2] 3.3.5.9.10: its CreateGuid tells.</summary>
internal static class Replaying
{
    /// <summary>
    /// Looks whether the request has come before. With success and no open the caller carries it
    /// out, and says to the replay what came of it (which is null when the request cannot come again).
    /// </summary>
    public static async ValueTask<(NtStatus Status, CreateReplay? Replay, Open? Open)> EnterAsync(
        RequestContext context, CreateRequest request, RequestedContexts contexts)
    {
        if (contexts.DurableV2 is not { } durable || context.Connection.Dialect < Dialect.Smb300)
            return (NtStatus.Success, null, null);
        bool isReplay = (context.Header.Flags & Smb2HeaderFlags.ReplayOperation) != 0;
        var id = new CreateId(context.Connection.Negotiated!.ClientGuid, durable.CreateGuid);
        CreateReplay replay = context.Server.Replays.Enter(id, out bool mine);
        if (mine)
            return (NtStatus.Success, replay, null);
        Open? open = replay.Open;
        if (open is null)
            return (isReplay ? NtStatus.FileNotAvailable : NtStatus.DuplicateObjectId, null, null); // Still under way.
        if (!isReplay)
            return (NtStatus.DuplicateObjectId, null, null);
        if (open.Durable is { IsPersistent: true } && open.Session != context.Session)
            await Departure.WaitAsync(open).ConfigureAwait(false);
        return (Check(context, request, contexts, open), replay, open);
    }

    private static NtStatus Check(
        RequestContext context, in CreateRequest request, RequestedContexts contexts, Open open)
    {
        // The client of a persistent handle may have lost its connection before it heard of it.
        bool isLost = open.IsDetached && open.Durable is { IsPersistent: true } durable
            && durable.Owner == context.Session.Identity!.Token.UserSid;
        if (isLost ? open.Tree.Share != context.Tree.Share : open.Tree != context.Tree)
            return NtStatus.DuplicateObjectId; // Another session's, or made through another tree.
        bool wantsLease = request.RequestedOplockLevel == OplockLevel.Lease && contexts.Lease is not null;
        Lease? lease = open.Caching as Lease;
        if (wantsLease != lease is not null || (wantsLease && lease!.Id.Key != contexts.Lease!.Value.LeaseKey))
            return NtStatus.AccessDenied;
        return NtStatus.Success;
    }
}
