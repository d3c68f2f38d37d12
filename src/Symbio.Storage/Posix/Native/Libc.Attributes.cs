using System.Runtime.InteropServices;
using Symbio.Protocol.Dtyp;

namespace Symbio.Storage.Posix.Native;

/// <summary>struct timespec of 64-bit Linux, as utimensat(2) takes it.</summary>
internal struct TimeSpec
{
    private const long UtimeOmit = (1L << 30) - 2;

    public long Seconds;
    public long Nanoseconds;

    /// <summary>Leave this time as it is.</summary>
    public static TimeSpec Omit => new() { Nanoseconds = UtimeOmit };

    public readonly FileTime ToFileTime() => FileTime.FromUnix(Seconds, (uint)Nanoseconds);
}

internal static unsafe partial class Libc
{
    private const int ClockRealtimeCoarse = 5;

    /// <summary>
    /// The clock that the kernel stamps files by. It moves in ticks, and is behind the exact one by as much as the tick is late.
    /// </summary>
    public static TimeSpec StampTime()
    {
        TimeSpec time = default;
        return ClockGetTime(ClockRealtimeCoarse, &time) == 0 ? time : default; // Every Linux has it.
    }

    /// <summary>Sets both times of what is open; O_PATH will do.</summary>
    public static Errno SetTimes(int fd, TimeSpec access, TimeSpec modify)
    {
        var times = stackalloc TimeSpec[2] { access, modify };
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        fixed (byte* pointer = path)
            return Check(UTimeNsAt(AtFdCwd, pointer, times, 0));
    }

    /// <summary>Sets the permission bits of what is open; O_PATH will do.</summary>
    public static Errno ChangeMode(int fd, uint mode)
    {
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        fixed (byte* pointer = path)
            return Check(ChMod(pointer, mode));
    }

    /// <summary>Sets owner and group; uint.MaxValue leaves one.</summary>
    public static Errno ChangeOwner(int fd, uint uid, uint gid)
    {
        byte empty = 0;
        return Check(FChOwnAt(fd, &empty, uid, gid, AtEmptyPath));
    }

    [SuppressGCTransition] // Not even a system call.
    [LibraryImport(Library, EntryPoint = "clock_gettime")]
    private static partial int ClockGetTime(int clock, TimeSpec* time);

    [LibraryImport(Library, EntryPoint = "utimensat", SetLastError = true)]
    private static partial int UTimeNsAt(int directory, byte* path, TimeSpec* times, int flags);

    [LibraryImport(Library, EntryPoint = "chmod", SetLastError = true)]
    private static partial int ChMod(byte* path, uint mode);

    [LibraryImport(Library, EntryPoint = "fchownat", SetLastError = true)]
    private static partial int FChOwnAt(int directory, byte* path, uint uid, uint gid, int flags);
}
