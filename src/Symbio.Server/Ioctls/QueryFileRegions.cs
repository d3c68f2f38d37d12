using System.Collections.Immutable;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_QUERY_FILE_REGIONS, [MS-FSA] 2.1.5.10.23: which parts of a file hold valid data. Here all of it is valid up to its
/// end: what was never written reads as zeros.
/// </summary>
internal static class QueryFileRegions
{
    private const uint ValidCachedData = 1; // FILE_REGION_USAGE_VALID_CACHED_DATA
    private const int OneRegion = 16 + 24;

    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        var request = new FileRegionInput(0, long.MaxValue, ValidCachedData); // Without input: the whole file.
        int given = call.Request.Input.Length;
        if ((given > 0 && given < FileRegionInput.MinimumLength) || call.MaxOutput < OneRegion)
            return NtStatus.BufferTooSmall;
        if (open.IsDirectory || (given > 0 && !call.TryReadInput(out request))
            || request.FileOffset < 0 || request.RegionLength < 0
            || request.RegionLength > long.MaxValue - request.FileOffset
            || (request.DesiredUsage & ValidCachedData) == 0)
        {
            return NtStatus.InvalidParameter;
        }

        (NtStatus status, FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        long length = Math.Min(request.RegionLength, (long)stat.EndOfFile - request.FileOffset);
        ImmutableArray<FileRegion> regions =
            length > 0 ? [new FileRegion(request.FileOffset, length, ValidCachedData)] : [];
        return call.Reply(new FileRegionOutput(0, (uint)regions.Length, regions));
    }
}
