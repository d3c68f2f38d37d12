using System.Diagnostics;
using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

/// <summary>open(2) flags. Some differ between processors.</summary>
internal static class OpenFlags
{
    private static readonly bool s_arm =
        RuntimeInformation.ProcessArchitecture is Architecture.Arm or Architecture.Arm64;

    public const int ReadOnly = 0;
    public const int WriteOnly = 1;
    public const int ReadWrite = 2;
    public const int Create = 0x40;
    public const int Exclusive = 0x80;
    public const int NonBlock = 0x800;
    public const int CloseOnExec = 0x80000;
    public const int Path = 0x200000;
    public static readonly int Directory = s_arm ? 0x4000 : 0x10000;
    public static readonly int NoFollow = s_arm ? 0x8000 : 0x20000;
}

/// <summary>openat2(2) resolve flags.</summary>
[Flags]
internal enum ResolveFlags : ulong
{
    None = 0,
    NoCrossDevice = 1,
    NoMagicLinks = 2,
    NoSymlinks = 4,
    Beneath = 8,
    Cached = 0x20,
}

internal static unsafe partial class Libc
{
    private const string Library = "libc";
    private const int OpenAt2Number = 437; // One number on every architecture.

    /// <summary>Paths longer than this many bytes are refused by the kernel.</summary>
    public const int PathMax = 4095;

    /// <summary>Opens below <paramref name="directory"/>; <paramref name="path"/> ends with a NUL.</summary>
    public static Errno OpenAt2(
        int directory, ReadOnlySpan<byte> path, int flags, uint mode, ResolveFlags resolve, out int fd)
    {
        AssertTerminated(path);
        var how = new OpenHow { Flags = (uint)(flags | OpenFlags.CloseOnExec), Mode = mode, Resolve = (ulong)resolve };
        fixed (byte* pointer = path)
        {
            do
            {
                fd = (int)Syscall(OpenAt2Number, directory, (nint)pointer, (nint)(&how), sizeof(OpenHow));
            }
            while (fd < 0 && ErrnoExtensions.Last == Errno.EINTR);
        }

        return fd >= 0 ? Errno.None : ErrnoExtensions.Last;
    }

    /// <summary>
    /// Opens once more, with other access, what an O_PATH descriptor stands for: no name is resolved again, so it is
    /// the object that was looked at.
    /// </summary>
    public static Errno Reopen(int fd, int flags, out int reopened)
    {
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        fixed (byte* pointer = path)
        {
            do
            {
                reopened = Open(pointer, flags | OpenFlags.CloseOnExec, 0);
            }
            while (reopened < 0 && ErrnoExtensions.Last == Errno.EINTR);
        }

        return reopened >= 0 ? Errno.None : ErrnoExtensions.Last;
    }

    [LibraryImport(Library, EntryPoint = "close")]
    public static partial int Close(int fd);

    [LibraryImport(Library, EntryPoint = "open", SetLastError = true)]
    private static partial int Open(byte* path, int flags, uint mode);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint first, nint second, nint third, nint fourth);

    [LibraryImport(Library, EntryPoint = "syscall", SetLastError = true)]
    private static partial nint Syscall(nint number, nint first, nint second, nint third, nint fourth, nint fifth);

    [Conditional("DEBUG")]
    private static void AssertTerminated(ReadOnlySpan<byte> path) => Debug.Assert(path.IndexOf((byte)0) >= 0);

    private static Errno Check(int result) => result >= 0 ? Errno.None : ErrnoExtensions.Last;

    private struct OpenHow
    {
        public ulong Flags;
        public ulong Mode;
        public ulong Resolve;
    }
}
