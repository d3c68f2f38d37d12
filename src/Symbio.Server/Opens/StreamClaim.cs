using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Durability.Persistence;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>
/// The place in the coordinator's record of a named stream that a request reads or overwrites without a client's open of it:
/// others who have it open are asked as if there were one, [MS-FSA] 2.1.5.1.2.
/// </summary>
internal static class StreamClaim
{
    /// <summary>
    /// Claims a stream of the open's file, which need not be there yet, to overwrite it. Who caches something of it has given that
    /// up then. The caller ends the claim with <see cref="LeaveAsync"/>.
    /// </summary>
    public static async ValueTask<(NtStatus Status, IFileClaim? Claim)> TakeAsync(
        RequestContext context, Open file, string stream)
    {
        FileKey key = file.File.Key;
        var absent = new AbsentOwners(context, key);
        if (absent.HasOthersWhoCache(writesOnly: true))
            return (NtStatus.FileNotAvailable, null);
        var options = new ClaimOptions(
            UpcaseTable.ToUpper(stream), UpcaseTable.ToUpper(file.File.OpenedPath), AccessMask.WriteData, ShareRead: true,
            ShareWrite: true, ShareDelete: true, DeleteOnClose: false, Overwrites: true, Deleter: file.Tree.Caller);
        while (true)
        {
            bool isAbsent = absent.HasOthersWhoCache(writesOnly: false);
            ClaimOutcome outcome = await context.Server.Coordinator
                .OpenAsync(IdentityOf(key), options with { BreaksNothing = isAbsent }, CancellationToken.None)
                .ConfigureAwait(false);
            if ((outcome.Wait is not null && isAbsent) || (outcome.Status == NtStatus.SharingViolation && absent.HasAny))
                return (NtStatus.FileNotAvailable, null);
            if (outcome.Wait is null)
            {
                await context.Server.SettleAsync(key).ConfigureAwait(false);
                return (outcome.Status, outcome.Claim);
            }

            NtStatus status = await context.WaitForBreakAsync(outcome.Wait, key).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return (status, null);
        }
    }

    /// <summary>Ends the claim, and deletes the stream if somebody has wanted that and left it to the last.</summary>
    public static async ValueTask LeaveAsync(IFileClaim claim, Open file, string stream)
    {
        ReleaseOutcome outcome = await claim.ReleaseAsync(CancellationToken.None).ConfigureAwait(false);
        try
        {
            if (outcome != ReleaseOutcome.DeleteStream)
                return; // Nor is it the last of the file, which is open.
            (_, IStoreFile? deleted) = await file.File
                .OpenStreamAsync(stream, create: false, StoreAccess.Write, CancellationToken.None).ConfigureAwait(false);
            if (deleted is null)
                return;
            await using (deleted.ConfigureAwait(false))
                await LastClose.DeleteAsync(outcome, claim, file.Tree, deleted).ConfigureAwait(false);
        }
        finally
        {
            claim.CompleteRelease();
        }
    }

    /// <summary>Waits until who has data for the stream that are not written yet has written them.</summary>
    public static async ValueTask<NtStatus> AwaitWritersAsync(RequestContext context, IStoreFile stream)
    {
        FileKey key = stream.Key;
        Task? wait = await context.Server.Coordinator
            .ContendAsync(
                IdentityOf(key), UpcaseTable.ToUpper(stream.StreamName), LeaseState.WriteCaching, except: null,
                CancellationToken.None)
            .ConfigureAwait(false);
        return wait is null
            ? NtStatus.Success
            : await context.WaitForBreakAsync(wait, key).ConfigureAwait(false);
    }

    private static FileIdentity IdentityOf(FileKey key) => new(key.Volume, key.FileId, key.Generation);
}
