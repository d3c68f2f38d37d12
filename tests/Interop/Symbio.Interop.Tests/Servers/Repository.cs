namespace Symbio.Interop.Tests.Servers;

/// <summary>The repository that these tests belong to.</summary>
internal static class Repository
{
    public static string Root { get; } = FindRoot();

    private static string FindRoot()
    {
        for (string? folder = AppContext.BaseDirectory; folder is not null; folder = Path.GetDirectoryName(folder))
        {
            if (File.Exists(Path.Combine(folder, "Symbio.slnx")))
                return folder;
        }

        throw new InvalidOperationException("These tests run from inside the repository.");
    }
}
