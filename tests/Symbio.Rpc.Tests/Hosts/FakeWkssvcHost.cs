using Symbio.Rpc.Interfaces.Wkssvc;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Tests.Hosts;

internal sealed class FakeWkssvcHost : IWkssvcHost
{
    public WorkstationRecord GetWorkstation() => new("SYMBIO", "WORKGROUP", false) { DnsName = "symbio.example" };

    public ValueTask<IReadOnlyList<LoggedOnUser>> GetUsersAsync(RpcCaller caller, CancellationToken cancellationToken) =>
        new([new LoggedOnUser("anna", "SYMBIO", "SYMBIO")]);
}
