using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Server.Connections;
using Symbio.Server.Opens;

namespace Symbio.Server.Commands;

/// <summary>Receiving an SMB2 READ Request, [MS-SMB2] 3.3.5.12.</summary>
internal static class ReadHandler
{
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
            || request.Channel != Channel.None)
        {
            return new(NtStatus.InvalidParameter);
        }

        context.CompressReply = (request.Flags & ReadFlags.RequestCompressed) != 0;
        status = open.Claim.CheckRange(request.Offset, request.Length, write: false);
        if (status != NtStatus.Success)
            return new(status);
        return ReadFileAsync(context, open, request);
    }

    private static async ValueTask<NtStatus> ReadFileAsync(RequestContext context, Open open, ReadRequest request)
    {
        // The payload lands in the outgoing frame: no copy between storage and transport.
        Memory<byte> payload = context.Response.ReservePayload(ReadResponse.FixedSize, (int)request.Length);
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

        if ((total == 0 && request.Length > 0) || total < request.MinimumCount)
            return NtStatus.EndOfFile;
        open.CurrentByteOffset = (long)request.Offset + total;
        context.Response.Commit(new ReadResponse((uint)total, 0, default), ReadResponse.FixedSize, total);
        return NtStatus.Success;
    }
}
