using System.Runtime.CompilerServices;

namespace Symbio.Cli.Tests;

/// <summary>The source tree that this test was built from.</summary>
internal static class Repository
{
    public static string Root { get; } = Path.GetFullPath(Path.Combine(Here(), "..", ".."));

    /// <summary>With SYMBIO_UPDATE=1 the tests write what they would else compare.</summary>
    public static bool Updates => Environment.GetEnvironmentVariable("SYMBIO_UPDATE") == "1";

    private static string Here([CallerFilePath] string path = "") => Path.GetDirectoryName(path)!;
}
