namespace Symbio.Identity;

/// <summary>A user that this server knows by itself.</summary>
public sealed record LocalUser
{
    /// <summary>
    /// Longest account name, [MS-SAMR] 3.1.1.8.4 for SAM accounts would say 20; domain members use more.
    /// </summary>
    public const int MaxNameLength = 64;

    /// <summary>Account name. Compares without regard to case.</summary>
    public required string Name { get; init; }

    /// <summary>Relative id in the machine's domain. Never used again after the user is gone.</summary>
    public required uint Rid { get; init; }

    /// <summary>NTOWFv1, the MD4 hash of the password: as good as the password itself to whoever reads it.</summary>
    public required ReadOnlyMemory<byte> NtHash { get; init; }

    public string FullName { get; init; } = "";

    /// <summary>Cannot log on.</summary>
    public bool Disabled { get; init; }

    /// <summary>Member of BUILTIN\Administrators: may administer the server.</summary>
    public bool Administrator { get; init; }

    /// <summary>
    /// The Unix account to work as, without which the user cannot log on. Null: the one of the same name, if there is one;
    /// "": none, the service's own.
    /// </summary>
    public string? UnixAccount { get; init; }

    /// <summary>Names of local groups.</summary>
    public IReadOnlyList<string> Groups { get; init; } = [];

    /// <summary>Null when <paramref name="name"/> can be an account's, else what is wrong with it.</summary>
    public static string? CheckName(string name)
    {
        if (name.Length is 0 or > MaxNameLength)
            return $"a user name has 1 to {MaxNameLength} characters";
        // [MS-SAMR] 3.1.1.8.4, and '@', which would make it a user principal name.
        foreach (char c in name)
            if (c < ' ' || c == 0x7F || "\"/\\[]:|<>+=;,?*@".Contains(c))
                return $"a user name has none of \" / \\ [ ] : | < > + = ; , ? * @ and no control characters, '{name}' has";
        return name.AsSpan().Trim(". ").IsEmpty || name[0] == ' ' || name[^1] is ' ' or '.'
            ? "a user name does not begin or end with a space, nor end with a dot"
            : null;
    }
}

/// <summary>A local group: a name for several users in security descriptors and shares.</summary>
/// <param name="UnixGroup">The Unix group that stands for it on disk; null for none.</param>
public sealed record LocalGroup(string Name, uint Rid, string? UnixGroup = null);
