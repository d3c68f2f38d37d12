namespace Symbio.Rpc.Runtime;

/// <summary>Who calls: what the transport (the SMB session) or a security context knows of the peer. Immutable.</summary>
public sealed record RpcCaller
{
    /// <summary>A caller of whom nothing is known.</summary>
    public static RpcCaller Anonymous { get; } = new();

    /// <summary>The server's own security token; Symbio.Rpc passes it through to the hosts.</summary>
    public object? Token { get; init; }

    /// <summary>False for anonymous sessions, and for guests where the host says so.</summary>
    public bool IsAuthenticated { get; init; }

    /// <summary>May see and change what [MS-SRVS] and its like keep for administrators and operators.</summary>
    public bool IsAdministrator { get; init; }

    /// <summary>The account's name without its domain; empty when anonymous.</summary>
    public string UserName { get; init; } = "";

    /// <summary>The account's domain (or this computer's name for a local account).</summary>
    public string DomainName { get; init; } = "";

    /// <summary>The name the client gives itself, without leading backslashes; may be empty.</summary>
    public string ClientName { get; init; } = "";

    /// <summary>The client's address as text, without a port.</summary>
    public string ClientAddress { get; init; } = "";

    /// <summary>The name by which the client addressed this server, without backslashes; may be empty.</summary>
    public string ServerName { get; init; } = "";

    /// <summary>The session key that interfaces such as samr encrypt passwords with; empty when there is none.</summary>
    public ReadOnlyMemory<byte> SessionKey { get; init; }
}
