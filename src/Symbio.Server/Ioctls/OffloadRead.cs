using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Offload;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_OFFLOAD_READ, [MS-FSA] 2.1.5.10.20: a token that stands for a range of a file. Sparse and compressed files have
/// them too: whether a store can copy does not depend on how it keeps its blocks.
/// </summary>
internal static class OffloadRead
{
    /// <summary>Sectors: what offsets and lengths are multiples of.</summary>
    public const ulong Sector = 512;

    // What one token stands for; the client asks for the rest with another. Windows moves 64 MiB at a time.
    private const ulong MaxTransfer = 256 << 20;

    private const uint AllZeroBeyondCurrentRange = 1;

    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        if (call.Request.Input.Length < OffloadReadInput.MinimumLength || call.MaxOutput < OffloadReadOutput.MinimumLength)
            return NtStatus.BufferTooSmall;
        if (!call.TryReadInput(out OffloadReadInput request) || request.Size < OffloadReadInput.MinimumLength
            || !IsAligned(request.FileOffset) || !IsAligned(request.CopyLength)
            || !FitsFile(request.FileOffset, request.CopyLength))
        {
            return NtStatus.InvalidParameter;
        }

        if (open.IsDirectory || open.File.StreamName.Length > 0)
            return NtStatus.OffloadReadFileNotSupported;
        if ((open.GrantedAccess & (AccessMask.ReadData | AccessMask.Execute)) == 0)
            return NtStatus.AccessDenied;
        if (request.CopyLength == 0)
            return call.Reply(new OffloadReadOutput(0, 0, OffloadToken.ZeroData));
        (NtStatus status, FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        if (request.FileOffset >= stat.EndOfFile)
            return NtStatus.EndOfFile;
        ulong length = Math.Min(Math.Min(request.CopyLength, MaxTransfer), RoundUp(stat.EndOfFile - request.FileOffset));
        status = open.Claim.CheckRange(request.FileOffset, length, write: false);
        return status.IsError ? status : await ReplyAsync(call, request, length, stat.EndOfFile).ConfigureAwait(false);
    }

    public static bool IsAligned(ulong value) => value % Sector == 0;

    public static ulong RoundUp(ulong length) => (length + Sector - 1) / Sector * Sector;

    /// <summary>The range ends where a file may end.</summary>
    public static bool FitsFile(ulong offset, ulong length) =>
        offset <= long.MaxValue && length <= long.MaxValue - offset;

    private static async ValueTask<NtStatus> ReplyAsync(FsctlCall call, OffloadReadInput request, ulong length, ulong size)
    {
        Open open = call.Open;
        ulong end = request.FileOffset + length;
        (NtStatus status, bool isZero) = await IsZeroAsync(open, request.FileOffset, Math.Min(end, size)).ConfigureAwait(false);
        if (status.IsError)
            return status;
        (status, bool zeroBeyond) = await IsZeroAsync(open, end, size).ConfigureAwait(false);
        if (status.IsError)
            return status;
        uint flags = zeroBeyond ? AllZeroBeyondCurrentRange : 0;
        if (isZero)
            return call.Reply(new OffloadReadOutput(flags, length, OffloadToken.ZeroData));

        // First the token, then the look at the file: a change after the look finds the token and spoils it.
        OffloadedData data = call.Context.Server.OffloadTokens.Add(
            call.Context.Session, open, request.FileOffset, length, request.TokenTimeToLive);
        if (open.IsClosed)
            call.Context.Server.OffloadTokens.OnClose(open); // The close may have come too early to see it.
        (status, data.Stamp) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        return status.IsError ? status : call.Reply(new OffloadReadOutput(flags, length, data.Token));
    }

    // Within the file; beyond its end there is nothing that could be zero.
    private static async ValueTask<(NtStatus Status, bool IsZero)> IsZeroAsync(Open open, ulong from, ulong to)
    {
        if (from >= to)
            return (NtStatus.Success, false);
        (NtStatus status, IReadOnlyList<StoreRange> ranges) = await open.File
            .QueryAllocatedRangesAsync(new StoreRange(from, to - from), 1, CancellationToken.None).ConfigureAwait(false);
        return (status, ranges.Count == 0);
    }
}
