using System.Runtime.InteropServices;

namespace Symbio.Storage.Posix.Native;

internal static unsafe partial class Libc
{
    private const nint ListXattrAtNumber = 465; // On all architectures.

    private static volatile bool s_lacksXattrAt;

    /// <summary>setxattr(2): the name must not exist.</summary>
    public const int XattrCreate = 1;

    /// <summary>Reads a value; an empty destination asks for its length. Names end with a NUL.</summary>
    public static Errno GetXattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, Span<byte> value, out int length)
    {
        AssertTerminated(path);
        AssertTerminated(name);
        fixed (byte* pathPointer = path)
        fixed (byte* namePointer = name)
        fixed (byte* valuePointer = value)
            length = (int)GetXattrCall(pathPointer, namePointer, valuePointer, (nuint)value.Length);
        return Check(length);
    }

    /// <summary>As <see cref="GetXattr"/>, but a link is not followed.</summary>
    public static Errno GetXattrNoFollow(
        ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, Span<byte> value, out int length)
    {
        AssertTerminated(path);
        AssertTerminated(name);
        fixed (byte* pathPointer = path)
        fixed (byte* namePointer = name)
        fixed (byte* valuePointer = value)
            length = (int)LGetXattr(pathPointer, namePointer, valuePointer, (nuint)value.Length);
        return Check(length);
    }

    public static Errno SetXattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name, ReadOnlySpan<byte> value, int flags)
    {
        AssertTerminated(path);
        AssertTerminated(name);
        fixed (byte* pathPointer = path)
        fixed (byte* namePointer = name)
        fixed (byte* valuePointer = value)
            return Check(SetXattrCall(pathPointer, namePointer, valuePointer, (nuint)value.Length, flags));
    }

    public static Errno RemoveXattr(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name)
    {
        AssertTerminated(path);
        AssertTerminated(name);
        fixed (byte* pathPointer = path)
        fixed (byte* namePointer = name)
            return Check(RemoveXattrCall(pathPointer, namePointer));
    }

    /// <summary>All names, each with its NUL; an empty destination asks for the length.</summary>
    public static Errno ListXattr(ReadOnlySpan<byte> path, Span<byte> names, out int length)
    {
        AssertTerminated(path);
        fixed (byte* pathPointer = path)
        fixed (byte* namesPointer = names)
            length = (int)ListXattrCall(pathPointer, namesPointer, (nuint)names.Length);
        return Check(length);
    }

    /// <summary>
    /// As <see cref="ListXattr"/>, of a name in a directory; a link is not followed. Linux has it since 6.13: ENOSYS says that
    /// this one has not.
    /// </summary>
    public static Errno ListXattrAt(int directory, ReadOnlySpan<byte> name, Span<byte> names, out int length)
    {
        length = 0;
        if (s_lacksXattrAt)
            return Errno.ENOSYS;
        AssertTerminated(name);
        Errno errno;
        fixed (byte* namePointer = name)
        fixed (byte* namesPointer = names)
        {
            length = (int)Syscall(
                ListXattrAtNumber, directory, (nint)namePointer, AtSymlinkNoFollow, (nint)namesPointer, names.Length);
            errno = Check(length);
        }

        // Where system calls are filtered the answer to an unknown one may be EPERM.
        s_lacksXattrAt |= errno is Errno.ENOSYS or Errno.EPERM;
        return errno is Errno.EPERM ? Errno.ENOSYS : errno;
    }

    [LibraryImport(Library, EntryPoint = "getxattr", SetLastError = true)]
    private static partial nint GetXattrCall(byte* path, byte* name, byte* value, nuint size);

    [LibraryImport(Library, EntryPoint = "lgetxattr", SetLastError = true)]
    private static partial nint LGetXattr(byte* path, byte* name, byte* value, nuint size);

    [LibraryImport(Library, EntryPoint = "setxattr", SetLastError = true)]
    private static partial int SetXattrCall(byte* path, byte* name, byte* value, nuint size, int flags);

    [LibraryImport(Library, EntryPoint = "removexattr", SetLastError = true)]
    private static partial int RemoveXattrCall(byte* path, byte* name);

    [LibraryImport(Library, EntryPoint = "listxattr", SetLastError = true)]
    private static partial nint ListXattrCall(byte* path, byte* names, nuint size);
}
