using Symbio.Protocol;
using Symbio.Protocol.Fscc;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_SRV_REQUEST_RESUME_KEY, [MS-SMB2] 3.3.5.15.5: names the open as the source of a copy.</summary>
internal static class SrvRequestResumeKey
{
    public static ValueTask<NtStatus> Handle(FsctlCall call) =>
        new(call.MaxOutput < SrvRequestResumeKeyResponse.MinimumLength
            ? NtStatus.InvalidParameter
            : call.Reply(new SrvRequestResumeKeyResponse(call.Open.GetResumeKey())));
}
