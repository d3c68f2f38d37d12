using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 OPLOCK_BREAK Acknowledgment, [MS-SMB2] 3.3.5.22.</summary>
internal static class OplockBreakHandler
{
    public static CommandEntry Entry { get; } = CommandEntry.For<OplockBreakRequest>(
        static (context, request) => request.IsLease
            ? AcknowledgeLeaseAsync(context, request.Lease)
            : AcknowledgeOplockAsync(context, request.Oplock));

    // [MS-SMB2] 3.3.5.22.1
    private static async ValueTask<NtStatus> AcknowledgeOplockAsync(
        RequestContext context, OplockBreakAcknowledgment acknowledgment)
    {
        NtStatus status = context.FindOpen(acknowledgment.FileId, out Open open);
        if (status != NtStatus.Success)
            return status;

        // Deviation: the section says STATUS_INVALID_DEVICE_STATE; Windows answers as below (smb2.oplock.levelii500).
        if (open.Caching is not Oplock || !open.Claim.Cache.Breaking)
            return NtStatus.InvalidOplockProtocol;
        context.HoldBreaks(open.Caching); // The answer comes before the next break.
        bool agrees = acknowledgment.OplockLevel is OplockLevel.None or OplockLevel.LevelII;
        LeaseState state = agrees ? Oplock.StateOf(acknowledgment.OplockLevel) : LeaseState.None;
        status = await open.Claim.AcknowledgeBreakAsync(state, CancellationToken.None).ConfigureAwait(false);
        if (status == NtStatus.RequestNotAccepted) // Level II where nothing may be left: it gets nothing.
            status = await open.Claim.AcknowledgeBreakAsync(LeaseState.None, CancellationToken.None).ConfigureAwait(false);
        if (!agrees)
        {
            return acknowledgment.OplockLevel == OplockLevel.Lease
                ? NtStatus.InvalidParameter
                : NtStatus.InvalidOplockProtocol;
        }

        if (status != NtStatus.Success)
            return NtStatus.InvalidOplockProtocol;
        await open.PersistAsync().ConfigureAwait(false);
        context.Response.Write(new OplockBreakResponse(Oplock.LevelOf(open.Claim.Cache.State), open.FileId));
        return NtStatus.Success;
    }

    // [MS-SMB2] 3.3.5.22.2
    private static async ValueTask<NtStatus> AcknowledgeLeaseAsync(
        RequestContext context, LeaseBreakAcknowledgment acknowledgment)
    {
        var id = new LeaseId(context.Connection.Negotiated!.ClientGuid, acknowledgment.LeaseKey);
        if (!context.Server.Leases.TryGet(id, out Lease lease))
            return NtStatus.ObjectNameNotFound;
        context.HoldBreaks(lease); // The answer comes before the next break.
        foreach (Open open in lease.Opens)
        {
            if (open.Durable is not { IsPersistent: true })
                open.EndReplay();
        }

        foreach (Open open in lease.Opens)
        {
            if (open.FileClaim is not { } claim)
                continue;
            NtStatus status = await claim
                .AcknowledgeBreakAsync(acknowledgment.LeaseState, CancellationToken.None).ConfigureAwait(false);
            if (status == NtStatus.Unsuccessful && open.IsClosed)
                continue; // This one was too late; another may still be in time.
            if (status != NtStatus.Success)
                return status;
            foreach (Open shared in lease.Opens)
                await shared.PersistAsync().ConfigureAwait(false);
            context.Response.Write(new LeaseBreakResponse(acknowledgment.LeaseKey, acknowledgment.LeaseState));
            return NtStatus.Success;
        }

        return NtStatus.ObjectNameNotFound;
    }
}
