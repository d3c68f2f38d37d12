using System.Buffers;
using System.Text;
using System.Text.Unicode;

namespace Symbio.Storage.Posix;

/// <summary>
/// Names of the xattrs that hold streams: <c>user.DosStream.name:$DATA</c>, as Samba's vfs_streams_xattr has them.
/// </summary>
internal static class StreamXattr
{
    /// <summary>After "user.".</summary>
    public const string Prefix = "DosStream.";

    private static ReadOnlySpan<byte> XattrPrefix => "user.DosStream."u8;

    private static ReadOnlySpan<byte> XattrSuffix => ":$DATA\0"u8;

    /// <summary>
    /// With NUL; null when the name is too long for an xattr, or holds half a surrogate pair, which has no UTF-8: it would be found as
    /// U+FFFD, and by nobody who asks for what it was created as.
    /// </summary>
    public static byte[]? ToXattr(string name)
    {
        if (name.AsSpan().ContainsAny('\0', '/'))
            return null;
        Span<byte> encoded = stackalloc byte[Xattr.MaxName];
        if (Utf8.FromUtf16(name, encoded, out _, out int length, replaceInvalidSequences: false) != OperationStatus.Done)
            return null;
        byte[] xattr = [.. XattrPrefix, .. encoded[..length], .. XattrSuffix];
        return xattr.Length - 1 > Xattr.MaxName ? null : xattr;
    }

    /// <summary>The stream that an xattr (with NUL) holds; null when it holds none.</summary>
    public static string? FromXattr(ReadOnlySpan<byte> xattr) =>
        xattr.StartsWith(XattrPrefix) && xattr.EndsWith(XattrSuffix) &&
            xattr.Length > XattrPrefix.Length + XattrSuffix.Length
            ? Encoding.UTF8.GetString(xattr[XattrPrefix.Length..^XattrSuffix.Length])
            : null;
}
