using Symbio.Rpc.Runtime;

namespace Symbio.Rpc.Interfaces.Wkssvc;

/// <summary>What wkssvc shows, in terms of [MS-WKST] 3.2.1. Thread-safe.</summary>
public interface IWkssvcHost
{
    WorkstationRecord GetWorkstation();

    /// <summary>Who is logged on; only administrators get here. An empty list is a good answer.</summary>
    ValueTask<IReadOnlyList<LoggedOnUser>> GetUsersAsync(RpcCaller caller, CancellationToken cancellationToken);
}

/// <summary>This computer and what it belongs to.</summary>
/// <param name="ComputerName">NetBIOS name.</param>
/// <param name="DomainName">NetBIOS name of the domain, or the workgroup.</param>
/// <param name="IsDomainMember">False: a workgroup.</param>
public sealed record WorkstationRecord(string ComputerName, string DomainName, bool IsDomainMember)
{
    /// <summary>Fully qualified name, when there is one; for NetrEnumerateComputerNames.</summary>
    public string? DnsName { get; init; }

    public IReadOnlyList<string> AlternateNames { get; init; } = [];

    public uint VersionMajor { get; init; } = 10;

    public uint VersionMinor { get; init; }

    /// <summary>wki101_lanroot: of no use today, and empty on Windows.</summary>
    public string LanRoot { get; init; } = "";

    public uint LoggedOnUsers { get; init; }
}

/// <summary>A user, as WKSTA_USER_INFO_1 shows it.</summary>
public sealed record LoggedOnUser(string UserName, string LogonDomain, string LogonServer);
