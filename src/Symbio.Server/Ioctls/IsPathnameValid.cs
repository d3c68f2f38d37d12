using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Names;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_IS_PATHNAME_VALID, [MS-FSCC] 2.3.33: whether a name could be one, not whether there is such a file.</summary>
internal static class IsPathnameValid
{
    public static ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        if (!call.TryReadInput(out PathNameBuffer request))
            return new(NtStatus.InvalidParameter);
        string name = request.Name.StartsWith('\\') ? request.Name[1..] : request.Name;
        return new(SharePath.Parse(name, out _) == NtStatus.Success ? call.Reply() : NtStatus.ObjectNameInvalid);
    }
}
