using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 LOCK Request, [MS-SMB2] 3.3.5.14.</summary>
internal static class LockHandler
{
    private const int SequenceNumberBits = 4;

    public static CommandEntry Entry { get; } = CommandEntry.For<LockRequest>(HandleAsync, allowedWhenExpired: true);

    private static async ValueTask<NtStatus> HandleAsync(RequestContext context, LockRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return status;
        if (open.FileClaim is null || open.IsDirectory)
            return NtStatus.InvalidParameter;
        if (request.LockCount == 0)
            return NtStatus.InvalidParameter;

        uint index = request.LockSequence >> SequenceNumberBits;
        byte number = (byte)(request.LockSequence & ((1 << SequenceNumberBits) - 1));
        bool verifies = open.VerifiesLockSequence;
        if (verifies && open.LockSequences.IsReplay(index, number))
        {
            context.Response.Write(new LockResponse());
            return NtStatus.Success;
        }

        bool unlocks = (request[0].Flags & LockFlags.Unlock) != 0;
        if (!unlocks && context.IsSessionExpired)
            return NtStatus.NetworkSessionExpired; // Of an expired session only unlocks are served, 3.3.5.2.9.
        status = unlocks
            ? await UnlockAsync(open, request).ConfigureAwait(false)
            : await LockAsync(context, open, request).ConfigureAwait(false);
        if (verifies && status == NtStatus.Success)
            open.LockSequences.Store(index, number);
        if (unlocks || status == NtStatus.Success)
            await open.PersistAsync().ConfigureAwait(false); // Of an unlock that has failed, a part may be done.
        if (status != NtStatus.Success)
            return status;
        context.Response.Write(new LockResponse());
        return NtStatus.Success;
    }

    // [MS-SMB2] 3.3.5.14.1: done in order; what came before a failure stays done.
    private static async ValueTask<NtStatus> UnlockAsync(Open open, LockRequest request)
    {
        for (int i = 0; i < request.LockCount; i++)
        {
            LockElement element = request[i];
            if (element.Flags != LockFlags.Unlock)
                return NtStatus.InvalidParameter;
            NtStatus status = await open.UnlockAsync(new ByteRange(element.Offset, element.Length)).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
            open.RemoveLock();
        }

        return NtStatus.Success;
    }

    // [MS-SMB2] 3.3.5.14.2: all or nothing.
    private static async ValueTask<NtStatus> LockAsync(RequestContext context, Open open, LockRequest request)
    {
        int taken = 0;
        NtStatus status = await context.ContendAsync(open, Oplock.DataCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        for (; taken < request.LockCount; taken++)
        {
            LockElement element = request[taken];
            if (!open.TryAddLock())
            {
                status = NtStatus.InsufficientResources;
                break;
            }

            status = await LockOneAsync(context, open, element, request.LockCount).ConfigureAwait(false);
            if (status != NtStatus.Success)
            {
                open.RemoveLock();
                break;
            }
        }

        if (status == NtStatus.Success)
            return status;
        while (--taken >= 0)
        {
            LockElement element = request[taken];
            bool exclusive = (element.Flags & LockFlags.ExclusiveLock) != 0; // Of two on one range, the one of this request.
            await open.UnlockAsync(new ByteRange(element.Offset, element.Length), exclusive).ConfigureAwait(false);
            open.RemoveLock();
        }

        return status;
    }

    private static async ValueTask<NtStatus> LockOneAsync(
        RequestContext context, Open open, LockElement element, int count)
    {
        bool failImmediately = (element.Flags & LockFlags.FailImmediately) != 0;
        bool? exclusive = (element.Flags & ~LockFlags.FailImmediately) switch
        {
            LockFlags.ExclusiveLock => true,
            LockFlags.SharedLock => false,
            _ => null,
        };
        if (exclusive is null || (count > 1 && !failImmediately))
            return NtStatus.InvalidParameter;
        var range = new ByteRange(element.Offset, element.Length);
        if (element.Length > 0 && element.Offset + (element.Length - 1) < element.Offset)
            return NtStatus.InvalidLockRange;
        NtStatus status = await open
            .LockAsync(range, exclusive.Value, wait: false, CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.LockNotGranted || failImmediately)
            return status;
        if (!context.TryBeginPending(out CancellationToken cancellationToken))
            return context.PendingRefusal;
        return await open.LockAsync(range, exclusive.Value, wait: true, cancellationToken).ConfigureAwait(false);
    }
}
