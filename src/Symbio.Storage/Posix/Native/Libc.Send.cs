using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

internal static unsafe partial class Libc
{
    private const nint CacheStatNumber = 451; // On every architecture; glibc has no function for it.

    /// <summary>The size of what is open.</summary>
    public static Errno Size(int fd, out ulong size)
    {
        var errno = StatFd(fd, StatxMask.Size, out var stat);
        size = stat.Size;
        return errno;
    }

    /// <summary>sendfile(2): from the system's cache to a socket. The file's own position stays.</summary>
    public static Errno SendFile(SafeHandle socket, int fd, ulong offset, int length, out int count)
    {
        long from = (long)offset;
        do
        {
            count = (int)SendFile(socket, fd, &from, (nuint)length);
        }
        while (count < 0 && ErrnoExtensions.Last == Errno.EINTR);
        if (count >= 0)
            return Errno.None;
        count = 0;
        return ErrnoExtensions.Last;
    }

    /// <summary>cachestat(2): how many pages of a range are in memory.</summary>
    public static Errno CountCached(int fd, ulong offset, int length, out ulong pages)
    {
        var range = new CacheStatRange { Offset = offset, Length = (ulong)length };
        CacheStat found;
        var errno = Check((int)Syscall(CacheStatNumber, fd, (nint)(&range), (nint)(&found), 0));
        pages = errno == Errno.None ? found.Cached : 0;
        return errno;
    }

    [LibraryImport(Library, EntryPoint = "sendfile", SetLastError = true)]
    private static partial nint SendFile(SafeHandle socket, int fd, long* offset, nuint count);

    // struct cachestat_range
    private struct CacheStatRange
    {
        public ulong Offset;
        public ulong Length;
    }

    // struct cachestat
    private struct CacheStat
    {
        public ulong Cached;
        public ulong Dirty;
        public ulong Writeback;
        public ulong Evicted;
        public ulong RecentlyEvicted;
    }
}
