using Symbio.Cluster;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Apple;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>
/// kAAPL_SUPPORTS_OSX_COPYFILE: FSCTL_SRV_COPYCHUNK without a chunk copies, for a client that was told so, the whole file with its
/// named streams (macOS has its extended attributes, FinderInfo and resource fork there). Times and rights the client sets
/// itself. To all others, no chunk is nothing to copy.
/// </summary>
internal sealed class Copyfile(FsctlCall call, Open source)
{
    // After each, the client may have thought better of it.
    private const ulong PieceSize = 16 << 20;

    private readonly RequestContext _context = call.Context;
    private readonly Open _target = call.Open;
    private readonly Patience _patience = new(call.Context);
    private ulong _total;

    public async ValueTask<NtStatus> RunAsync()
    {
        await _context.Server.Scheduler.SwitchAsync().ConfigureAwait(false);
        NtStatus status = await _context.ContendAsync(_target, Oplock.DataCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        status = await CopyAllAsync().ConfigureAwait(false);
        await RequestContext.ContendAgainAsync(_target).ConfigureAwait(false);
        NtStatus finished = await _target.FinishWritingAsync().ConfigureAwait(false);
        if (status == NtStatus.Success)
            status = finished;
        if (status == NtStatus.Success)
            call.Reply(new SrvCopychunkResponse(0, 0, (uint)Math.Min(_total, uint.MaxValue)));
        return status;
    }

    private async ValueTask<NtStatus> CopyAllAsync()
    {
        NtStatus status = await ChangeAsync(CopyDataAsync).ConfigureAwait(false);
        return status == NtStatus.Success && CopiesStreams ? await CopyStreamsAsync().ConfigureAwait(false) : status;
    }

    // Piece by piece, and between them others are waited for: who closes the target waits for none of those.
    private async ValueTask<NtStatus> ChangeAsync(Func<ValueTask<NtStatus>> change) =>
        (await _target.WriteAsync(async _ => (await change().ConfigureAwait(false), 1ul)).ConfigureAwait(false)).Status;

    // From one file to another, not from or to one stream.
    private bool CopiesStreams =>
        source.File.StreamName.Length == 0 && _target.File.StreamName.Length == 0
        && source.Tree.Share.HasStreams && _target.Tree.Share.HasStreams;

    private async ValueTask<NtStatus> CopyDataAsync()
    {
        (NtStatus status, FileStat stat) = await source.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        ulong size = stat.EndOfFile;
        status = source.Claim.CheckRange(0, size, write: false);
        if (status == NtStatus.Success)
            status = _target.Claim.CheckRange(0, size, write: true);
        return status == NtStatus.Success
            ? await CopyAsync(source.File, _target.File, size).ConfigureAwait(false)
            : status;
    }

    private async ValueTask<NtStatus> CopyStreamsAsync()
    {
        (NtStatus status, IReadOnlyList<StoreStream> streams) =
            await source.File.GetStreamsAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        streams = await AppleStreams.SelectAsync(source.Tree, source.File, streams).ConfigureAwait(false);
        foreach (StoreStream stream in streams)
        {
            status = await CopyStreamAsync(stream).ConfigureAwait(false);
            if (status.IsError)
                return status;
        }

        return NtStatus.Success;
    }

    private async ValueTask<NtStatus> CopyStreamAsync(StoreStream stream)
    {
        (NtStatus status, IStoreFile? from) = await source.File
            .OpenStreamAsync(stream.Name, create: false, StoreAccess.Read, CancellationToken.None).ConfigureAwait(false);
        if (from is null)
            return status == NtStatus.ObjectNameNotFound ? NtStatus.Success : status; // Gone since it was listed.
        await using (from.ConfigureAwait(false))
        {
            status = await StreamClaim.AwaitWritersAsync(_context, from).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
            (status, FileStat stat) = await from.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
            return status.IsError ? status : await OverwriteStreamAsync(stream.Name, from, stat.EndOfFile).ConfigureAwait(false);
        }
    }

    // As who opens the stream to overwrite it, and closes it.
    private async ValueTask<NtStatus> OverwriteStreamAsync(string name, IStoreFile from, ulong size)
    {
        (NtStatus status, IFileClaim? claim) =
            await StreamClaim.TakeAsync(_context, _target, name).ConfigureAwait(false);
        if (claim is null)
            return status;
        try
        {
            status = claim.CheckRange(0, ulong.MaxValue, write: true);
            if (status != NtStatus.Success)
                return status;
            status = await ChangeAsync(() => OverwriteAsync(name, from, size)).ConfigureAwait(false);
            await claim.ContendAsync(Oplock.DataCaching, CancellationToken.None).ConfigureAwait(false);
            return status;
        }
        finally
        {
            await StreamClaim.LeaveAsync(claim, _target, name).ConfigureAwait(false);
        }
    }

    private async ValueTask<NtStatus> OverwriteAsync(string name, IStoreFile from, ulong size)
    {
        (NtStatus status, IStoreFile? to) = await OpenTargetAsync(name).ConfigureAwait(false);
        if (to is null)
            return status;
        await using (to.ConfigureAwait(false))
            return await CopyAsync(from, to, size, counts: false).ConfigureAwait(false);
    }

    private async ValueTask<(NtStatus Status, IStoreFile? Stream)> OpenTargetAsync(string name)
    {
        const StoreAccess Access = StoreAccess.Read | StoreAccess.Write;
        (NtStatus status, IStoreFile? stream) = await _target.File
            .OpenStreamAsync(name, create: true, Access, CancellationToken.None).ConfigureAwait(false);
        return status == NtStatus.ObjectNameCollision
            ? await _target.File.OpenStreamAsync(name, create: false, Access, CancellationToken.None).ConfigureAwait(false)
            : (status, stream);
    }

    // The target is as long as the source afterwards.
    private async ValueTask<NtStatus> CopyAsync(IStoreFile from, IStoreFile to, ulong size, bool counts = true)
    {
        ulong done = 0;
        while (done < size)
        {
            if (!_target.MayChange)
                return NtStatus.FileClosed;
            if (_patience.IsCancelled())
                return NtStatus.Cancelled;
            ulong length = Math.Min(size - done, PieceSize);
            (NtStatus status, ulong count) = await to
                .CopyRangeAsync(done, from, done, length, CancellationToken.None).ConfigureAwait(false);
            done += count;
            if (status.IsError)
                return status;
            if (count < length)
                break; // Somebody has cut the source meanwhile.
        }

        if (counts)
            _total = done;
        (NtStatus known, FileStat stat) = await to.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        return known.IsError || stat.EndOfFile <= done
            ? known
            : await to.SetEndOfFileAsync(done, CancellationToken.None).ConfigureAwait(false);
    }
}
