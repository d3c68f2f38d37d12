namespace Symbio.Interop.Tests.Servers;

/// <summary>How the server under test is started. The defaults are Symbio's own: signing required, encryption offered.</summary>
public sealed record ServerSetup
{
    /// <summary>Where it listens. Port 0 takes a free one.</summary>
    public string Address { get; init; } = "127.0.0.1";

    public int Port { get; init; }

    public IReadOnlyList<ShareSetup> Shares { get; init; } = [new(ShareNames.Files)];

    public bool RequireSigning { get; init; } = true;

    /// <summary>The first user is one of the users file, made with `symbio user add --admin`.</summary>
    public bool Administrator { get; init; }

    /// <summary>The account whose process it is, instead of the one that runs the tests.</summary>
    public string? Account { get; init; }

    /// <summary>A command that the server is started by, such as one that puts it into a network of its own; {folder} as below.</summary>
    public IReadOnlyList<string> Through { get; init; } = [];

    /// <summary>Environment variables of the server.</summary>
    public IReadOnlyDictionary<string, string> Variables { get; init; } = new Dictionary<string, string>();

    /// <summary>Further arguments of `symbio serve`; {folder} is the folder of this server.</summary>
    public IReadOnlyList<string> Arguments { get; init; } = [];

    /// <summary>What stands for <see cref="Arguments"/> in the [global] section of smb.conf.</summary>
    public string SambaGlobal { get; init; } = "";

    /// <summary>Error lines that belong to what is tested.</summary>
    public IReadOnlyList<string> AcceptedErrors { get; init; } = [];
}

/// <summary>A share and its folder, which the fixture makes.</summary>
/// <param name="Options">Further ones, as on the command line.</param>
public sealed record ShareSetup(string Name, bool ReadOnly = false, bool Encrypt = false, bool ContinuouslyAvailable = false, string Users = "",
    string Options = "");

/// <summary>The names of shares.</summary>
public static class ShareNames
{
    public const string Files = "files";
    public const string ReadOnly = "readonly";
    public const string Secret = "secret";
}
