using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_QUERY_ALLOCATED_RANGES, [MS-FSA] 2.1.5.10.22. Only a file that is marked sparse has holes to show.</summary>
internal static class QueryAllocatedRanges
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        if (open.IsDirectory || !call.TryReadInput(out FileAllocatedRange request)
            || request.FileOffset < 0 || request.RangeLength < 0
            || request.RangeLength > long.MaxValue - request.FileOffset)
        {
            return NtStatus.InvalidParameter;
        }

        if ((open.GrantedAccess & AccessMask.ReadData) == 0)
            return NtStatus.AccessDenied;
        (NtStatus status, FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        ulong offset = (ulong)request.FileOffset;
        if (request.RangeLength == 0 || offset >= stat.EndOfFile)
            return call.Reply();

        var range = new StoreRange(offset, Math.Min((ulong)request.RangeLength, stat.EndOfFile - offset));
        if ((stat.Attributes & FileAttributes.SparseFile) == 0)
            return Reply(call, [range]);
        (status, IReadOnlyList<StoreRange> ranges) = await open.File
            .QueryAllocatedRangesAsync(range, Capacity(call) + 1, CancellationToken.None) // One more: whether there are more.
            .ConfigureAwait(false);
        return status.IsError ? status : Reply(call, ranges);
    }

    private static int Capacity(in FsctlCall call) => call.MaxOutput / FileAllocatedRange.MinimumLength;

    private static NtStatus Reply(in FsctlCall call, IReadOnlyList<StoreRange> ranges)
    {
        int size = FileAllocatedRange.MinimumLength;
        int count = Math.Min(ranges.Count, Capacity(call));
        if (count == 0 && ranges.Count > 0)
            return NtStatus.BufferTooSmall;
        var writer = new WireWriter(call.Reserve(count * size).Span);
        for (int i = 0; i < count; i++)
            new FileAllocatedRange((long)ranges[i].Offset, (long)ranges[i].Length).Write(ref writer);
        call.Commit(count * size);
        return count < ranges.Count ? NtStatus.BufferOverflow : NtStatus.Success;
    }
}
