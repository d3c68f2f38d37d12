using System.Diagnostics;

namespace Symbio.Storage.Tests.Posix;

/// <summary>A file system in a file, mounted as long as the tests of a class run; only root may have one.</summary>
public abstract class MountedVolume : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    protected MountedVolume(string make, long size, string options = "loop")
    {
        string image = _folder.Combine("image");
        using (var file = File.Create(image))
            file.SetLength(size);
        Path = _folder.Combine("mounted");
        Directory.CreateDirectory(Path);
        Missing = Environment.IsPrivilegedProcess
            ? Run(make, "-q", image) ?? Run("mount", "-o", options, image, Path)
            : "Only root may mount a file system.";
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Why there is none; null when there is one.</summary>
    public string? Missing { get; }

    public void Dispose()
    {
        GC.SuppressFinalize(this);
        if (Missing is null)
            Run("umount", "--lazy", Path);
        _folder.Dispose();
    }

    /// <summary>Null, or why it failed.</summary>
    protected static string? Run(string program, params string[] arguments)
    {
        try
        {
            var start = new ProcessStartInfo(program, arguments)
            {
                RedirectStandardError = true,
                RedirectStandardOutput = true,
                Environment = { ["PATH"] = "/usr/sbin:/sbin:/usr/bin:/bin" },
            };
            using var process = Process.Start(start)!;
            string error = process.StandardError.ReadToEnd();
            process.WaitForExit();
            return process.ExitCode == 0 ? null : $"{program}: {error.Trim()}";
        }
        catch (System.ComponentModel.Win32Exception)
        {
            return $"There is no {program}: eng/install-peers.";
        }
    }
}
