using System.Text;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Names of files that the server itself keeps beside the shares.</summary>
public static class NamesOnDisk
{
    private const int WorkingDirectory = -100; // AT_FDCWD

    /// <summary>
    /// Returns when the names in a directory are on stable storage: what was created, renamed or deleted in it stays so after
    /// a power cut. Not every file system can do it: no error then.
    /// </summary>
    /// <exception cref="IOException">They are not there, and perhaps never will be.</exception>
    public static void Flush(string directory)
    {
        byte[] path = Encoding.UTF8.GetBytes(directory + '\0');
        var errno = Libc.OpenAt2(
            WorkingDirectory, path, OpenFlags.ReadOnly | OpenFlags.Directory, 0, ResolveFlags.None, out int fd);
        if (errno == Errno.None)
        {
            using var opened = new OwnedFd(fd);
            errno = Libc.Sync(fd);
        }

        if (errno is not (Errno.None or Errno.EINVAL or Errno.EOPNOTSUPP))
            throw new IOException($"{directory}: {errno}");
    }
}
