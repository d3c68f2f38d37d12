using Symbio.Rpc.Interfaces.Lsarpc;
using Symbio.Rpc.Interfaces.Srvsvc;
using Symbio.Rpc.Interfaces.Wkssvc;
using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Tests.Hosts;

internal static class TestEndpoints
{
    public static RpcServer Create(
        FakeSrvsvcHost? srvsvc = null, RpcLimits? limits = null, TimeProvider? time = null,
        IRpcSecurityProvider? security = null, Action<Exception>? onException = null) =>
        new(
            [
                new RpcEndpoint(SrvsvcInterface.PipeName, [SrvsvcInterface.Create(srvsvc ?? new FakeSrvsvcHost())]),
                new RpcEndpoint(WkssvcInterface.PipeName, [WkssvcInterface.Create(new FakeWkssvcHost())]),
                new RpcEndpoint(
                    LsarpcInterface.PipeName, [LsarpcInterface.Create(new FakeLsaHost())], LsarpcInterface.PipeAlias),
            ],
            limits, time, security)
        {
            UnhandledException = (_, exception) => onException?.Invoke(exception),
        };
}
