using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Notifications;
using Symbio.Server.Opens;
using Symbio.Storage;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_SET_COMPRESSION, [MS-FSA] 2.1.5.10.34. Where the store does not compress, files stay as they are and it is no
/// error to say so.
/// </summary>
internal static class SetCompression
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        if (!call.TryReadInput(out CompressionState request) || request.CompressionFormat > CompressionFormat.Lznt1)
            return NtStatus.InvalidParameter;
        if ((open.GrantedAccess & AccessMask.WriteData) == 0)
            return NtStatus.AccessDenied;
        bool compressed = request.CompressionFormat != CompressionFormat.None;
        if ((open.Tree.Share.Store.Capabilities & StoreCapabilities.Compression) == 0)
            return compressed ? NtStatus.NotSupported : call.Reply();
        if (open.Tree.Share.IsReadOnly)
            return NtStatus.MediaWriteProtected;
        NtStatus status = await open
            .ChangeAsync(file => file.SetCompressionAsync(compressed, CancellationToken.None)).ConfigureAwait(false);
        if (status.IsError)
            return status;
        open.Modified(CompletionFilter.Attributes);
        return call.Reply();
    }
}
