using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Information.File;

/// <summary>FileDispositionInformation and FileDispositionInformationEx, [MS-FSA] 2.1.5.15.3 and 2.1.5.15.4.</summary>
internal static class DispositionInformation
{
    private const DispositionFlags Known = DispositionFlags.Delete | DispositionFlags.PosixSemantics
        | DispositionFlags.ForceImageSectionCheck | DispositionFlags.OnClose | DispositionFlags.IgnoreReadOnlyAttribute;

    // What the create said about the close stays said.
    private const DispositionFlags NotOffered = DispositionFlags.OnClose;

    public static InformationRow Row { get; } = InformationRow.SetOnly<FileDispositionInformation>(
        static (set, wanted) => SetAsync(set, wanted.DeletePending, ignoreReadOnly: set.Open.IsPosix, set.Open.IsPosix),
        AccessMask.Delete);

    public static InformationRow ExRow { get; } =
        InformationRow.SetOnly<FileDispositionExInformation>(SetExAsync, AccessMask.Delete);

    private static ValueTask<NtStatus> SetExAsync(InformationSet set, FileDispositionExInformation wanted)
    {
        if ((wanted.Flags & ~Known) != 0)
            return new(NtStatus.InvalidParameter);
        if ((wanted.Flags & NotOffered) != 0)
            return new(NtStatus.NotSupported);
        bool ignoreReadOnly = (wanted.Flags & DispositionFlags.IgnoreReadOnlyAttribute) != 0;

        // Who ignores the attribute must be one who could take it off.
        if (ignoreReadOnly && (set.Open.GrantedAccess & AccessMask.WriteAttributes) == 0)
            return new(NtStatus.AccessDenied);
        bool atOnce = set.Open.IsPosix || (wanted.Flags & DispositionFlags.PosixSemantics) != 0;
        return SetAsync(set, (wanted.Flags & DispositionFlags.Delete) != 0, ignoreReadOnly || set.Open.IsPosix, atOnce);
    }

    // "At once": the name goes with this open, whoever else has the file open.
    private static async ValueTask<NtStatus> SetAsync(InformationSet set, bool delete, bool ignoreReadOnly, bool atOnce)
    {
        Open open = set.Open;
        if (delete)
        {
            NtStatus status = await CheckDeleteAsync(set, ignoreReadOnly).ConfigureAwait(false);
            if (status == NtStatus.Success)
                status = await set.Context.ContendAsync(open, LeaseState.HandleCaching).ConfigureAwait(false);
            if (status == NtStatus.Success && set.Context.HasWaited)
                status = await CheckDeleteAsync(set, ignoreReadOnly).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
        }

        if (delete && atOnce)
            await open.Claim.SetDeletePendingAtOnceAsync(CancellationToken.None).ConfigureAwait(false);
        else
            await open.Claim.SetDeletePendingAsync(delete, CancellationToken.None).ConfigureAwait(false);

        // It is the file's state: all opens of it that outlive the server have to remember it.
        if (open.Claim.HasOtherOpens && open.Server.Persistent is { } persistent)
            await persistent.SaveAllAsync(open.File.Key).ConfigureAwait(false);
        else
            await open.PersistAsync().ConfigureAwait(false);
        if (delete)
            open.DeletePending();
        return NtStatus.Success;
    }

    private static async ValueTask<NtStatus> CheckDeleteAsync(InformationSet set, bool ignoreReadOnly)
    {
        Open open = set.Open;
        if (set.Tree.Share.IsReadOnly)
            return NtStatus.AccessDenied;
        if (open.Claim.IsUnlinked)
            return NtStatus.FileDeleted;
        if (open.IsDirectory && open.File.Path.Length == 0)
            return NtStatus.CannotDelete; // The root.
        (NtStatus status, FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        if ((stat.Attributes & FileAttributes.ReadOnly) != 0 && !ignoreReadOnly)
            return NtStatus.CannotDelete;
        status = open.Claim.CheckShareDelete();
        if (status != NtStatus.Success || !open.IsDirectory)
            return status;
        (status, bool isEmpty) = await open.File.IsEmptyAsync(CancellationToken.None).ConfigureAwait(false);
        return status.IsError ? status : isEmpty ? NtStatus.Success : NtStatus.DirectoryNotEmpty;
    }
}
