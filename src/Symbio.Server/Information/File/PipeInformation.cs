using Symbio.Protocol;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Rpc.Runtime;

namespace Symbio.Server.Information.File;

/// <summary>
/// FilePipeInformation, FilePipeLocalInformation and FilePipeRemoteInformation, [MS-FSCC] 2.4.36 to 2.4.38. Not of files:
/// [MS-FSA] 2.1.5.12 has STATUS_INVALID_PARAMETER for those.
/// </summary>
internal static class PipeInformation
{
    private const uint Unlimited = uint.MaxValue;
    private const uint Quota = 64 << 10;

    public static InformationRow PipeRow { get; } = InformationRow.Both<FilePipeInformation>(
        QueryPipe, SetPipe, AccessMask.ReadAttributes, AccessMask.WriteAttributes, onPipes: true, onFiles: false);

    public static InformationRow LocalRow { get; } = InformationRow.QueryOnly<FilePipeLocalInformation>(
        QueryLocal, AccessMask.ReadAttributes, onPipes: true, onFiles: false);

    public static InformationRow RemoteRow { get; } = InformationRow.QueryOnly<FilePipeRemoteInformation>(
        static query => new(query.Reply(new FilePipeRemoteInformation(0, 0))),
        AccessMask.ReadAttributes, onPipes: true, onFiles: false);

    private static ValueTask<NtStatus> QueryPipe(InformationQuery query)
    {
        RpcPipe pipe = query.Open.Pipe!;
        return new(query.Reply(new FilePipeInformation(
            pipe.IsMessageMode ? PipeReadMode.Message : PipeReadMode.ByteStream,
            pipe.IsNonBlocking ? PipeCompletionMode.Complete : PipeCompletionMode.Queue)));
    }

    private static ValueTask<NtStatus> SetPipe(InformationSet set, FilePipeInformation wanted)
    {
        if (wanted.ReadMode > PipeReadMode.Message || wanted.CompletionMode > PipeCompletionMode.Complete)
            return new(NtStatus.InvalidParameter);
        RpcPipe pipe = set.Open.Pipe!;
        pipe.IsMessageMode = wanted.ReadMode == PipeReadMode.Message;
        pipe.IsNonBlocking = wanted.CompletionMode == PipeCompletionMode.Complete;
        return new(NtStatus.Success);
    }

    private static ValueTask<NtStatus> QueryLocal(InformationQuery query)
    {
        RpcPipe pipe = query.Open.Pipe!;
        return new(query.Reply(new FilePipeLocalInformation(
            NamedPipeType.Message, NamedPipeConfiguration.FullDuplex,
            MaximumInstances: Unlimited, CurrentInstances: 1,
            InboundQuota: Quota, ReadDataAvailable: (uint)pipe.AvailableBytes,
            OutboundQuota: Quota, WriteQuotaAvailable: Quota,
            pipe.IsConnected ? NamedPipeState.Connected : NamedPipeState.Closing, NamedPipeEnd.Client)));
    }
}
