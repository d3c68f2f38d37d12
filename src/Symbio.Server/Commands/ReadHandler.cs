using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;
using Symbio.Storage;
using Symbio.Transport;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 READ Request, [MS-SMB2] 3.3.5.12.</summary>
internal static class ReadHandler
{
    // Less is read whole, where it has to be read. What many clients ask for at once, a megabyte, is less.
    private const int StreamedFrom = 2 * IFrameTail.PieceSize;

    // Less is read even where sendfile(2) could send it: that has a price of its own.
    private const int SentFrom = 64 << 10;

    public static CommandEntry Entry { get; } =
        CommandEntry.For<ReadRequest>(HandleAsync, static (in ReadRequest request) => request.Length);

    private static ValueTask<NtStatus> HandleAsync(RequestContext context, ReadRequest request)
    {
        NtStatus status = context.FindOpen(request.FileId, out Open open);
        if (status != NtStatus.Success)
            return new(status);
        if (open.Pipe is not null)
            return Pipes.PipeIo.ReadAsync(context, open, request);
        if (open.IsDirectory)
            return new(NtStatus.InvalidDeviceRequest);
        if ((open.GrantedAccess & (AccessMask.ReadData | AccessMask.Execute)) == 0)
            return new(NtStatus.AccessDenied);
        if (request.Length > context.Connection.MaxIoSize
            || request.Offset > long.MaxValue || request.Offset + request.Length > long.MaxValue
            || context.Connection.IsForRdma(request.Channel))
        {
            return new(NtStatus.InvalidParameter);
        }

        context.CompressReply = (request.Flags & ReadFlags.RequestCompressed) != 0;
        status = open.Claim.CheckRange(request.Offset, request.Length, write: false);
        if (status != NtStatus.Success)
            return new(status);
        return ReadFileAsync(context, open, request);
    }

    private static ValueTask<NtStatus> ReadFileAsync(RequestContext context, Open open, ReadRequest request)
    {
        if (request.Length >= SentFrom && context.MayHaveTail
            && FileTail.TryCreateAtHand(open, request.Offset, (int)request.Length) is { } tail)
        {
            return new(Answer(context, open, request, 0, tail));
        }

        return CopyFileAsync(context, open, request);
    }

    private static async ValueTask<NtStatus> CopyFileAsync(RequestContext context, Open open, ReadRequest request)
    {
        // What is at hand lands in the outgoing frame: no copy between storage and transport. Of a large READ that is the
        // first piece, which says whether there is anything to read, and the rest follows while it is sent.
        bool mayStream = request.Length >= StreamedFrom && context.MayHaveTail;
        Memory<byte> payload = context.Response.ReservePayload(
            ReadResponse.FixedSize, mayStream ? IFrameTail.PieceSize : (int)request.Length);
        int total = 0;
        while (total < payload.Length)
        {
            (NtStatus status, int count) = await open.File
                .ReadAsync(request.Offset + (uint)total, payload[total..], CancellationToken.None).ConfigureAwait(false);
            if (status.IsError)
                return status;
            if (count == 0)
                break;
            total += count;
        }

        FileTail? tail = null;
        if (mayStream && total == payload.Length)
        {
            (NtStatus status, tail) = await FindTailAsync(open, request, total).ConfigureAwait(false);
            if (status.IsError)
                return status;
        }

        return Answer(context, open, request, total, tail);
    }

    private static NtStatus Answer(RequestContext context, Open open, ReadRequest request, int total, FileTail? tail)
    {
        int length = total + (tail?.Length ?? 0);
        if ((length == 0 && request.Length > 0) || length < request.MinimumCount)
        {
            tail?.Dispose();
            return NtStatus.EndOfFile;
        }

        open.CurrentByteOffset = (long)request.Offset + length;
        context.Response.Commit(new ReadResponse((uint)length, 0, default), ReadResponse.FixedSize, total, tail);
        return NtStatus.Success;
    }

    // What there is of the range after the first bytes of it.
    private static async ValueTask<(NtStatus Status, FileTail? Tail)> FindTailAsync(Open open, ReadRequest request, int have)
    {
        (NtStatus status, FileStat stat) = await open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return (status, null);
        ulong end = Math.Min(stat.EndOfFile, request.Offset + request.Length);
        ulong from = request.Offset + (uint)have;
        if (end <= from)
            return (NtStatus.Success, null);
        var tail = FileTail.TryCreate(open, from, (int)(end - from));
        return (tail is null ? NtStatus.FileClosed : NtStatus.Success, tail);
    }
}
