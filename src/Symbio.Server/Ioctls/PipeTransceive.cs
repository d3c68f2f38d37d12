using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Server.Pipes;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_PIPE_TRANSCEIVE, [MS-SMB2] 3.3.5.15.3: one WRITE and the READ of its answer.</summary>
internal static class PipeTransceive
{
    private const AccessMask Needed = AccessMask.ReadData | AccessMask.WriteData;

    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        if ((call.Open.GrantedAccess & Needed) != Needed)
            return NtStatus.AccessDenied;
        using var buffer = new PipeBuffer(call.Request.MaxOutputResponse);
        (NtStatus status, int count) = await PipeIo
            .RunAsync(call.Context, call.Open.Pipe!, call.Request.Input, buffer.Memory).ConfigureAwait(false);
        if (status.IsError)
            return status;
        buffer.Memory.Span[..count].CopyTo(call.Reserve(count).Span);
        call.Commit(count);
        return status;
    }
}
