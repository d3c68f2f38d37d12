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
/// <param name="seen">The target as it was before anybody was waited for.</param>
/// <param name="wanted">Bytes to write, in whole sectors, if the target has room for them.</param>
internal sealed class OffloadRun(
    FsctlCall call, OffloadWriteInput request, OffloadedData? data, FileStat seen, ulong wanted)
{
    // Copied in one go. Between two, the client may be told that it takes time, and may cancel.
    private const ulong Step = 16 << 20;

    private readonly RequestContext _context = call.Context;
    private readonly Open _target = call.Open;
    private readonly Patience _patience = new(call.Context);
    private FileStat _before; // The target, once nobody is waited for any more.

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
        if (status == NtStatus.Success) // Who had it cached may have cut it when that was broken.
            (status, _before) = await _target.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        if (request.FileOffset >= _before.EndOfFile)
            return NtStatus.EndOfFile;
        ulong length = LengthIn(_before);
        ulong inFile = Math.Min(length, _before.EndOfFile - request.FileOffset);
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

    // Whole sectors, of which the last may lie beyond the end. More than was looked at for locks is none of it.
    private ulong LengthIn(in FileStat stat) => Math.Min(
        Math.Min(wanted, OffloadRead.RoundUp(seen.EndOfFile - request.FileOffset)),
        OffloadRead.RoundUp(stat.EndOfFile - request.FileOffset));

    private async ValueTask<NtStatus> CheckAsync()
    {
        ulong length = LengthIn(seen);
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

    private ValueTask<(NtStatus Status, ulong Done)> WriteAsync(ulong count, ulong step) => data is null
        ? ZeroAsync(request.FileOffset, count)
        : CopyAsync(count, step);

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
        (NtStatus zeroed, ulong rest) = await ZeroAsync(request.FileOffset + done, count - done).ConfigureAwait(false);
        return (zeroed, done + rest);
    }

    private ValueTask<(NtStatus Status, ulong Done)> ZeroAsync(ulong offset, ulong count) => Zeroing.RunAsync(
        _target, _patience, new StoreRange(offset, count), deallocate: (_before.Attributes & FileAttributes.SparseFile) != 0);
}
