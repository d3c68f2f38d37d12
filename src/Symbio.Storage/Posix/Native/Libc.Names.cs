using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

internal static unsafe partial class Libc
{
    private const int AtFdCwd = -100;
    private const int AtRemoveDirectory = 0x200;
    private const int AtSymlinkFollow = 0x400;
    private const uint RenameNoReplace = 1;
    private const uint RenameExchange = 2;

    public static Errno MakeDirectory(int directory, ReadOnlySpan<byte> name, uint mode)
    {
        AssertTerminated(name);
        fixed (byte* pointer = name)
            return Check(MkdirAt(directory, pointer, mode));
    }

    public static Errno Unlink(int directory, ReadOnlySpan<byte> name, bool isDirectory)
    {
        AssertTerminated(name);
        fixed (byte* pointer = name)
            return Check(UnlinkAt(directory, pointer, isDirectory ? AtRemoveDirectory : 0));
    }

    /// <summary>
    /// Renames; without <paramref name="replace"/> a target that exists is EEXIST. File systems that cannot do that in
    /// one step (EINVAL) get a look before the rename.
    /// </summary>
    public static Errno Rename(
        int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to, bool replace)
    {
        AssertTerminated(from);
        AssertTerminated(to);
        fixed (byte* fromPointer = from)
        fixed (byte* toPointer = to)
        {
            var errno = Check(RenameAt2(
                fromDirectory, fromPointer, toDirectory, toPointer, replace ? 0 : RenameNoReplace));
            if (replace || errno is not (Errno.EINVAL or Errno.ENOSYS))
                return errno;
            if (StatAt(toDirectory, to, StatxMask.Type, out _) == Errno.None)
                return Errno.EEXIST;
            return Check(RenameAt2(fromDirectory, fromPointer, toDirectory, toPointer, 0));
        }
    }

    /// <summary>Two names of a directory change places, in one step; EINVAL where the file system cannot do that.</summary>
    public static Errno Exchange(int directory, ReadOnlySpan<byte> one, ReadOnlySpan<byte> other)
    {
        AssertTerminated(one);
        AssertTerminated(other);
        fixed (byte* onePointer = one)
        fixed (byte* otherPointer = other)
            return Check(RenameAt2(directory, onePointer, directory, otherPointer, RenameExchange));
    }

    /// <summary>Makes a symbolic link; what it leads to need not exist.</summary>
    public static Errno SymbolicLink(ReadOnlySpan<byte> target, int directory, ReadOnlySpan<byte> name)
    {
        AssertTerminated(target);
        AssertTerminated(name);
        fixed (byte* targetPointer = target)
        fixed (byte* namePointer = name)
            return Check(SymlinkAt(targetPointer, directory, namePointer));
    }

    /// <summary>Where an open symbolic link leads, as it is written in it.</summary>
    public static Errno ReadLink(int fd, Span<byte> destination, out int length)
    {
        byte empty = 0;
        fixed (byte* target = destination)
            length = (int)ReadLinkAt(fd, &empty, target, (nuint)destination.Length);
        return Check(length);
    }

    /// <summary>Gives what is open one more name.</summary>
    public static Errno Link(int fd, int toDirectory, ReadOnlySpan<byte> to)
    {
        AssertTerminated(to);
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        fixed (byte* fromPointer = path)
        fixed (byte* toPointer = to)
            return Check(LinkAt(AtFdCwd, fromPointer, toDirectory, toPointer, AtSymlinkFollow));
    }

    /// <summary>Gives a name in a directory one more name; a symbolic link is linked itself.</summary>
    public static Errno LinkName(int fromDirectory, ReadOnlySpan<byte> from, int toDirectory, ReadOnlySpan<byte> to)
    {
        AssertTerminated(from);
        AssertTerminated(to);
        fixed (byte* fromPointer = from)
        fixed (byte* toPointer = to)
            return Check(LinkAt(fromDirectory, fromPointer, toDirectory, toPointer, 0));
    }

    /// <summary>Where the kernel sees an open descriptor now; the text may end in " (deleted)".</summary>
    public static Errno ReadFdPath(int fd, Span<byte> destination, out int length)
    {
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        fixed (byte* pointer = path)
        fixed (byte* target = destination)
            length = (int)ReadLinkAt(AtFdCwd, pointer, target, (nuint)destination.Length);
        return Check(length);
    }

    [LibraryImport(Library, EntryPoint = "mkdirat", SetLastError = true)]
    private static partial int MkdirAt(int directory, byte* name, uint mode);

    [LibraryImport(Library, EntryPoint = "unlinkat", SetLastError = true)]
    private static partial int UnlinkAt(int directory, byte* name, int flags);

    [LibraryImport(Library, EntryPoint = "renameat2", SetLastError = true)]
    private static partial int RenameAt2(int fromDirectory, byte* from, int toDirectory, byte* to, uint flags);

    [LibraryImport(Library, EntryPoint = "linkat", SetLastError = true)]
    private static partial int LinkAt(int fromDirectory, byte* from, int toDirectory, byte* to, int flags);

    [LibraryImport(Library, EntryPoint = "symlinkat", SetLastError = true)]
    private static partial int SymlinkAt(byte* target, int directory, byte* name);

    [LibraryImport(Library, EntryPoint = "readlinkat", SetLastError = true)]
    private static partial nint ReadLinkAt(int directory, byte* path, byte* target, nuint size);
}
