namespace Symbio.Identity;

/// <summary>Which Unix account an account of the domain works as.</summary>
public enum DomainUnixMapping
{
    /// <summary>
    /// Base + RID, for users and groups of the server's own domain: the same on every server with the same base, with
    /// nothing to look up and nothing to keep. As Samba's idmap_rid.
    /// </summary>
    Rid,

    /// <summary>The account that the system has for it, by nsswitch: sssd or winbind bring those of a domain.</summary>
    Nss,
}

/// <summary>What <see cref="DomainAccounts"/> are made with.</summary>
public sealed record DomainAccountsOptions
{
    public DomainUnixMapping Mapping { get; init; } = DomainUnixMapping.Rid;

    /// <summary>The uid and gid of RID 0.</summary>
    public uint IdBase { get; init; } = DefaultIdBase;

    /// <summary>Above all that systems give to local accounts, and below what containers are given.</summary>
    public const uint DefaultIdBase = 1_000_000;

    /// <summary>Where the domain's SID and names are kept, so that owners can be shown before anybody logs on; null: nowhere.</summary>
    public string? StateFile { get; init; }

    public IUnixAccounts UnixAccounts { get; init; } = Identity.UnixAccounts.Instance;
}
