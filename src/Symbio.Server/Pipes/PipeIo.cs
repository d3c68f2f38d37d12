using System.Buffers;
using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Smb2;
using Symbio.Rpc.Runtime;
using Symbio.Server.Connections;
using Symbio.Server.Opens;

namespace Symbio.Server.Pipes;

/// <summary>READ and WRITE of a named pipe, [MS-SMB2] 3.3.5.12 and 3.3.5.13; FSCTL_PIPE_TRANSCEIVE is both in one.</summary>
internal static class PipeIo
{
    /// <summary>
    /// A message is one RPC PDU, whose length has 16 bits: a larger buffer would never be filled in message mode, need not
    /// be in byte mode, and would let a client that only waits hold much memory.
    /// </summary>
    public const int MaxTransfer = 64 << 10;

    private const ushort MaxDataOffset = 0x100;

    public static async ValueTask<NtStatus> ReadAsync(RequestContext context, Open open, ReadRequest request)
    {
        if ((open.GrantedAccess & (AccessMask.ReadData | AccessMask.Execute)) == 0)
            return NtStatus.AccessDenied;
        if (request.Length > context.Connection.MaxIoSize || context.Connection.IsForRdma(request.Channel))
            return NtStatus.InvalidParameter;

        RpcPipe pipe = open.Pipe!;
        using var buffer = new PipeBuffer(request.Length);
        (NtStatus status, int count) = await RunAsync(context, pipe, null, buffer.Memory).ConfigureAwait(false);
        if (status.IsError)
            return status;
        uint remaining = status == NtStatus.BufferOverflow ? (uint)pipe.Peek(default).MessageLength : 0;
        buffer.Memory.Span[..count].CopyTo(context.Response.ReservePayload(ReadResponse.FixedSize, count).Span);
        context.Response.Commit(new ReadResponse((uint)count, remaining, default), ReadResponse.FixedSize, count);
        return status;
    }

    public static ValueTask<NtStatus> WriteAsync(RequestContext context, Open open, WriteRequest request)
    {
        if ((open.GrantedAccess & (AccessMask.WriteData | AccessMask.AppendData)) == 0)
            return new(NtStatus.AccessDenied);
        if (request.DataOffset > MaxDataOffset || request.Length > context.Connection.MaxIoSize
            || context.Connection.IsForRdma(request.Channel))
        {
            return new(NtStatus.InvalidParameter);
        }

        NtStatus status = open.Pipe!.Write(request.Data);
        if (status == NtStatus.Success)
            context.Response.Write(new WriteResponse(request.Length));
        return new(status);
    }

    /// <summary>
    /// Reads a message, after writing <paramref name="input"/> when there is one. What does not finish at once is answered
    /// STATUS_PENDING and waits until it does, is cancelled, or the pipe is closed.
    /// </summary>
    /// <param name="buffer">Not part of the response's frame: the interim response takes that away.</param>
    public static async ValueTask<(NtStatus Status, int Count)> RunAsync(
        RequestContext context, RpcPipe pipe, ReadOnlyMemory<byte>? input, Memory<byte> buffer)
    {
        using var cancellation = new CancellationTokenSource();
        ValueTask<(NtStatus Status, int Count)> operation = input is { } data
            ? pipe.TransceiveAsync(data, buffer, cancellation.Token)
            : pipe.ReadAsync(buffer, cancellation.Token);
        if (operation.IsCompleted)
            return await operation.ConfigureAwait(false);

        bool pends = context.TryBeginPending(out CancellationToken outside);
        if (!pends)
            cancellation.Cancel();
        (NtStatus Status, int Count) result;
        await using (outside.UnsafeRegister(static source => ((CancellationTokenSource)source!).Cancel(), cancellation)
            .ConfigureAwait(false))
        {
            result = await operation.ConfigureAwait(false);
        }

        if (result.Status != NtStatus.Cancelled)
            return result;
        return (!pends ? context.PendingRefusal
            : outside.IsCancellationRequested ? NtStatus.Cancelled
            : NtStatus.PipeBroken, 0); // The client closed the pipe that it was reading.
    }
}

/// <summary>A pooled buffer for what comes out of a pipe.</summary>
internal readonly struct PipeBuffer(uint wanted) : IDisposable
{
    private readonly byte[] _array = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, PipeIo.MaxTransfer));

    public Memory<byte> Memory => _array.AsMemory(0, (int)Math.Min(wanted, PipeIo.MaxTransfer));

    public void Dispose() => ArrayPool<byte>.Shared.Return(_array);
}
