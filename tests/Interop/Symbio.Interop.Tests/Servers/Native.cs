using System.Runtime.InteropServices;
using System.Text;

namespace Symbio.Interop.Tests.Servers;

/// <summary>The few calls that .NET has no method for.</summary>
internal static partial class Native
{
    public const int SigHup = 1;
    public const int SigTerm = 15;
    public const int SigKill = 9;

    public static void Signal(int process, int signal)
    {
        if (kill(process, signal) != 0)
            throw new InvalidOperationException($"kill({process}, {signal}): errno {Marshal.GetLastPInvokeError()}");
    }

    public static void SetOwner(string path, uint user, uint group)
    {
        if (lchown(path, user, group) != 0)
            throw new InvalidOperationException($"lchown({path}): errno {Marshal.GetLastPInvokeError()}");
    }

    /// <summary>An extended attribute, or null.</summary>
    public static byte[]? ExtendedAttribute(string path, string name)
    {
        byte[] value = new byte[65536];
        nint length = getxattr(path, name, value, value.Length);
        return length < 0 ? null : value[..(int)length];
    }

    /// <summary>The names of all extended attributes that the caller may see.</summary>
    public static IReadOnlyList<string> ExtendedAttributes(string path)
    {
        byte[] names = new byte[65536];
        nint length = listxattr(path, names, names.Length);
        return length <= 0 ? [] : Encoding.UTF8.GetString(names, 0, (int)length).Split('\0', StringSplitOptions.RemoveEmptyEntries);
    }

    [LibraryImport("libc", SetLastError = true)]
    private static partial int kill(int process, int signal);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int lchown(string path, uint user, uint group);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint getxattr(string path, string name, [Out] byte[] value, nint size);

    [LibraryImport("libc", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint listxattr(string path, [Out] byte[] names, nint size);
}
