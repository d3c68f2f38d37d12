using Symbio.Rpc.Interfaces.Lsarpc;
using Symbio.Rpc.Interfaces.Srvsvc;
using Symbio.Rpc.Interfaces.Wkssvc;
using Symbio.Rpc.Runtime;

namespace Symbio.Server.Pipes;

/// <summary>The named pipes of IPC$ and the interfaces behind them.</summary>
internal static class PipeTable
{
    public static RpcServer Create(SmbServer server) => new(
        [
            new RpcEndpoint(SrvsvcInterface.PipeName, [SrvsvcInterface.Create(new SrvsvcHost(server))]),
            new RpcEndpoint(WkssvcInterface.PipeName, [WkssvcInterface.Create(new WkssvcHost(server))]),
            new RpcEndpoint(
                LsarpcInterface.PipeName, [LsarpcInterface.Create(new LsaHost(server))], LsarpcInterface.PipeAlias),
        ],
        timeProvider: server.Time)
    {
        UnhandledException = (call, exception) => ServerLog.RpcCallFailed(
            server.Log, exception, call.Interface.Name, call.Interface.OperationName(call.Opnum) ?? $"opnum {call.Opnum}"),
    };

    /// <summary>
    /// Pipes that an anonymous session may open, where those are allowed at all: what a browser of the network needs.
    /// lsarpc is not among them, because it tells the names of accounts.
    /// </summary>
    public static bool IsOpenToAnonymous(string pipe) =>
        pipe.Equals(SrvsvcInterface.PipeName, StringComparison.OrdinalIgnoreCase)
        || pipe.Equals(WkssvcInterface.PipeName, StringComparison.OrdinalIgnoreCase);
}
