using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

internal static unsafe partial class Libc
{
    // libc's setgroups changes every thread of the process; the system call changes this one only.
    private static readonly nint s_setGroupsNumber = RuntimeInformation.ProcessArchitecture switch
    {
        Architecture.X64 => 116,
        Architecture.Arm64 or Architecture.RiscV64 or Architecture.LoongArch64 => 159,
        _ => -1,
    };

    /// <summary>Supplementary groups of this thread.</summary>
    public static Errno SetThreadGroups(ReadOnlySpan<uint> groups)
    {
        if (s_setGroupsNumber < 0)
            return Errno.ENOSYS;
        fixed (uint* pointer = groups)
            return Check((int)Syscall(s_setGroupsNumber, groups.Length, (nint)pointer, 0, 0));
    }

    public static uint[] GetGroups()
    {
        int count = GetGroupsCall(0, null);
        uint[] groups = new uint[Math.Max(count, 0)];
        fixed (uint* pointer = groups)
            count = GetGroupsCall(groups.Length, pointer);
        return count == groups.Length ? groups : [];
    }

    /// <summary>Sets the user of this thread's file operations; returns the one before, and fails silently.</summary>
    [LibraryImport(Library, EntryPoint = "setfsuid")]
    public static partial uint SetFsUid(uint uid);

    /// <summary>Sets the group of this thread's file operations; returns the one before, and fails silently.</summary>
    [LibraryImport(Library, EntryPoint = "setfsgid")]
    public static partial uint SetFsGid(uint gid);

    /// <summary>A file in memory that has no name.</summary>
    public static Errno OpenInMemory(out int fd)
    {
        const uint closeOnExec = 1;
        fixed (byte* name = "symbio\0"u8)
            fd = MemoryFd(name, closeOnExec);
        return Check(fd);
    }

    [LibraryImport(Library, EntryPoint = "memfd_create", SetLastError = true)]
    private static partial int MemoryFd(byte* name, uint flags);

    [LibraryImport(Library, EntryPoint = "geteuid")]
    public static partial uint EffectiveUid();

    [LibraryImport(Library, EntryPoint = "getegid")]
    public static partial uint EffectiveGid();

    [LibraryImport(Library, EntryPoint = "getgroups")]
    private static partial int GetGroupsCall(int size, uint* groups);
}
