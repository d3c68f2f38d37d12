using Symbio.Protocol.Dtyp;

namespace Symbio.Identity;

/// <summary>Who logged on: Session.SecurityContext, [MS-SMB2] 3.3.1.8.</summary>
public sealed record LogonIdentity
{
    /// <summary>Account name as the account database spells it; "" for anonymous.</summary>
    public required string UserName { get; init; }

    /// <summary>Domain, workgroup or server that knows the account.</summary>
    public required string DomainName { get; init; }

    /// <summary>Security identifiers and privileges.</summary>
    public required SecurityToken Token { get; init; }

    /// <summary>The Unix account that file-system operations run as; null: the service's own.</summary>
    public UnixIdentity? Unix { get; init; }

    /// <summary>Logged on without an account, under the guest rules.</summary>
    public bool IsGuest { get; init; }

    /// <summary>Logged on with empty credentials.</summary>
    public bool IsAnonymous { get; init; }

    /// <summary>May administer the server (close sessions and files, change shares).</summary>
    public bool IsAdministrator { get; init; }

    /// <summary>When the session must authenticate again; null for never.</summary>
    public DateTimeOffset? ExpirationTime { get; init; }
}

/// <summary>A Unix account.</summary>
public sealed record UnixIdentity(uint Uid, uint Gid, IReadOnlyList<uint> Groups);
