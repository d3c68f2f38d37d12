using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Server.Pipes;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_PIPE_PEEK, [MS-SMB2] 3.3.5.15.4: what could be read now, without taking it. Never waits.</summary>
internal static class PipePeek
{
    public static ValueTask<NtStatus> Handle(FsctlCall call)
    {
        if ((call.Open.GrantedAccess & AccessMask.ReadData) == 0)
            return new(NtStatus.AccessDenied);
        if (call.MaxOutput == 0)
            return new(call.Reply());
        int header = PipePeekResponse.MinimumLength;
        if (call.MaxOutput < header)
            return new(NtStatus.InvalidParameter);

        var pipe = call.Open.Pipe!;
        Memory<byte> output = call.Reserve(Math.Min(call.MaxOutput, header + PipeIo.MaxTransfer));
        var peek = pipe.Peek(output.Span[header..]);
        if (peek.Messages == 0 && !pipe.IsConnected)
            return new(NtStatus.PipeBroken);
        var writer = new WireWriter(output.Span);
        new PipePeekResponse(
            pipe.IsConnected ? NamedPipeState.Connected : NamedPipeState.Closing, (uint)peek.AvailableBytes,
            (uint)peek.Messages, (uint)peek.MessageLength, default).Write(ref writer);
        call.Commit(header + peek.Count);
        return new(peek.Count < peek.MessageLength ? NtStatus.BufferOverflow : NtStatus.Success);
    }
}
