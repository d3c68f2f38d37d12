using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_SET_REPARSE_POINT, [MS-FSA] 2.1.5.10.37: makes a file or directory a reparse point, or changes one.</summary>
internal static class SetReparsePoint
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        NtStatus status = CheckMayChange(open);
        if (status != NtStatus.Success)
            return status;
        if (!call.TryReadInput(out ReparseDataBuffer data))
            return NtStatus.IoReparseDataInvalid;
        if (data.Tag is ReparseTag.None or ReparseTag.ReservedOne)
            return NtStatus.IoReparseTagInvalid;
        if (data.Tag == ReparseTag.MountPoint && !open.IsDirectory)
            return NtStatus.NotADirectory;

        (status, ReparseDataBuffer present) = await open.File
            .GetReparsePointAsync(CancellationToken.None).ConfigureAwait(false);
        if (status == NtStatus.Success && !IsSameOwner(present, data.Tag, data.ReparseGuid, out NtStatus mismatch))
            return mismatch;
        if (open.IsDirectory && !data.Tag.AllowsChildren)
        {
            (status, bool isEmpty) = await open.File.IsEmptyAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError || !isEmpty)
                return status.IsError ? status : NtStatus.DirectoryNotEmpty;
        }

        status = await open
            .ChangeAsync(file => file.SetReparsePointAsync(data, open.Tree.Caller, CancellationToken.None)).ConfigureAwait(false);
        if (status.IsError)
            return status;
        open.Modified(CompletionFilter.Attributes);
        return call.Reply();
    }

    /// <summary>What setting and deleting have in common; a stream is no file to be made a reparse point.</summary>
    public static NtStatus CheckMayChange(Open open)
    {
        if (open.File.StreamName.Length > 0)
            return NtStatus.InvalidParameter;
        if ((open.GrantedAccess & (AccessMask.WriteData | AccessMask.WriteAttributes)) == 0)
            return NtStatus.AccessDenied;
        if (open.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        return (open.Tree.Share.Store.Capabilities & StoreCapabilities.ReparsePoints) == 0
            ? NtStatus.InvalidDeviceRequest
            : NtStatus.Success;
    }

    /// <summary>Whose tag a file has may touch it, and nobody else.</summary>
    public static bool IsSameOwner(in ReparseDataBuffer present, ReparseTag tag, Guid guid, out NtStatus mismatch)
    {
        mismatch = present.Tag != tag ? NtStatus.IoReparseTagMismatch : NtStatus.ReparseAttributeConflict;
        return present.Tag == tag && (tag.IsMicrosoft || present.ReparseGuid == guid);
    }
}
