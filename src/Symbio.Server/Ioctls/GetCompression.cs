using Symbio.Protocol;
using Symbio.Protocol.Fscc;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_GET_COMPRESSION, [MS-FSA] 2.1.5.10.9: no file is compressed.</summary>
internal static class GetCompression
{
    public static ValueTask<NtStatus> Handle(FsctlCall call) =>
        new(call.MaxOutput < CompressionState.MinimumLength
            ? NtStatus.InvalidParameter
            : call.Reply(new CompressionState(CompressionFormat.None)));
}
