using Microsoft.Win32.SafeHandles;
using Symbio.Storage.Posix;

namespace Symbio.Server.Durability.Persistence;

/// <summary>
/// Persistent handles on the disk: a folder with a file for each. A file is replaced as a whole, so that whenever the server
/// dies there is either the old one or the new one.
/// </summary>
public sealed class HandleFolder(string path) : IHandleStorage
{
    private const string Extension = ".handle";

    /// <inheritdoc/>
    public async ValueTask SaveAsync(string name, ReadOnlyMemory<byte> record)
    {
        string file = FileOf(name);
        string next = file + ".new";
        using (SafeFileHandle opened = File.OpenHandle(next, FileMode.Create, FileAccess.Write, FileShare.None))
        {
            await RandomAccess.WriteAsync(opened, record, 0).ConfigureAwait(false);
            RandomAccess.FlushToDisk(opened);
        }

        File.Move(next, file, overwrite: true);
        if (!OperatingSystem.IsWindows())
            NamesOnDisk.Flush(path);
    }

    /// <inheritdoc/>
    /// <remarks>
    /// After a power cut it may be there again: nobody comes for it, and it goes with the time that its client has for that.
    /// </remarks>
    public void Remove(string name) => File.Delete(FileOf(name));

    /// <inheritdoc/>
    public IEnumerable<(string Name, byte[] Record)> Load()
    {
        if (OperatingSystem.IsWindows())
            Directory.CreateDirectory(path);
        else
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        foreach (string left in Directory.EnumerateFiles(path, "*.new"))
            File.Delete(left); // Never answered to anybody.
        foreach (string file in Directory.EnumerateFiles(path, "*" + Extension).Order(StringComparer.Ordinal))
            yield return (Path.GetFileNameWithoutExtension(file), File.ReadAllBytes(file));
    }

    private string FileOf(string name) => Path.Combine(path, name + Extension);
}
