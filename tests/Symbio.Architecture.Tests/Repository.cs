using System.Runtime.CompilerServices;
using System.Xml.Linq;

namespace Symbio.Architecture.Tests;

/// <summary>The working tree that this test was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "../.."));

    public static IEnumerable<string> Projects(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.csproj", SearchOption.AllDirectories);

    public static IEnumerable<string> Sources(string folder) =>
        Directory.EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(f => !f.Contains("/obj/") && !f.Contains("/bin/"));

    public static IEnumerable<string> References(string project, string element) =>
        XDocument.Load(project).Descendants(element).Select(e => (string)e.Attribute("Include")!);

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
