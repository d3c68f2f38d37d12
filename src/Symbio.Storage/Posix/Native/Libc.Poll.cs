using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

/// <summary>struct pollfd.</summary>
internal struct PollFd
{
    public int Fd;
    public short Events;
    public short Returned;

    /// <summary>POLLIN</summary>
    public const short Readable = 1;
}

internal static unsafe partial class Libc
{
    private const int EventFdFlags = OpenFlags.CloseOnExec | OpenFlags.NonBlock;

    /// <summary>Waits until one of the descriptors can be read.</summary>
    public static Errno Poll(Span<PollFd> descriptors)
    {
        fixed (PollFd* pointer = descriptors)
            return Check(PollCall(pointer, (nuint)descriptors.Length, -1));
    }

    /// <summary>A descriptor to wake a thread that polls.</summary>
    public static Errno CreateEvent(out int fd)
    {
        fd = EventFd(0, EventFdFlags);
        return Check(fd);
    }

    public static void SetEvent(int fd)
    {
        ulong one = 1;
        _ = Write(fd, &one, sizeof(ulong)); // It cannot run over: nobody wakes 2^64 times without a look.
    }

    public static void ResetEvent(int fd)
    {
        ulong count;
        _ = Read(fd, (byte*)&count, sizeof(ulong));
    }

    [LibraryImport(Library, EntryPoint = "poll", SetLastError = true)]
    private static partial int PollCall(PollFd* descriptors, nuint count, int timeout);

    [LibraryImport(Library, EntryPoint = "eventfd", SetLastError = true)]
    private static partial int EventFd(uint value, int flags);

    [LibraryImport(Library, EntryPoint = "write", SetLastError = true)]
    private static partial nint Write(int fd, void* buffer, nuint size);
}
