using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

/// <summary>inotify(7) events.</summary>
[Flags]
internal enum InotifyMask : uint
{
    Modify = 0x2,
    Attributes = 0x4,
    MovedFrom = 0x40,
    MovedTo = 0x80,
    Create = 0x100,
    Delete = 0x200,
    DeleteSelf = 0x400,
    Unmount = 0x2000,
    QueueOverflow = 0x4000,
    Ignored = 0x8000,
    OnlyDirectory = 0x01000000,
    ExclusiveUnlink = 0x04000000,
    IsDirectory = 0x40000000,
}

internal static unsafe partial class Libc
{
    private const int InotifyFlags = OpenFlags.NonBlock | OpenFlags.CloseOnExec;

    public static Errno CreateInotify(out int fd)
    {
        fd = InotifyInit(InotifyFlags);
        return Check(fd);
    }

    /// <summary>Watches the directory that is open (O_PATH will do).</summary>
    public static Errno AddWatch(int inotify, int directory, InotifyMask mask, out int watch)
    {
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(directory, path);
        fixed (byte* pointer = path)
            watch = InotifyAddWatch(inotify, pointer, mask);
        return Check(watch);
    }

    public static Errno RemoveWatch(int inotify, int watch) => Check(InotifyRemoveWatch(inotify, watch));

    /// <summary>Events that are queued; EAGAIN when there are none.</summary>
    public static Errno ReadEvents(int inotify, Span<byte> buffer, out int length)
    {
        fixed (byte* pointer = buffer)
            length = (int)Read(inotify, pointer, (nuint)buffer.Length);
        return Check(length);
    }

    [LibraryImport(Library, EntryPoint = "inotify_init1", SetLastError = true)]
    private static partial int InotifyInit(int flags);

    [LibraryImport(Library, EntryPoint = "inotify_add_watch", SetLastError = true)]
    private static partial int InotifyAddWatch(int inotify, byte* path, InotifyMask mask);

    [LibraryImport(Library, EntryPoint = "inotify_rm_watch", SetLastError = true)]
    private static partial int InotifyRemoveWatch(int inotify, int watch);

    [LibraryImport(Library, EntryPoint = "read", SetLastError = true)]
    private static partial nint Read(int fd, byte* buffer, nuint size);
}
