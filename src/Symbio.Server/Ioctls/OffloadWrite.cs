using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Offload;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_OFFLOAD_WRITE, [MS-FSA] 2.1.5.10.21: the data that a token stands for is copied into a file, which does not grow
/// by it. The token may have been made through any share of the server, but in this session.
/// </summary>
internal static class OffloadWrite
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open target = call.Open;
        if (target.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        if (call.Request.Input.Length < OffloadWriteInput.MinimumLength || call.MaxOutput < OffloadWriteOutput.MinimumLength)
            return NtStatus.BufferTooSmall;
        if (!call.TryReadInput(out OffloadWriteInput request) || request.Size < OffloadWriteInput.MinimumLength
            || !OffloadRead.IsAligned(request.FileOffset) || !OffloadRead.IsAligned(request.CopyLength)
            || !OffloadRead.IsAligned(request.TransferOffset)
            || !OffloadRead.FitsFile(request.FileOffset, request.CopyLength)
            || !OffloadRead.FitsFile(request.TransferOffset, request.CopyLength))
        {
            return NtStatus.InvalidParameter;
        }

        if (target.IsDirectory || target.File.StreamName.Length > 0)
            return NtStatus.OffloadWriteFileNotSupported;
        if ((target.GrantedAccess & AccessMask.WriteData) == 0)
            return NtStatus.AccessDenied;
        OffloadedData? data = null;
        if (!request.Token.IsZeroData
            && !call.Context.Server.OffloadTokens.TryGet(request.Token, call.Context.Session, out data))
        {
            return NtStatus.InvalidToken;
        }

        if (data is not null && request.TransferOffset >= data.Length)
            return NtStatus.InvalidParameter;
        if (request.CopyLength == 0)
            return call.Reply(new OffloadWriteOutput((uint)OffloadWriteOutput.MinimumLength, 0, 0));
        (NtStatus status, FileStat stat) = await target.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        if (request.FileOffset >= stat.EndOfFile)
            return NtStatus.EndOfFile;
        ulong length = data is null ? request.CopyLength : Math.Min(request.CopyLength, data.Length - request.TransferOffset);
        return await new OffloadRun(call, request, data, stat, length).RunAsync().ConfigureAwait(false);
    }
}
