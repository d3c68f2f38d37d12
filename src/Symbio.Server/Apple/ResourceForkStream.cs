using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;

namespace Symbio.Server.Apple;

/// <summary>
/// The stream AFP_Resource: a fork is part of every file of macOS, so that it cannot be deleted, only emptied. (Apple's server
/// says yes to a deletion and leaves the bytes; macOS counts on that.)
/// </summary>
internal sealed class ResourceForkStream(IStoreFile file) : AppleStream(file, AfpInfo.ResourceName)
{
    public override ValueTask<NtStatus> DeleteAsync(StoreCaller caller, CancellationToken cancellationToken) =>
        new(NtStatus.Success);

    public override ValueTask<NtStatus> RenameStreamAsync(
        string newName, bool replace, CancellationToken cancellationToken) => new(NtStatus.AccessDenied);
}
