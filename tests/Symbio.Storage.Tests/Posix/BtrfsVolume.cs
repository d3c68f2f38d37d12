using System.Diagnostics;

namespace Symbio.Storage.Tests.Posix;

/// <summary>A btrfs file system in a file, mounted as long as the tests of a class run; only root may have one.</summary>
public sealed class BtrfsVolume : IDisposable
{
    private readonly TemporaryFolder _folder = new();

    public BtrfsVolume()
    {
        string image = _folder.Combine("image");
        using (var file = File.Create(image))
            file.SetLength(256L << 20);
        Path = _folder.Combine("mounted");
        Directory.CreateDirectory(Path);
        Missing = Environment.IsPrivilegedProcess
            ? Run("mkfs.btrfs", "-q", image) ?? Run("mount", "-o", "loop", image, Path)
            : "Only root may mount a file system.";
    }

    /// <summary>Where it is mounted.</summary>
    public string Path { get; }

    /// <summary>Why there is none; null when there is one.</summary>
    public string? Missing { get; }

    /// <summary>Makes a subvolume, whose inodes are numbered from 256 as those of every other.</summary>
    public static void CreateSubvolume(string path) => Assert.Null(Run("btrfs", "subvolume", "create", path));

    public void Dispose()
    {
        if (Missing is null)
            Run("umount", "--lazy", Path);
        _folder.Dispose();
    }

    private static string? Run(string program, params string[] arguments)
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
