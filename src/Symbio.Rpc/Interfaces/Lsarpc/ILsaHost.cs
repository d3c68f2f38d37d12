using Symbio.Protocol.Dtyp;

namespace Symbio.Rpc.Interfaces.Lsarpc;

/// <summary>
/// The accounts behind lsarpc. Well-known and BUILTIN names need no host; Symbio.Rpc answers them. Thread-safe. A host never
/// blocks: who calls may be on the thread of a socket.
/// </summary>
public interface ILsaHost
{
    LsaPolicyRecord GetPolicy();

    /// <summary>Finds an account by name, in any case.</summary>
    /// <param name="domain">Null when the name came alone: look in the account domain, then in trusted ones.</param>
    /// <returns>Null when there is none.</returns>
    ValueTask<LsaAccount?> FindByNameAsync(string? domain, string name, CancellationToken cancellationToken);

    /// <summary>Finds an account by SID. Never asked for well-known, BUILTIN or S-1-22 SIDs.</summary>
    ValueTask<LsaAccount?> FindBySidAsync(Sid sid, CancellationToken cancellationToken);

    /// <summary>The name of a Unix user, for S-1-22-1-uid; null when there is none.</summary>
    ValueTask<string?> FindUnixUserAsync(uint uid, CancellationToken cancellationToken);

    /// <summary>The name of a Unix group, for S-1-22-2-gid; null when there is none.</summary>
    ValueTask<string?> FindUnixGroupAsync(uint gid, CancellationToken cancellationToken);

    /// <summary>The uid of "Unix User\name"; null when there is none.</summary>
    ValueTask<uint?> FindUnixUserIdAsync(string name, CancellationToken cancellationToken);

    /// <summary>The gid of "Unix Group\name"; null when there is none.</summary>
    ValueTask<uint?> FindUnixGroupIdAsync(string name, CancellationToken cancellationToken);
}

/// <summary>What LsarQueryInformationPolicy tells, [MS-LSAD] 3.1.1.1.</summary>
/// <param name="AccountDomainName">The domain of the local accounts: the computer's NetBIOS name.</param>
/// <param name="AccountDomainSid">S-1-5-21-…</param>
/// <param name="PrimaryDomainName">NetBIOS name of the joined domain, or the workgroup.</param>
public sealed record LsaPolicyRecord(string AccountDomainName, Sid AccountDomainSid, string PrimaryDomainName)
{
    /// <summary>Null in a workgroup.</summary>
    public Sid? PrimaryDomainSid { get; init; }

    public string DnsDomainName { get; init; } = "";

    public string DnsForestName { get; init; } = "";

    public Guid DomainGuid { get; init; }
}

/// <summary>A name and its SID.</summary>
/// <param name="DomainSid">The SID that <paramref name="Sid"/> continues, or itself for a domain.</param>
public sealed record LsaAccount(Sid Sid, SidNameUse Use, string DomainName, Sid DomainSid, string Name);

/// <summary>SID_NAME_USE, [MS-LSAT] 2.2.13.</summary>
public enum SidNameUse : ushort
{
    /// <summary>Not in the specification: no value.</summary>
    None = 0,
    /// <summary>SidTypeUser</summary>
    User = 1,
    /// <summary>SidTypeGroup</summary>
    Group = 2,
    /// <summary>SidTypeDomain</summary>
    Domain = 3,
    /// <summary>SidTypeAlias</summary>
    Alias = 4,
    /// <summary>SidTypeWellKnownGroup</summary>
    WellKnownGroup = 5,
    /// <summary>SidTypeDeletedAccount</summary>
    DeletedAccount = 6,
    /// <summary>SidTypeInvalid</summary>
    Invalid = 7,
    /// <summary>SidTypeUnknown</summary>
    Unknown = 8,
    /// <summary>SidTypeComputer</summary>
    Computer = 9,
    /// <summary>SidTypeLabel</summary>
    Label = 10,
}
