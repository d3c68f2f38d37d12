using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;

namespace Symbio.Server.Opens;

/// <content>The file may get another name while it is being opened.</content>
internal sealed partial class OpenOperation
{
    /// <summary>
    /// Once the open is found by all who rename: those that were at it before have not seen it. Its claim goes by the name that
    /// the file has, as those of all its other opens do: what they delete is the same, [MS-FSA] 2.1.1.4 Link.IsDeleted.
    /// </summary>
    public ValueTask FollowRenameAsync() =>
        _renames is null || context.Server.Renames.Count != _renames ? LookForNameAsync() : ValueTask.CompletedTask;

    private async ValueTask LookForNameAsync()
    {
        string link = UpcaseTable.ToUpper(File.Path);
        if (link == _link)
            return;

        // Or it was opened by a link, and is known by that one's name.
        if (UpcaseTable.ToUpper(File.OpenedPath) == _link && await IsStillCalledAsync(File.OpenedPath).ConfigureAwait(false))
            return;

        // Who renames it meanwhile takes along who goes by the name it had, which is not ours before this.
        for (int round = 0; round < MaxRounds; round++)
        {
            Claim.RenameLink(link);
            string now = UpcaseTable.ToUpper(File.Path);
            if (now == link)
                break;
            link = now;
        }

        _link = link;
    }

    private async ValueTask<bool> IsStillCalledAsync(string path)
    {
        (NtStatus status, IStoreFile? file) = await Store
            .OpenAsync(
                path, new StoreOpenOptions(StoreAccess.None, ExactCase: name.IsPosix), Tree.Caller, CancellationToken.None)
            .ConfigureAwait(false);
        if (status != NtStatus.Success)
            return false;
        await using (file!.ConfigureAwait(false))
            return file!.Key == File.Key;
    }
}
