using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_SET_COMPRESSION, [MS-FSA] 2.1.5.10.34: files stay as they are, uncompressed.</summary>
internal static class SetCompression
{
    public static ValueTask<NtStatus> Handle(FsctlCall call)
    {
        if (!call.TryReadInput(out CompressionState request))
            return new(NtStatus.InvalidParameter);
        if ((call.Open.GrantedAccess & AccessMask.WriteData) == 0)
            return new(NtStatus.AccessDenied);
        return new(request.CompressionFormat == CompressionFormat.None ? call.Reply() : NtStatus.NotSupported);
    }
}
