using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_SET_ZERO_DATA, [MS-FSA] 2.1.5.10.39: zeros a range; a sparse file gives the space back. The file never grows.
/// </summary>
internal static class SetZeroData
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        if (open.IsDirectory || !call.TryReadInput(out FileZeroDataInformation request)
            || request.FileOffset < 0 || request.BeyondFinalZero < 0 || request.FileOffset > request.BeyondFinalZero)
        {
            return NtStatus.InvalidParameter;
        }

        if (open.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        if ((open.GrantedAccess & AccessMask.WriteData) == 0)
            return NtStatus.AccessDenied;
        ulong offset = (ulong)request.FileOffset;
        ulong length = (ulong)(request.BeyondFinalZero - request.FileOffset);
        if (length == 0)
            return call.Reply();
        NtStatus status = open.Claim.CheckRange(offset, length, write: true);
        if (status == NtStatus.Success)
            status = await call.Context.ContendAsync(open, Oplock.DataCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;

        (status, FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        if (offset >= stat.EndOfFile)
            return call.Reply();
        var range = new StoreRange(offset, Math.Min(length, stat.EndOfFile - offset));
        bool sparse = (stat.Attributes & FileAttributes.SparseFile) != 0;
        var patience = new Patience(call.Context);
        (status, ulong done) = await open.WriteAsync(_ => Zeroing.RunAsync(open, patience, range, sparse)).ConfigureAwait(false);
        await Connections.RequestContext.ContendAgainAsync(open).ConfigureAwait(false);
        if (done > 0)
            open.Wrote();
        return status.IsError ? status : call.Reply();
    }
}
