using System.Buffers;
using System.Collections.Immutable;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>A server-side copy that is under way: chunk after chunk, until one fails.</summary>
internal sealed class CopychunkRun(FsctlCall call, Open source)
{
    // Less than this is copied at once; more would keep the connection's other requests waiting.
    private const uint InlineLimit = 64 << 10;

    private readonly RequestContext _context = call.Context;
    private readonly Open _target = call.Open;
    private readonly Patience _patience = new(call.Context);
    private uint _chunks; // That were copied whole, and
    private uint _written; // what of the next one was.
    private uint _total;

    public async ValueTask<NtStatus> RunAsync(ImmutableArray<SrvCopychunk> chunks)
    {
        if (chunks.Sum(c => (long)c.Length) > InlineLimit)
            await _context.Server.Scheduler.SwitchAsync().ConfigureAwait(false);
        NtStatus status = await _context.ContendAsync(_target, Oplock.DataCaching).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        (status, _) = await _target.WriteAsync(_ => CopyAsync(chunks)).ConfigureAwait(false);
        await RequestContext.ContendAgainAsync(_target).ConfigureAwait(false);
        if (_total > 0)
        {
            NtStatus finished = await _target.FinishWritingAsync().ConfigureAwait(false);
            if (!status.IsError)
                status = finished;
        }

        // 3.3.5.15.6: what was copied before a failure is told beside it. But with this status, 2.2.32.1, the numbers are limits.
        if (status == NtStatus.InvalidParameter)
        {
            if (_total == 0)
                return ServerSideCopy.ReplyLimits(call);
            status = NtStatus.InvalidViewSize;
        }

        call.Reply(new SrvCopychunkResponse(_chunks, _written, _total));
        _context.KeepsErrorBody = true;
        return status;
    }

    private async ValueTask<(NtStatus Status, ulong Count)> CopyAsync(ImmutableArray<SrvCopychunk> chunks)
    {
        foreach (var chunk in chunks)
        {
            if (!_target.MayChange)
                return (NtStatus.FileClosed, _total);
            if (_patience.IsCancelled())
                return (NtStatus.Cancelled, _total);
            (NtStatus status, _written) = await CopyAsync(chunk).ConfigureAwait(false);
            _total += _written;
            if (status.IsError)
                return (status, _total);
            _chunks++;
            _written = 0;
        }

        return (NtStatus.Success, _total);
    }

    private async ValueTask<(NtStatus Status, uint Count)> CopyAsync(SrvCopychunk chunk)
    {
        NtStatus status = source.Claim.CheckRange(chunk.SourceOffset, chunk.Length, write: false);
        if (status.IsError)
            return (status, 0);
        (status, FileStat stat) = await source.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return (status, 0);
        if (chunk.SourceOffset + chunk.Length > stat.EndOfFile)
            return (NtStatus.InvalidViewSize, 0);
        if ((_target.GrantedAccess & AccessMask.WriteData) == 0)
            return await AppendAsync(chunk).ConfigureAwait(false);
        status = _target.Claim.CheckRange(chunk.TargetOffset, chunk.Length, write: true);
        if (status.IsError)
            return (status, 0);
        (status, ulong count) = await _target.File
            .CopyRangeAsync(chunk.TargetOffset, source.File, chunk.SourceOffset, chunk.Length, CancellationToken.None)
            .ConfigureAwait(false);
        if (!status.IsError && count < chunk.Length)
            status = NtStatus.InvalidViewSize; // Somebody has cut the source meanwhile.
        return (status, (uint)count);
    }

    // A handle with nothing but FILE_APPEND_DATA changes no byte that is there, [MS-FSA] 2.1.5.4: as WRITE does it, the store finds
    // the end in the moment of writing.
    private async ValueTask<(NtStatus Status, uint Count)> AppendAsync(SrvCopychunk chunk)
    {
        (NtStatus status, FileStat stat) = await _target.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (!status.IsError)
            status = _target.Claim.CheckRange(stat.EndOfFile, chunk.Length, write: true);
        if (status.IsError)
            return (status, 0);
        byte[] buffer = ArrayPool<byte>.Shared.Rent((int)chunk.Length);
        try
        {
            int count = 0;
            while (count < chunk.Length)
            {
                (status, int read) = await source.File
                    .ReadAsync(chunk.SourceOffset + (uint)count, buffer.AsMemory(count, (int)chunk.Length - count), CancellationToken.None)
                    .ConfigureAwait(false);
                if (status.IsError || read == 0)
                    return (status.IsError ? status : NtStatus.InvalidViewSize, 0);
                count += read;
            }

            status = await _target.File.AppendAsync(buffer.AsMemory(0, count), CancellationToken.None).ConfigureAwait(false);
            return (status, status.IsError ? 0 : (uint)count);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }
}
