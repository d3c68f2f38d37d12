using System.Buffers.Text;

namespace Symbio.Storage.Posix.Native;

/// <summary>The name of an open descriptor, /proc/self/fd/N, for calls that take only a path.</summary>
internal static class ProcFd
{
    /// <summary>Room for the path with its NUL.</summary>
    public const int MaxLength = 32;

    private static ReadOnlySpan<byte> Prefix => "/proc/self/fd/"u8;

    /// <summary>Writes the path and a NUL; returns the length without it.</summary>
    public static int Format(int fd, Span<byte> destination)
    {
        Prefix.CopyTo(destination);
        Utf8Formatter.TryFormat(fd, destination[Prefix.Length..], out int digits);
        int length = Prefix.Length + digits;
        destination[length] = 0;
        return length;
    }
}
