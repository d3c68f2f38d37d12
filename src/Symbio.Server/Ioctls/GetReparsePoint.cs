using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Server.Opens;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_GET_REPARSE_POINT, [MS-FSA] 2.1.5.10.14. Any open of the file may ask.</summary>
internal static class GetReparsePoint
{
    public static async ValueTask<NtStatus> HandleAsync(FsctlCall call)
    {
        Open open = call.Open;
        (NtStatus status, ReparseDataBuffer data) = await open.File
            .GetReparsePointAsync(CancellationToken.None).ConfigureAwait(false);
        if (status.IsError)
            return status;
        int header = data.Length - data.Data.Length;
        if (call.MaxOutput < header)
            return NtStatus.BufferTooSmall;
        if (call.MaxOutput >= data.Length)
            return call.Reply(data);

        byte[] whole = new byte[data.Length]; // As much as the client takes.
        var writer = new WireWriter(whole);
        data.Write(ref writer);
        whole.AsSpan(0, call.MaxOutput).CopyTo(call.Reserve(call.MaxOutput).Span);
        call.Commit(call.MaxOutput);
        return NtStatus.BufferOverflow;
    }
}
