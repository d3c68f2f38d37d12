using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Offload;
using Symbio.Server.Opens;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Ioctls;

/// <summary>An offloaded write that is under way.</summary>
/// <param name="data">Null: zeros are written.</param>
/// <param name="before">The target as it was.</param>
/// <param name="length">Bytes to write, in whole sectors.</param>
internal sealed class OffloadRun(
    FsctlCall call, OffloadWriteInput request, OffloadedData? data, FileStat before, ulong length)
{
    // Copied in one go. Between two, the client may be told that it takes time, and may cancel.
    private const ulong Step = 16 << 20;

    private readonly RequestContext _context = call.Context;
    private readonly Open _target = call.Open;
    private readonly Patience _patience = new(call.Context);

    public async ValueTask<NtStatus> RunAsync()
    {
        if (data is null)
            return await WriteAsync().ConfigureAwait(false);
        if (!data.Source.TryUse())
            return NtStatus.InvalidToken;
        try // The dispatcher keeps the target's handle while the request runs; the source's is kept here.
        {
            return await WriteAsync().ConfigureAwait(false);
        }
        finally
        {
            await data.Source.EndUseAsync().ConfigureAwait(false);
        }
    }

    private async ValueTask<NtStatus> WriteAsync()
    {
        // Writing into the file that the data is of makes the token worthless; what is asked for now is done all the same.
        bool own = data is not null && data.Source.File.Key == _target.File.Key;
        NtStatus status = await CheckAsync().ConfigureAwait(false);
        if (status == NtStatus.Success)
            status = await _context.ContendAsync(_target, Oplock.DataCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        ulong inFile = Math.Min(length, before.EndOfFile - request.FileOffset);
        if (inFile > Step)
            await _context.Server.Scheduler.SwitchAsync().ConfigureAwait(false);
        (status, ulong done) = await _target.WriteAsync(_ => WriteAsync(inFile, own ? inFile : Step)).ConfigureAwait(false);
        await RequestContext.ContendAgainAsync(_target).ConfigureAwait(false);
        if (done > 0)
        {
            NtStatus finished = await _target.FinishWritingAsync().ConfigureAwait(false);
            if (!status.IsError)
                status = finished;
        }

        if (!status.IsError && data is not null && !own)
            status = await CheckCurrentAsync().ConfigureAwait(false); // Else what was copied is neither old nor new.
        return status.IsError
            ? status
            : call.Reply(new OffloadWriteOutput((uint)OffloadWriteOutput.MinimumLength, 0, done < inFile ? done : length));
    }

    private async ValueTask<NtStatus> CheckAsync()
    {
        NtStatus status = _target.Claim.CheckRange(request.FileOffset, length, write: true);
        if (status.IsError || data is null)
            return status;
        status = data.Source.Claim.CheckRange(data.Offset + request.TransferOffset, length, write: false);
        return status.IsError ? status : await CheckCurrentAsync().ConfigureAwait(false);
    }

    private async ValueTask<NtStatus> CheckCurrentAsync()
    {
        (NtStatus status, FileStat stat) = await data!.Source.File
            .GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        return data.IsCurrent(stat) ? NtStatus.Success : NtStatus.InvalidToken;
    }

    private async ValueTask<(NtStatus Status, ulong Done)> WriteAsync(ulong count, ulong step) => data is null
        ? (await ZeroAsync(request.FileOffset, count).ConfigureAwait(false), count)
        : await CopyAsync(count, step).ConfigureAwait(false);

    private async ValueTask<(NtStatus Status, ulong Done)> CopyAsync(ulong count, ulong step)
    {
        ulong from = data!.Offset + request.TransferOffset;
        ulong there = Math.Min(count, data.Stamp.EndOfFile - Math.Min(from, data.Stamp.EndOfFile));
        ulong done = 0;
        while (done < there)
        {
            if (!_target.MayChange)
                return (NtStatus.FileClosed, done);
            if (_patience.IsCancelled())
                return (NtStatus.Cancelled, done);
            (NtStatus status, ulong copied) = await _target.File
                .CopyRangeAsync(
                    request.FileOffset + done, data.Source.File, from + done, Math.Min(step, there - done),
                    CancellationToken.None)
                .ConfigureAwait(false);
            done += copied;
            if (status.IsError || copied == 0)
                return (status.IsError ? status : NtStatus.InvalidToken, done);
        }

        // The last sector of the data, behind the end of the file that it is of.
        return (await ZeroAsync(request.FileOffset + done, count - done).ConfigureAwait(false), count);
    }

    private ValueTask<NtStatus> ZeroAsync(ulong offset, ulong count) => count == 0
        ? new(NtStatus.Success)
        : _target.File.ZeroRangeAsync(
            new StoreRange(offset, count), deallocate: (before.Attributes & FileAttributes.SparseFile) != 0,
            CancellationToken.None);
}
