namespace Symbio.Architecture.Tests;

/// <summary>Dependencies point one way; docs/ARCHITECTURE.md says why.</summary>
public sealed class DependencyTests
{
    // What each part may stand on. A part that is not named here is a new room: give it a row.
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Symbio.Protocol"] = [],
        ["Symbio.Transport"] = [],
        ["Symbio.Security"] = ["Symbio.Protocol"],
        ["Symbio.Storage"] = ["Symbio.Protocol"],
        ["Symbio.Cluster"] = ["Symbio.Protocol"],
        ["Symbio.Rpc"] = ["Symbio.Protocol", "Symbio.Security"],
        ["Symbio.Identity"] = ["Symbio.Protocol", "Symbio.Security", "Symbio.Rpc"],
        ["Symbio.Client"] = ["Symbio.Protocol", "Symbio.Transport", "Symbio.Security"],
        ["Symbio.Server"] =
        [
            "Symbio.Protocol", "Symbio.Transport", "Symbio.Security", "Symbio.Storage", "Symbio.Cluster", "Symbio.Rpc",
            "Symbio.Identity",
        ],
        ["Symbio.Cli"] =
        [
            "Symbio.Protocol", "Symbio.Transport", "Symbio.Security", "Symbio.Storage", "Symbio.Cluster", "Symbio.Rpc",
            "Symbio.Identity", "Symbio.Server", "Symbio.Client",
        ],
    };

    // Packages that a part other than the command line may use: an embedder takes them on too.
    private static readonly string[] AllowedPackages = ["Microsoft.Extensions.Logging.Abstractions"];

    public static TheoryData<string> SourceProjects => [.. Repository.Projects("src").Select(p => Path.GetFileNameWithoutExtension(p)!)];

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void A_part_stands_only_on_what_it_may(string part)
    {
        string project = Repository.Projects("src").Single(p => Path.GetFileNameWithoutExtension(p) == part);

        IEnumerable<string> references = Repository.References(project, "ProjectReference")
            .Select(r => Path.GetFileNameWithoutExtension(r.Replace('\\', '/')));

        Assert.True(Allowed.ContainsKey(part), $"{part} has no row in this test.");
        Assert.Empty(references.Except(Allowed[part]));
    }

    [Theory]
    [MemberData(nameof(SourceProjects))]
    public void What_a_server_is_embedded_with_has_no_dependency_on_the_command_line_or_on_ASP_NET(string part)
    {
        if (part == "Symbio.Cli")
            return;
        string project = Repository.Projects("src").Single(p => Path.GetFileNameWithoutExtension(p) == part);

        Assert.Empty(Repository.References(project, "FrameworkReference"));
        Assert.Empty(Repository.References(project, "PackageReference").Except(AllowedPackages));
    }
}
