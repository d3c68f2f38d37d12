using System.Buffers;
using Symbio.Protocol;
using Symbio.Server.Quotas;
using Symbio.Server.Trees;

namespace Symbio.Server.Names;

/// <summary>A name within a share, taken apart.</summary>
/// <param name="Path">Components separated by '\'; "" is the share's root.</param>
/// <param name="Stream">Name of a stream; "" for the file itself.</param>
/// <param name="HasStream">A stream was named, be it the unnamed one ("::$DATA").</param>
/// <param name="MustBeDirectory">The name ended in '\', or in a directory's own stream type.</param>
/// <param name="IsPosix">As a POSIX client spells it: it is found in this case or not at all.</param>
internal readonly record struct ShareName(
    string Path, string Stream, bool HasStream, bool MustBeDirectory, bool IsPosix = false)
{
    /// <summary>It is the volume's quota file.</summary>
    public bool IsQuotaFile { get; init; }

    /// <summary>The path of the directory that holds the last component; null for the root itself.</summary>
    public string? Parent => Path.Length == 0 ? null : Path[..Math.Max(0, Path.LastIndexOf('\\'))];

    /// <summary>With long names for the generated 8.3 names in the path.</summary>
    public async ValueTask<ShareName> ExpandAsync(TreeConnect tree) => tree.Share.HasShortNames && !IsPosix
        ? this with { Path = await ShortNameLookup.ExpandAsync(tree.Share.Files, Path, tree.Caller).ConfigureAwait(false) }
        : this;
}

/// <summary>Takes apart the names that clients send, [MS-FSCC] 2.1.5 and [MS-FSA] 2.1.5.1.</summary>
internal static class SharePath
{
    private const int MaxComponent = 255;
    private const string DataType = "$DATA";
    private const string IndexAllocationType = "$INDEX_ALLOCATION";
    private const string IndexName = "$I30";

    // [MS-FSCC] 2.1.5.2: what no component may hold. ':' separates streams, '\' components.
    private static readonly SearchValues<char> Forbidden = SearchValues.Create(
        "\"*/<>?|\u0001\u0002\u0003\u0004\u0005\u0006\u0007\b\t\n\u000b\f\r\u000e\u000f\u0010\u0011\u0012\u0013\u0014"
        + "\u0015\u0016\u0017\u0018\u0019\u001a\u001b\u001c\u001d\u001e\u001f\0");

    // A stream's name may hold control characters, [MS-FSCC] 2.1.5.3.
    private static readonly SearchValues<char> ForbiddenInStream = SearchValues.Create("/\\:\0");

    /// <summary>Checks and takes apart a name that does not start with '\'.</summary>
    public static NtStatus Parse(string name, out ShareName parsed)
    {
        parsed = default;
        if (name.Equals(QuotaFile.Name, StringComparison.OrdinalIgnoreCase))
        {
            parsed = new ShareName(QuotaFile.FilePath, "", false, false) { IsQuotaFile = true };
            return NtStatus.Success;
        }

        int colon = name.IndexOf(':');
        string path = colon < 0 ? name : name[..colon];
        string stream = "";
        bool mustBeDirectory = false;
        if (colon >= 0)
        {
            NtStatus status = ParseStream(name[(colon + 1)..], out stream, out mustBeDirectory);
            if (status != NtStatus.Success)
                return status;
        }
        else if (path.Length > 0 && path[^1] == '\\')
        {
            mustBeDirectory = true;
            path = path[..^1];
        }

        if (path.Length > 0)
        {
            NtStatus status = CheckComponents(path, out bool goesUp);
            if (status == NtStatus.Success && goesUp)
                status = ResolveUp(ref path);
            if (status != NtStatus.Success)
                return status;
        }

        parsed = new ShareName(path, stream, colon >= 0, mustBeDirectory);
        return NtStatus.Success;
    }

    /// <summary>The last component of a path.</summary>
    public static string LastComponent(string path) => path[(path.LastIndexOf('\\') + 1)..];

    /// <summary>The path of a name in a directory.</summary>
    public static string Join(string directory, string name) => directory.Length == 0 ? name : directory + @"\" + name;

    /// <summary>The name of a stream as ":name:$DATA" or ":name" states it.</summary>
    public static NtStatus ParseStream(string text, out string stream, out bool isDirectoryIndex)
    {
        isDirectoryIndex = false;
        stream = text;
        string type = DataType;
        int colon = text.IndexOf(':');
        if (colon >= 0)
        {
            stream = text[..colon];
            type = text[(colon + 1)..];
        }

        if (stream.Length == 0 && colon < 0)
            return NtStatus.ObjectNameInvalid;
        if (stream.Length > MaxComponent || stream.AsSpan().ContainsAny(ForbiddenInStream))
            return NtStatus.ObjectNameInvalid;
        if (type.Equals(DataType, StringComparison.OrdinalIgnoreCase))
            return NtStatus.Success;
        if (type.Equals(IndexAllocationType, StringComparison.OrdinalIgnoreCase)
            && (stream.Length == 0 || stream.Equals(IndexName, StringComparison.OrdinalIgnoreCase)))
        {
            isDirectoryIndex = true;
            stream = "";
            return NtStatus.Success;
        }

        return NtStatus.ObjectNameInvalid;
    }

    private static NtStatus CheckComponents(ReadOnlySpan<char> path, out bool goesUp)
    {
        goesUp = false;
        foreach (Range range in path.Split('\\'))
        {
            ReadOnlySpan<char> component = path[range];
            if (component.IsEmpty || component is ".")
                return NtStatus.ObjectNameInvalid;
            goesUp |= component is "..";
            if (component.Length > MaxComponent || component.ContainsAny(Forbidden))
                return NtStatus.ObjectNameInvalid;
        }

        return NtStatus.Success;
    }

    // ".." takes the component before it away. Clients must not send it, [MS-FSCC] 2.1.5; Windows understands it all the
    // same (smb2.notify.tree), as long as it does not lead out of the share.
    private static NtStatus ResolveUp(ref string path)
    {
        var components = new List<string>();
        foreach (string component in path.Split('\\'))
        {
            if (component != "..")
                components.Add(component);
            else if (components.Count > 0)
                components.RemoveAt(components.Count - 1);
            else
                return NtStatus.ObjectPathSyntaxBad;
        }

        path = string.Join('\\', components);
        return NtStatus.Success;
    }
}
