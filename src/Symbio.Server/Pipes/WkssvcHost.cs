using Symbio.Rpc.Interfaces.Wkssvc;
using Symbio.Rpc.Runtime;

namespace Symbio.Server.Pipes;

/// <summary>The Workstation Service over a server's own tables, [MS-WKST] 3.2.1.</summary>
internal sealed class WkssvcHost(SmbServer server) : IWkssvcHost
{
    public WorkstationRecord GetWorkstation() =>
        new(server.Options.ServerName, server.Options.DomainName, IsDomainMember: false)
        {
            DnsName = server.Options.ServerName.ToLowerInvariant(),
        };

    /// <summary>Nobody sits at this computer; who is connected, srvsvc tells.</summary>
    public ValueTask<IReadOnlyList<LoggedOnUser>> GetUsersAsync(RpcCaller caller, CancellationToken cancellationToken) =>
        new([]);
}
