using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Server.Notifications;
using Symbio.Server.Trees;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <summary>What goes with the last close of a name or a stream that is delete-pending, [MS-FSA] 2.1.5.5.</summary>
internal static class LastClose
{
    /// <summary>Does what the coordinator's answer to the release asks for, and reports it.</summary>
    /// <param name="claim">The claim that has been released: it knows who asked for the deletion, in whose name it is done.</param>
    /// <param name="tree">Through which the open was.</param>
    /// <param name="by">The open that is being closed; null for one that has failed.</param>
    public static async ValueTask<NtStatus> DeleteAsync(
        ReleaseOutcome outcome, IFileClaim claim, TreeConnect tree, IStoreFile file, Open? by = null)
    {
        if (outcome == ReleaseOutcome.Closed)
            return NtStatus.Success;
        StoreCaller caller = claim.Deleter as StoreCaller ?? tree.Caller;
        DirectoryChange? change = ChangeReports.Removal(tree.Share.Changes, outcome, file, by); // It still has its name.
        NtStatus status = outcome == ReleaseOutcome.Delete && file.StreamName.Length > 0
            ? await DeleteFileOfAsync(tree, file, caller).ConfigureAwait(false)
            : await file.DeleteAsync(caller, CancellationToken.None).ConfigureAwait(false);
        if (status == NtStatus.Success && change is { } made)
            tree.Share.Changes.Report(made);
        return status;
    }

    // The last open of the file was of one of its streams: by that handle only the stream can be deleted.
    private static async ValueTask<NtStatus> DeleteFileOfAsync(TreeConnect tree, IStoreFile stream, StoreCaller caller)
    {
        (NtStatus status, IStoreFile? file) = await tree.Share.Store
            .OpenAsync(
                stream.Path, new StoreOpenOptions(StoreAccess.None, OpenReparsePoint: true), caller,
                CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        await using (file!.ConfigureAwait(false))
        {
            return file!.Key == stream.Key
                ? await file.DeleteAsync(caller, CancellationToken.None).ConfigureAwait(false)
                : NtStatus.ObjectNameNotFound; // Another has taken the name.
        }
    }
}
