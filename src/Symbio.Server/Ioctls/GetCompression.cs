using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Server.Ioctls;

/// <summary>
/// FSCTL_GET_COMPRESSION, [MS-FSA] 2.1.5.10.9. The one format that there is a name for stands for whatever the store uses.
/// </summary>
internal static class GetCompression
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        if (call.MaxOutput < CompressionState.MinimumLength)
            return NtStatus.InvalidParameter;
        (NtStatus status, FileStat stat) = await call.Open.File.GetStatAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        bool compressed = (stat.Attributes & FileAttributes.Compressed) != 0;
        return call.Reply(new CompressionState(compressed ? CompressionFormat.Lznt1 : CompressionFormat.None));
    }
}
