using System.Globalization;
using System.Text.Json;
using Microsoft.Win32.SafeHandles;

namespace Symbio.Server.Durability.Persistence;

/// <summary>
/// Persistent handles on the disk: a folder with a file for each. A file is replaced as a whole, so that whenever the server
/// dies there is either the old one or the new one.
/// </summary>
internal sealed class PersistentHandleFolder(string path)
{
    private const string Extension = ".handle";

    /// <summary>Keeps a handle; it is on the disk when this completes.</summary>
    public async ValueTask SaveAsync(PersistentHandle handle)
    {
        byte[] bytes = JsonSerializer.SerializeToUtf8Bytes(handle, PersistentHandleJson.Default.PersistentHandle);
        string file = FileOf(handle.Persistent);
        string next = file + ".new";
        using (SafeFileHandle opened = File.OpenHandle(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await RandomAccess.WriteAsync(opened, bytes, 0).ConfigureAwait(false);
            RandomAccess.FlushToDisk(opened);
        }

        File.Move(next, file, overwrite: true);
    }

    /// <summary>The open has ended.</summary>
    public void Remove(ulong persistent) => File.Delete(FileOf(persistent));

    /// <summary>What an earlier life of the server has left; null for a file that says nothing sensible.</summary>
    public IEnumerable<(string File, PersistentHandle? Handle)> Load()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string left in Directory.EnumerateFiles(path, "*.new"))
            File.Delete(left); // Never answered to anybody.
        foreach (string file in Directory.EnumerateFiles(path, "*" + Extension).Order(StringComparer.Ordinal))
            yield return (file, Read(file));
    }

    private static PersistentHandle? Read(string file)
    {
        try
        {
            return JsonSerializer.Deserialize(File.ReadAllBytes(file), PersistentHandleJson.Default.PersistentHandle);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    private string FileOf(ulong persistent) =>
        Path.Combine(path, persistent.ToString("x16", CultureInfo.InvariantCulture) + Extension);
}
