using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Leases;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_FILE_LEVEL_TRIM, [MS-FSA] 2.1.5.10.6: ranges whose content nobody needs any more. Whole pages of them are given
/// back, and read as zeros from then on.
/// </summary>
internal static class FileLevelTrimming
{
    private const ulong Page = 4096;

    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        if ((open.Tree.Share.Store.Capabilities & StoreCapabilities.SparseFiles) == 0)
            return NtStatus.InvalidDeviceRequest;
        if (open.IsDirectory || !call.TryReadInput(out FileLevelTrim request) || request.Ranges.IsEmpty
            || request.Key != 0 || call.MaxOutput is > 0 and < sizeof(uint))
        {
            return NtStatus.InvalidParameter;
        }

        if (open.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        if ((open.GrantedAccess & AccessMask.WriteData) == 0)
            return NtStatus.AccessDenied;
        (NtStatus status, FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        if ((stat.Attributes & (FileAttributes.Compressed | FileAttributes.Encrypted)) != 0)
            return NtStatus.InvalidParameter;
        status = await call.Context.ContendAsync(open, Oplock.DataCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;

        uint processed = 0;
        (status, ulong trimmed) = await open.WriteAsync(async _ =>
        {
            ulong count = 0;
            foreach (FileLevelTrimRange range in request.Ranges)
            {
                (NtStatus outcome, bool any) = open.MayChange
                    ? await TrimAsync(open, range, stat.EndOfFile).ConfigureAwait(false)
                    : (NtStatus.FileClosed, false);
                count += any ? 1ul : 0;
                if (outcome.IsError)
                    return (outcome, count);
                processed++;
            }

            return (NtStatus.Success, count);
        }).ConfigureAwait(false);
        await Connections.RequestContext.ContendAgainAsync(open).ConfigureAwait(false);
        if (trimmed > 0)
            open.Wrote();
        if (call.MaxOutput > 0)
            call.Reply(new FileLevelTrimOutput(processed));
        else
            call.Reply();
        call.Context.KeepsErrorBody = true;
        return trimmed > 0 || status.IsError ? status : NtStatus.NoRangesProcessed;
    }

    private static async ValueTask<(NtStatus Status, bool Trimmed)> TrimAsync(
        Open open, FileLevelTrimRange range, ulong endOfFile)
    {
        if (range.Length > ulong.MaxValue - range.Offset || range.Offset > ulong.MaxValue - Page)
            return (NtStatus.IntegerOverflow, false);
        ulong start = (range.Offset + Page - 1) / Page * Page;
        ulong end = (range.Offset + range.Length) / Page * Page;
        end = Math.Min(end, endOfFile);
        if (start >= end)
            return (NtStatus.Success, false); // No whole page of the file is in it.
        NtStatus status = open.Claim.CheckRange(start, end - start, write: true);
        if (status != NtStatus.Success)
            return (status, false);
        (status, _) = await open.File
            .ZeroRangeAsync(new StoreRange(start, end - start), deallocate: true, CancellationToken.None).ConfigureAwait(false);
        return status == NtStatus.NotSupported
            ? (NtStatus.Success, false) // There is no space to be had, and nobody has asked for zeros.
            : (status, status == NtStatus.Success);
    }
}
