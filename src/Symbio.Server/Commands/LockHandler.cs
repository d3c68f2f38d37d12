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
        if (unlocks || status is NtStatus.Success or NtStatus.InvalidParameter)
            await open.PersistAsync().ConfigureAwait(false); // Of what has failed, a part may be done, and stay so.
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

    // [MS-SMB2] 3.3.5.14.2: all or nothing, unless an element unlocks: what comes before it stays locked then. (That one of
    // several may wait is looked at before anything is locked.)
    private static async ValueTask<NtStatus> LockAsync(RequestContext context, Open open, LockRequest request)
    {
        if (request.LockCount > 1 && MayWait(request))
            return NtStatus.InvalidParameter;
        int taken = 0;
        NtStatus status = await context.ContendAsync(open, Oplock.DataCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        for (; taken < request.LockCount; taken++)
        {
            LockElement element = request[taken];
            if ((element.Flags & LockFlags.Unlock) != 0)
                return NtStatus.InvalidParameter;
            if (!open.TryAddLock())
            {
                status = NtStatus.InsufficientResources;
                break;
            }

            status = await LockOneAsync(context, open, element).ConfigureAwait(false);
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

    private static bool MayWait(LockRequest request)
    {
        for (int i = 0; i < request.LockCount; i++)
        {
            if ((request[i].Flags & LockFlags.FailImmediately) == 0)
                return true;
        }

        return false;
    }

    private static async ValueTask<NtStatus> LockOneAsync(RequestContext context, Open open, LockElement element)
    {
        bool failImmediately = (element.Flags & LockFlags.FailImmediately) != 0;
        bool? exclusive = (element.Flags & ~LockFlags.FailImmediately) switch
        {
            LockFlags.ExclusiveLock => true,
            LockFlags.SharedLock => false,
            _ => null,
        };
        if (exclusive is null)
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
