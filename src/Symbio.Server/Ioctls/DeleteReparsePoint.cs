using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_DELETE_REPARSE_POINT, [MS-FSA] 2.1.5.10.3: a reparse point becomes an ordinary file or directory again.
/// </summary>
internal static class DeleteReparsePoint
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        NtStatus status = SetReparsePoint.CheckMayChange(open);
        if (status != NtStatus.Success)
            return status;
        if (!call.TryReadInput(out ReparseDataBuffer named) || !named.Data.IsEmpty)
            return NtStatus.IoReparseDataInvalid;
        if (named.Tag is ReparseTag.None or ReparseTag.ReservedOne)
            return NtStatus.IoReparseTagInvalid;

        (status, ReparseDataBuffer present) = await open.File
            .GetReparsePointAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        if (!SetReparsePoint.IsSameOwner(present, named.Tag, named.ReparseGuid, out NtStatus mismatch))
            return mismatch;
        status = await open
            .ChangeAsync(file => file.DeleteReparsePointAsync(open.Tree.Caller, CancellationToken.None)).ConfigureAwait(false);
        if (status.IsError)
            return status;
        open.Modified(CompletionFilter.Attributes);
        return call.Reply();
    }
}
