using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Leases;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 WRITE Request, [MS-SMB2] 3.3.5.13.</summary>
internal static class WriteHandler
{
    private const ushort MaxDataOffset = 0x100;

    public static CommandEntry Entry { get; } =
        CommandEntry.For<WriteRequest>(HandleAsync, static (in WriteRequest request) => request.Length);

    private static ValueTask<NtStatus> HandleAsync(RequestContext context, WriteRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return new(status);
        if (open.Pipe is not null)
            return Pipes.PipeIo.WriteAsync(context, open, request);
        if (open.IsDirectory)
            return new(NtStatus.InvalidDeviceRequest);
        if ((open.GrantedAccess & (AccessMask.WriteData | AccessMask.AppendData)) == 0)
            return new(NtStatus.AccessDenied);
        if (request.DataOffset > MaxDataOffset
            || request.Length > context.Connection.MaxIoSize
            || context.Connection.IsForRdma(request.Channel))
        {
            return new(NtStatus.InvalidParameter);
        }

        // What a handle with nothing but FILE_APPEND_DATA always does, wherever the client says, [MS-FSA] 2.1.5.4. (FILE_WRITE_TO_END_OF_FILE, -1, is
        // for local callers; over the wire it is an offset out of range.)
        bool append = (open.GrantedAccess & (AccessMask.WriteData | AccessMask.AppendData)) == AccessMask.AppendData;
        if (request.Offset > long.MaxValue || request.Offset + request.Length > long.MaxValue)
            return new(NtStatus.InvalidParameter);
        return WriteFileAsync(context, open, request, append);
    }

    private static async ValueTask<NtStatus> WriteFileAsync(
        RequestContext context, Open open, WriteRequest request, bool append)
    {
        (NtStatus status, ulong offset) = await CheckRangeAsync(open, request, append).ConfigureAwait(false);
        if (status != NtStatus.Success)
            return status;
        if (request.Length > 0)
        {
            status = await context.ContendAsync(open, Oplock.DataCaching).ConfigureAwait(false);
            if (status == NtStatus.Success && context.HasWaited) // Who was waited for may have taken a lock, or appended.
                (status, offset) = await CheckRangeAsync(open, request, append).ConfigureAwait(false);
            if (status != NtStatus.Success)
                return status;
            if (!open.TryBeginChange())
                return NtStatus.FileClosed;
            try
            {
                status = append
                    ? await open.File.AppendAsync(request.Data, CancellationToken.None).ConfigureAwait(false)
                    : await open.File.WriteAsync(offset, request.Data, CancellationToken.None).ConfigureAwait(false);
                if (!status.IsError && open.StickyTimes.HoldWrites)
                    await open.StickyTimes.AfterWriteAsync(open.File).ConfigureAwait(false);
            }
            finally
            {
                open.EndChange();
            }

            await RequestContext.ContendAgainAsync(open).ConfigureAwait(false);
            if (status.IsError)
                return status;
            open.Wrote();
        }

        if ((request.Flags & WriteFlags.WriteThrough) != 0 || (open.CreateOptions & CreateOptions.WriteThrough) != 0)
        {
            status = await open.File.FlushAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return status;
        }

        open.CurrentByteOffset = (long)(offset + request.Length);
        context.Response.Write(new WriteResponse(request.Length));
        return NtStatus.Success;
    }

    private static async ValueTask<(NtStatus Status, ulong Offset)> CheckRangeAsync(Open open, WriteRequest request, bool append)
    {
        ulong offset = request.Offset;
        if (append)
        {
            (NtStatus status, Storage.FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return (status, offset);
            offset = stat.EndOfFile; // Others may append as well: where it really goes is the store's business.
        }

        return (open.Claim.CheckRange(offset, request.Length, write: true), offset);
    }
}
