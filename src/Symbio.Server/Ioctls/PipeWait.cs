using Symbio.Protocol;
using Symbio.Protocol.Fscc;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_PIPE_WAIT, [MS-SMB2] 3.3.5.15.10 and [MS-FSCC] 2.3: waits for a free instance of a pipe. Ours have as many as
/// anybody wants, so there is never anything to wait for.
/// </summary>
internal static class PipeWait
{
    public static ValueTask<NtStatus> Handle(FsctlCall call)
    {
        if (!call.Context.Tree.Share.IsIpc)
            return new(NtStatus.NotSupported);
        if (!call.TryReadInput(out PipeWaitRequest request))
            return new(NtStatus.InvalidParameter);
        return new(call.Context.Server.Pipes.HasPipe(request.Name) ? call.Reply() : NtStatus.ObjectNameNotFound);
    }
}
