using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Leases;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_DUPLICATE_EXTENTS_TO_FILE and FSCTL_DUPLICATE_EXTENTS_TO_FILE_EX, [MS-SMB2] 3.3.5.15.17 and 3.3.5.15.18, [MS-FSA]
/// 2.1.5.10.4 and 2.1.5.10.5: a range of a file becomes that of another, by sharing its blocks.
/// </summary>
internal static class DuplicateExtents
{
    public static ValueTask<NtStatus> HandleAsync(FsctlCall call) =>
        call.TryReadInput(out DuplicateExtentsData request)
            ? HandleAsync(call, request)
            : new(NtStatus.InvalidParameter);

    /// <summary>With flags. What a store clones it clones as a whole, so that SOURCE_ATOMIC asks for nothing more.</summary>
    public static ValueTask<NtStatus> HandleExAsync(FsctlCall call) =>
        call.TryReadInput(out DuplicateExtentsDataEx request)
            && (request.Flags & ~DuplicateExtentsFlags.SourceAtomic) == 0
            ? HandleAsync(call, new(
                request.SourceFileId, request.SourceFileOffset, request.TargetFileOffset, request.ByteCount))
            : new(NtStatus.InvalidParameter);

    private static async ValueTask<NtStatus> HandleAsync(FsctlCall call, DuplicateExtentsData request)
    {
        Open target = call.Open;
        if ((target.Tree.Share.Store.Capabilities & StoreCapabilities.BlockCloning) == 0)
            return NtStatus.InvalidDeviceRequest;
        if (!call.Context.Session.Opens.TryGetValue(request.SourceFileId.Volatile, out Open? source)
            || source.FileId != request.SourceFileId || !source.TryUse())
        {
            return NtStatus.InvalidHandle;
        }

        // The dispatcher keeps the target's handle while the request runs; the source's is kept here.
        try
        {
            NtStatus status = CheckOpens(source, target);
            if (status == NtStatus.Success)
                status = await DuplicateAsync(call, request, source).ConfigureAwait(false);
            return status == NtStatus.Success ? call.Reply() : status;
        }
        finally
        {
            await source.EndUseAsync().ConfigureAwait(false);
        }
    }

    private static NtStatus CheckOpens(Open source, Open target)
    {
        if (target.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        if (source.StoreFile is null || source.Tree.Share.Store != target.Tree.Share.Store)
            return NtStatus.InvalidParameter; // Not of the same volume.
        if (source.IsDirectory || target.IsDirectory || IsStream(source) || IsStream(target))
            return NtStatus.NotSupported;
        return (target.GrantedAccess & AccessMask.WriteData) == 0 || (source.GrantedAccess & AccessMask.ReadData) == 0
            ? NtStatus.AccessDenied
            : NtStatus.Success;
    }

    private static bool IsStream(Open open) => open.File.StreamName.Length > 0;

    private static async ValueTask<NtStatus> DuplicateAsync(FsctlCall call, DuplicateExtentsData request, Open source)
    {
        Open target = call.Open;
        (NtStatus status, VolumeInfo volume) = await target.Tree.Share.Store
            .GetVolumeInfoAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        ulong cluster = Math.Max(volume.BlockSize, 1);
        if (!IsValid(request, (long)cluster))
            return NtStatus.InvalidParameter;
        if (request.ByteCount == 0)
            return NtStatus.Success;
        if (source.File.Key == target.File.Key
            && Math.Abs(request.SourceFileOffset - request.TargetFileOffset) < request.ByteCount)
        {
            return NtStatus.NotSupported; // The ranges overlap.
        }

        (ulong from, ulong to, ulong count) =
            ((ulong)request.SourceFileOffset, (ulong)request.TargetFileOffset, (ulong)request.ByteCount);

        // Byte-range locks are in the way of bytes that are read and written, not of extents (smb2.ioctl.dup_extents_*_lock).
        status = await call.Context.ContendAsync(target, Oplock.DataCaching).ConfigureAwait(false);
        if (status == NtStatus.Success)
            status = await target.WriteAsync(_ => CloneAsync(source, target, from, to, count, cluster)).ConfigureAwait(false);
        await Connections.RequestContext.ContendAgainAsync(target).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        target.Wrote();
        return NtStatus.Success;
    }

    private static bool IsValid(DuplicateExtentsData request, long cluster) =>
        request.SourceFileOffset >= 0 && request.TargetFileOffset >= 0 && request.ByteCount >= 0
        && request.SourceFileOffset <= long.MaxValue - request.ByteCount
        && request.TargetFileOffset <= long.MaxValue - request.ByteCount
        && request.SourceFileOffset % cluster == 0 && request.TargetFileOffset % cluster == 0
        && request.ByteCount % cluster == 0;

    // Ranges go by clusters, and files may end within one: only what both have is cloned, and what the target has beyond
    // the end of the source is zeros, as the rest of the source's cluster is. Neither file's size changes.
    private static async ValueTask<NtStatus> CloneAsync(
        Open source, Open target, ulong from, ulong to, ulong count, ulong cluster)
    {
        (NtStatus status, FileStat stat) = await source.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        ulong sourceEnd = stat.EndOfFile;
        bool sparse = (stat.Attributes & FileAttributes.SparseFile) != 0;
        (status, stat) = await target.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        ulong targetEnd = stat.EndOfFile;
        bool toSparse = (stat.Attributes & FileAttributes.SparseFile) != 0;
        if (sparse && !toSparse)
            return NtStatus.NotSupported;
        if (from + count > RoundUp(sourceEnd, cluster) || (!toSparse && to + count > RoundUp(targetEnd, cluster)))
            return NtStatus.NotSupported; // Beyond the allocation of one.
        if (to >= targetEnd)
            return NtStatus.Success; // A sparse file may have extents beyond its end, where nobody sees them.
        ulong room = Math.Min(count, targetEnd - to);
        ulong length = Math.Min(room, sourceEnd - from);
        status = await target.File.CloneRangeAsync(to, source.File, from, length, CancellationToken.None).ConfigureAwait(false);
        if (status == NtStatus.Success && room > length) // Less than a cluster.
        {
            (status, _) = await target.File.ZeroRangeAsync(
                new StoreRange(to + length, room - length), deallocate: false, CancellationToken.None).ConfigureAwait(false);
        }

        return status;
    }

    private static ulong RoundUp(ulong size, ulong cluster) => (size + cluster - 1) / cluster * cluster;
}
