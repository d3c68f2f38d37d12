using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 CHANGE_NOTIFY Request, [MS-SMB2] 3.3.5.19 and 3.3.4.4.</summary>
internal static class ChangeNotifyHandler
{
    public static CommandEntry Entry { get; } = CommandEntry.For<ChangeNotifyRequest>(
        HandleAsync, static (in ChangeNotifyRequest request) => request.OutputBufferLength);

    private static ValueTask<NtStatus> HandleAsync(RequestContext context, ChangeNotifyRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return new(status);
        if (request.OutputBufferLength > context.Connection.MaxIoSize || !open.IsDirectory)
            return new(NtStatus.InvalidParameter);
        if ((open.GrantedAccess & AccessMask.ListDirectory) == 0)
            return new(NtStatus.AccessDenied);
        if (!context.Tree.Share.NotifiesOfChanges)
            return new(NtStatus.NotImplemented);
        return WatchAsync(context, open, request);
    }

    private static async ValueTask<NtStatus> WatchAsync(RequestContext context, Open open, ChangeNotifyRequest request)
    {
        NtStatus status = open.StartWatch(request, out DirectoryWatch? watch);
        if (status != NtStatus.Success)
            return status;
        int outputLength = (int)request.OutputBufferLength;
        NotifyWaiter? waiter = watch!.Begin(outputLength, out NotifyResult result);
        if (waiter is not null)
        {
            // Queued first: a deletion that begins now finds it.
            if (open.Claim.IsDeletePending)
                watch.DeletePending();
            if (!context.TryBeginPending(out CancellationToken cancellationToken) && watch.Abandon(waiter))
                return context.PendingRefusal;
            result = await waiter.WaitAsync(cancellationToken).ConfigureAwait(false);
        }

        if (result.Status == NtStatus.Success)
            Reply(context, result.Changes);
        return result.Status; // STATUS_NOTIFY_ENUM_DIR and STATUS_NOTIFY_CLEANUP go without a buffer.
    }

    private static void Reply(RequestContext context, ReadOnlyMemory<byte> changes)
    {
        Memory<byte> payload = context.Response.ReservePayload(ChangeNotifyResponse.FixedSize, changes.Length);
        changes.CopyTo(payload);
        context.Response.Commit(
            new ChangeNotifyResponse((uint)changes.Length, default), ChangeNotifyResponse.FixedSize, changes.Length);
    }
}
