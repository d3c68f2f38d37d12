using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>A stream in an xattr (its name with NUL).</summary>
internal readonly record struct KeptStream(string Name, byte[] Xattr, StreamForm Form);

/// <summary>
/// Which xattrs of a store's objects are streams, and what they are called: the two characters that no stream's name may have, but
/// an extended attribute's of macOS, stand on disk as they do in names of files.
/// </summary>
internal sealed class StreamXattrs(PosixStoreOptions options)
{
    private const char ShownColon = '\uF022';
    private const char ShownBackslash = '\uF026';

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

    private string ToDisk(string name) =>
        _maps ? name.Replace(ShownColon, ':').Replace(ShownBackslash, '\\') : name;

    private string ToShown(string stored) =>
        _maps ? stored.Replace(':', ShownColon).Replace('\\', ShownBackslash) : stored;
}
