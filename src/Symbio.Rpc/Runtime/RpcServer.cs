using System.Collections.Frozen;
using System.Diagnostics.CodeAnalysis;

namespace Symbio.Rpc.Runtime;

/// <summary>The endpoints of one server, and the way to open a pipe to them. Immutable, thread-safe.</summary>
public sealed class RpcServer
{
    private readonly FrozenDictionary<string, RpcEndpoint> _pipes;

    /// <param name="endpoints">The explicit table of pipes.</param>
    /// <param name="limits">What one connection may cost.</param>
    /// <param name="timeProvider">The clock that handlers see.</param>
    /// <param name="securityProvider">Serves binds that carry credentials; without one they get a bind_nak.</param>
    public RpcServer(
        IEnumerable<RpcEndpoint> endpoints, RpcLimits? limits = null, TimeProvider? timeProvider = null,
        IRpcSecurityProvider? securityProvider = null)
    {
        var pipes = new Dictionary<string, RpcEndpoint>(StringComparer.OrdinalIgnoreCase);
        foreach (var endpoint in endpoints)
        {
            pipes.Add(endpoint.Name, endpoint);
            foreach (string alias in endpoint.Aliases)
                pipes.Add(alias, endpoint);
        }

        _pipes = pipes.ToFrozenDictionary(StringComparer.OrdinalIgnoreCase);
        Limits = limits ?? RpcLimits.Default;
        TimeProvider = timeProvider ?? TimeProvider.System;
        SecurityProvider = securityProvider;
    }

    /// <summary>Is told of an exception that left a handler (a bug); the client gets a fault. May be called from any thread.</summary>
    public Action<RpcCall, Exception>? UnhandledException { get; init; }

    public RpcLimits Limits { get; }

    public TimeProvider TimeProvider { get; }

    public IRpcSecurityProvider? SecurityProvider { get; }

    /// <summary>Names that <see cref="TryOpenPipe"/> knows.</summary>
    public IEnumerable<string> PipeNames => _pipes.Keys;

    /// <summary>True when the pipe exists: what a CREATE on IPC$ and FSCTL_PIPE_WAIT ask.</summary>
    /// <param name="name">With or without leading backslashes and "PIPE\"; in any case.</param>
    public bool HasPipe(string name) => _pipes.ContainsKey(Normalize(name));

    /// <summary>Opens an instance of a pipe; false (STATUS_OBJECT_NAME_NOT_FOUND) when there is none of that name.</summary>
    /// <param name="name">As for <see cref="HasPipe"/>.</param>
    /// <param name="caller">Whoever the transport authenticated.</param>
    /// <param name="pipe">The caller's to dispose of.</param>
    /// <param name="budget">What all pipes of this client may hold; null: only the limits of a single one count.</param>
    public bool TryOpenPipe(
        string name, RpcCaller caller, [NotNullWhen(true)] out RpcPipe? pipe, RpcBudget? budget = null)
    {
        string normalized = Normalize(name);
        pipe = _pipes.TryGetValue(normalized, out var endpoint)
            ? new RpcPipe(this, endpoint, normalized, caller, budget ?? RpcBudget.Unlimited)
            : null;
        return pipe is not null;
    }

    internal RpcAssociationGroups AssociationGroups { get; } = new();

    private static string Normalize(string name)
    {
        name = name.TrimStart('\\');
        return name.StartsWith(@"PIPE\", StringComparison.OrdinalIgnoreCase) ? name[5..] : name;
    }
}
