using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Protocol.Smb2;
using Symbio.Server.Durability;
using Symbio.Server.Opens;

namespace Symbio.Server.Ioctls;

/// <summary>FSCTL_LMR_REQUEST_RESILIENCY, [MS-SMB2] 3.3.5.15.9: the open waits for its client, whatever it caches.</summary>
internal static class LmrRequestResiliency
{
    private static readonly TimeSpan DefaultTimeout = TimeSpan.FromSeconds(120);

    // MaxResiliencyTimeout, as in Windows.
    private static readonly TimeSpan LongestTimeout = TimeSpan.FromSeconds(300);

    public static ValueTask<NtStatus> Handle(FsctlCall call)
    {
        if (!call.TryReadInput(out NetworkResiliencyRequest request) || call.Context.Connection.Dialect < Dialect.Smb210)
            return new(NtStatus.InvalidParameter);
        var timeout = TimeSpan.FromMilliseconds(request.Timeout);
        if (timeout > LongestTimeout)
            return new(NtStatus.InvalidParameter);
        Open open = call.Open;
        DurableState durable = open.Durable ??= new DurableState(open.Server.Scheduler)
        {
            Owner = call.Context.Session.Identity!.Token.UserSid,
            ClientGuid = call.Context.Connection.Negotiated!.ClientGuid,
        };
        durable.IsDurable = false;
        durable.IsResilient = true;
        durable.Timeout = timeout == TimeSpan.Zero ? DefaultTimeout : timeout;
        return new(call.Reply());
    }
}
