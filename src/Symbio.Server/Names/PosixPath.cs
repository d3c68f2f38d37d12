using Symbio.Protocol;
using Symbio.Storage;

namespace Symbio.Server.Names;

/// <summary>
/// Names as clients of the SMB 3.1.1 POSIX extensions spell them: all characters but '/' and NUL are legal, no stream is part
/// of a name. Paths within the server have what the store shows for what NT forbids.
/// </summary>
internal static class PosixPath
{
    private const int MaxComponent = 255;

    /// <summary>Checks and takes apart a name.</summary>
    /// <remarks>
    /// Linux separates components with '/' (and a '\' is part of a name then), others with '\' as everywhere in SMB2. A path
    /// of one component with a '\' in it could be either: it is a path.
    /// </remarks>
    public static NtStatus Parse(IFileStore store, string name, out ShareName parsed)
    {
        parsed = new ShareName("", "", HasStream: false, MustBeDirectory: false, IsPosix: true);
        if (name.Length == 0)
            return NtStatus.Success;
        char separator = SeparatorOf(name);
        bool mustBeDirectory = name[^1] == separator;
        string[] components = (mustBeDirectory ? name[..^1] : name).Split(separator);
        for (int i = 0; i < components.Length; i++)
        {
            string component = components[i];
            if (component.Length is 0 or > MaxComponent || component is "." or ".." || component.Contains('\0'))
                return NtStatus.ObjectNameInvalid;
            components[i] = store.FromPosixName(component);
        }

        parsed = parsed with { Path = string.Join('\\', components), MustBeDirectory = mustBeDirectory };
        return NtStatus.Success;
    }

    /// <summary>What separates the components of a name: see <see cref="Parse"/>.</summary>
    public static char SeparatorOf(string name) => name.Contains('/') ? '/' : '\\';

    /// <summary>A path within the share as the client spells it.</summary>
    public static string Show(IFileStore store, string path) =>
        path.Contains('\\')
            ? string.Join('/', path.Split('\\').Select(store.ToPosixName))
            : store.ToPosixName(path);
}
