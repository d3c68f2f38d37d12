using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_SET_SPARSE, [MS-FSA] 2.1.5.10.38.</summary>
internal static class SetSparse
{
    // Deviation: the specification leaves out FILE_APPEND_DATA, which Windows lets pass all the same.
    private const AccessMask Sufficient =
        AccessMask.WriteData | AccessMask.WriteAttributes | AccessMask.AppendData;

    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        if ((open.Tree.Share.Store.Capabilities & StoreCapabilities.SparseFiles) == 0)
            return NtStatus.InvalidDeviceRequest;
        if (open.IsDirectory)
            return NtStatus.InvalidParameter;
        if (open.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        if ((open.GrantedAccess & Sufficient) == 0)
            return NtStatus.AccessDenied;
        if (!call.TryReadInput(out SetSparseBuffer request))
            return NtStatus.InvalidParameter;

        bool isChanged = false;
        NtStatus status = await open.ChangeAsync(async file =>
        {
            (NtStatus outcome, isChanged) = await SetAsync(file, request.SetSparse).ConfigureAwait(false);
            return outcome;
        }).ConfigureAwait(false);
        if (status.IsError)
            return status;
        if (isChanged)
            open.Modified(CompletionFilter.Attributes);
        return call.Reply();
    }

    private static async ValueTask<(NtStatus Status, bool IsChanged)> SetAsync(IStoreFile file, bool sparse)
    {
        (NtStatus status, FileStat stat) = await file.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        bool isSparse = (stat.Attributes & FileAttributes.SparseFile) != 0;
        if (status.IsError || isSparse == sparse)
            return (status, false);

        // A file that is no longer sparse has room for all its bytes.
        if (isSparse && stat.EndOfFile > 0)
        {
            status = await file.FillHolesAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return (status, false);
        }

        // What else the file shows need not be stored: a name can hide it.
        var change = new BasicInfoChange(Attributes: sparse ? FileAttributes.SparseFile : FileAttributes.None)
        {
            Kept = ~FileAttributes.SparseFile,
        };
        return (await file.SetBasicInfoAsync(change, CancellationToken.None).ConfigureAwait(false), true);
    }
}
