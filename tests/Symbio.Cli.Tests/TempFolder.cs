namespace Symbio.Cli.Tests;

/// <summary>A folder that is gone after the test.</summary>
internal sealed class TempFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("symbio-cli-").FullName;

    public string File(string name) => System.IO.Path.Combine(Path, name);

    public string Write(string name, string text, UnixFileMode mode = UnixFileMode.UserRead | UnixFileMode.UserWrite)
    {
        string file = File(name);
        System.IO.File.WriteAllText(file, text);
        System.IO.File.SetUnixFileMode(file, mode);
        return file;
    }

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
