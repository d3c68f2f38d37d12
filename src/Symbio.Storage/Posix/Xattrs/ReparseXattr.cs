using System.Buffers;
using System.Buffers.Binary;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// What makes a file or directory a reparse point that Linux has no kind of its own for: the whole buffer as the client has
/// set it, in <c>user.SmbReparse</c>, with FILE_ATTRIBUTE_REPARSE_POINT among the attributes, as Samba (since 4.20) has it.
/// </summary>
internal static class ReparseXattr
{
    private static ReadOnlySpan<byte> XattrName => "user.SmbReparse\0"u8;

    /// <summary>None when there is none, or it cannot be understood.</summary>
    public static ReparseTag ReadTag(ReadOnlySpan<byte> path, bool follow)
    {
        byte[] buffer = ArrayPool<byte>.Shared.Rent(ReparseDataBuffer.MaxLength);
        var errno = follow
            ? Libc.GetXattr(path, XattrName, buffer, out int length)
            : Libc.GetXattrNoFollow(path, XattrName, buffer, out length);
        var tag = errno == Errno.None && length >= ReparseDataBuffer.MinimumLength
            ? (ReparseTag)BinaryPrimitives.ReadUInt32LittleEndian(buffer)
            : ReparseTag.None;
        ArrayPool<byte>.Shared.Return(buffer);
        return tag;
    }

    public static (NtStatus Status, ReparseDataBuffer Data) Read(ReadOnlySpan<byte> path)
    {
        var errno = Xattr.Get(path, XattrName, out byte[] value);
        if (errno != Errno.None)
            return (errno is Errno.ENODATA or Errno.EOPNOTSUPP ? NtStatus.NotAReparsePoint : errno.ToNtStatus(), default);
        var reader = new WireReader(value);
        return ReparseDataBuffer.TryRead(ref reader, out var data)
            ? (NtStatus.Success, data)
            : (NtStatus.NotAReparsePoint, default);
    }

    public static Errno Write(ReadOnlySpan<byte> path, in ReparseDataBuffer data)
    {
        byte[] value = new byte[data.Length];
        var writer = new WireWriter(value);
        data.Write(ref writer);
        return Libc.SetXattr(path, XattrName, value, 0);
    }

    public static Errno Remove(ReadOnlySpan<byte> path) => Libc.RemoveXattr(path, XattrName);
}
