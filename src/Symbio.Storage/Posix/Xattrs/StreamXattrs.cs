using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>A stream in an xattr (its name with NUL).</summary>
internal readonly record struct KeptStream(string Name, byte[] Xattr, StreamForm Form);

/// <summary>
/// Which xattrs of a store's objects are streams, and what they are called: characters that NT forbids stand on disk as they do
/// in names of files.
/// </summary>
internal sealed class StreamXattrs(PosixStoreOptions options)
{
    private const string Forbidden = "\"*:<>?\\|"; // Shown from U+F020 on.
    private const char ShownControl = '\uF000';
    private const char ShownForbidden = '\uF020';

    private readonly bool _maps = options.NameMapping == NameMapping.Private;

    /// <summary>Where a stream of this name is to be kept; null: nowhere.</summary>
    public KeptStream? Of(string name)
    {
        if (options.AppleMetadata == AppleMetadata.Netatalk && NameComparer.Equals(name, AfpInfo.StreamName))
            return new KeptStream(AfpInfo.StreamName, NetatalkMetadata.XattrName.ToArray(), NetatalkMetadata.Instance);
        return name.Length is 0 or > NameCodec.MaxChars || StreamXattr.ToXattr(ToDisk(name)) is not { } xattr
            ? null
            : new KeptStream(name, xattr, StreamForm.Plain);
    }

    /// <summary>All streams that an object has in its xattrs.</summary>
    public Errno List(ReadOnlySpan<byte> path, out List<KeptStream> streams)
    {
        streams = [];
        var errno = Xattr.List(path, out byte[] list);
        for (var rest = list.AsSpan(); !rest.IsEmpty;)
        {
            int end = rest.IndexOf((byte)0) + 1;
            if (From(rest[..end]) is { } stream)
                streams.Add(stream);
            rest = rest[end..];
        }

        return errno;
    }

    /// <summary>The one of this name, in any case.</summary>
    public Errno Find(ReadOnlySpan<byte> path, string name, out KeptStream? stream)
    {
        stream = null;
        var errno = List(path, out var streams);
        foreach (KeptStream candidate in streams)
        {
            if (NameComparer.Equals(candidate.Name, name))
                stream ??= candidate;
        }

        return errno;
    }

    private KeptStream? From(ReadOnlySpan<byte> xattr)
    {
        if (options.AppleMetadata == AppleMetadata.Netatalk && xattr.SequenceEqual(NetatalkMetadata.XattrName))
            return Of(AfpInfo.StreamName);
        if (StreamXattr.FromXattr(xattr) is not { } stored)
            return null;

        // Kept elsewhere: what stands here is of a time when it was not.
        bool isElsewhere =
            (options.AppleMetadata == AppleMetadata.Netatalk && NameComparer.Equals(stored, AfpInfo.StreamName))
            || (options.AppleResource == AppleResource.File && NameComparer.Equals(stored, AfpInfo.ResourceName));
        return isElsewhere ? null : new KeptStream(ToShown(stored), xattr.ToArray(), StreamForm.Plain);
    }

    private string ToDisk(string name) => !_maps ? name : string.Create(name.Length, name, static (text, name) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            int forbidden = name[i] - ShownForbidden;
            text[i] = forbidden >= 0 && forbidden < Forbidden.Length ? Forbidden[forbidden]
                : name[i] - ShownControl is > 0 and < 32 ? (char)(name[i] - ShownControl)
                : name[i];
        }
    });

    private string ToShown(string stored) => !_maps ? stored : string.Create(stored.Length, stored, static (text, stored) =>
    {
        for (int i = 0; i < text.Length; i++)
        {
            int forbidden = Forbidden.IndexOf(stored[i], StringComparison.Ordinal);
            text[i] = forbidden >= 0 ? (char)(ShownForbidden + forbidden)
                : stored[i] < 32 ? (char)(ShownControl + stored[i])
                : stored[i];
        }
    });
}
