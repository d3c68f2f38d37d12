namespace Symbio.Rpc.Runtime;

/// <summary>A named pipe and the interfaces that are reached through it.</summary>
/// <param name="Name">Without "\PIPE\": "srvsvc".</param>
/// <param name="Aliases">Other names that open the same endpoint.</param>
public sealed record RpcEndpoint(string Name, IReadOnlyList<RpcInterface> Interfaces, params string[] Aliases);
