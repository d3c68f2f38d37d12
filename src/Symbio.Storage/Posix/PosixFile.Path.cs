using System.Text;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Where the object is now. The kernel knows: /proc/self/fd/N shows the name by which the descriptor was opened, also
/// after that name or any folder above it was renamed, by us or anybody else. Nothing has to be kept up to date here.
/// </summary>
internal sealed partial class PosixFile
{
    private static ReadOnlySpan<byte> DeletedMark => " (deleted)"u8;

    public string OpenedPath { get; }

    public string Path
    {
        get
        {
            Span<byte> buffer = stackalloc byte[Libc.PathMax + 1];
            if (TryGetDiskPath(buffer, out int start, out int length))
                _path = Decode(buffer.Slice(start, length));
            return _path; // Without a name, or with one too long for the kernel to tell: the last that was known.
        }
    }

    /// <summary>
    /// The disk path from the share's root, a NUL behind it; empty for the root. False: it has no name any more, or
    /// none below the root, or one longer than PATH_MAX.
    /// </summary>
    private bool TryGetDiskPath(Span<byte> buffer, out int start, out int length)
    {
        start = 0;
        length = 0;
        Span<byte> rootPath = stackalloc byte[Libc.PathMax + 1];
        using var root = _store.Root.Lease();
        using var self = _handle.Lease();
        if (Libc.ReadFdPath(root.Fd, rootPath, out int rootLength) != Errno.None ||
            Libc.ReadFdPath(self.Fd, buffer[..^1], out int end) != Errno.None || end == Libc.PathMax)
        {
            return false;
        }

        var prefix = rootPath[..rootLength];
        if (prefix is [(byte)'/'])
            prefix = [];
        if (!buffer[..end].StartsWith(prefix))
            return false;
        start = prefix.Length;
        if (end > start)
        {
            if (buffer[start] != '/')
                return false;
            start++;
        }

        if (buffer[start..end].EndsWith(DeletedMark) && (MayHang || !Exists(root.Fd, buffer, start, end)))
            return false;
        length = end - start;
        buffer[end] = 0;
        return true;
    }

    /// <summary>Tells a file whose name ends in " (deleted)" from one that is.</summary>
    private bool Exists(int root, Span<byte> buffer, int start, int end)
    {
        buffer[end] = 0;
        const ResolveFlags below = ResolveFlags.Beneath | ResolveFlags.NoSymlinks;
        var path = buffer[start..(end + 1)];
        if (Libc.OpenAt2(root, path, OpenFlags.Path | OpenFlags.NoFollow, 0, below, out int fd) != Errno.None)
            return false;
        using var found = new OwnedFd(fd);
        return Libc.StatFd(fd, StatxMask.Basic, out var stat) == Errno.None && IsThis(stat);
    }

    private string Decode(ReadOnlySpan<byte> path)
    {
        if (path.IsEmpty)
            return "";
        var text = new StringBuilder(path.Length);
        while (!path.IsEmpty)
        {
            int end = path.IndexOf((byte)'/');
            if (text.Length > 0)
                text.Append('\\');
            text.Append(_store.Codec.Decode(end < 0 ? path : path[..end]));
            path = end < 0 ? [] : path[(end + 1)..];
        }

        return text.ToString();
    }

    /// <summary>
    /// Opens, as the caller, the directory that holds the name this handle was opened by, and sees that it is still
    /// this object's. The name comes with its NUL.
    /// </summary>
    /// <param name="isLink">
    /// The name is a symbolic link's, through which the object was opened: it is what goes.
    /// </param>
    private NtStatus OpenOwnDirectory(
        StoreCaller caller, bool mayBlock, out OwnedFd? directory, out byte[] name, out bool isLink)
    {
        directory = null;
        name = [];
        isLink = false;
        Span<byte> buffer = stackalloc byte[Libc.PathMax + 1];
        string path = _path; // For the case that the kernel cannot tell: the path may be too long for that.
        if (TryGetDiskPath(buffer, out int start, out int length))
        {
            path = Decode(buffer.Slice(start, length));
            if (!NameComparer.Equals(path, _openedAs))
            {
                if (!mayBlock)
                    return NtStatus.CantWait; // Whether by way of a link takes many look-ups.
                if (TryOpenLink(caller, out directory, out name))
                {
                    isLink = true;
                    return NtStatus.Success;
                }
            }
        }

        if (path.Length == 0)
            return NtStatus.CannotDelete; // The share's root stays.
        var status = Resolver.OpenParent(path, caller, mayBlock, buffer, out var parent, out var leaf);
        using (parent)
        {
            if (status.IsError)
                return status == NtStatus.ObjectPathNotFound ? NtStatus.ObjectNameNotFound : status;
            if (_store.Codec.Encode(leaf) is not { } encoded)
                return NtStatus.ObjectNameNotFound;
            var errno = Libc.StatAt(parent.Fd.Fd, encoded, StatxMask.Basic, out var named);
            if (errno == Errno.ENOENT)
            {
                // A path that the kernel could not tell is spelled as the client did.
                status = Resolver.Find(
                    parent.Fd.Fd, leaf.ToString(), caller, mayBlock, out string? spelling);
                if (status.IsError || spelling is null)
                    return status.IsError ? status : NtStatus.ObjectNameNotFound;
                encoded = _store.Codec.Encode(spelling)!;
                errno = Libc.StatAt(parent.Fd.Fd, encoded, StatxMask.Basic, out named);
            }

            if (errno != Errno.None)
                return errno.ToNtStatus();
            if (!IsThis(named))
                return NtStatus.ObjectNameNotFound; // Somebody else's by now.
            directory = new OwnedFd(parent.Fd.Move());
            name = encoded;
            return NtStatus.Success;
        }
    }

    /// <summary>The link by whose name this object was opened, if it was and that still leads here.</summary>
    private bool TryOpenLink(StoreCaller caller, out OwnedFd? directory, out byte[] name)
    {
        directory = null;
        name = [];
        Span<byte> buffer = stackalloc byte[Libc.PathMax + 1];
        string path = _openedAs;
        var status = Resolver.OpenParent(path, caller, mayBlock: true, buffer, out var parent, out var leaf);
        using (parent)
        {
            if (status.IsError)
                return false;
            status = Resolver.Find(
                parent.Fd.Fd, leaf.ToString(), caller, mayBlock: true, out string? spelling);
            if (status.IsError || spelling is null || _store.Codec.Encode(spelling) is not { } encoded)
                return false;
            if (Libc.StatAt(parent.Fd.Fd, encoded, StatxMask.Type, out var link) != Errno.None ||
                link.Type != Statx.SymbolicLink ||
                Resolver.Open(path, noFollow: false, caller, mayBlock: true, out int fd).IsError)
            {
                return false;
            }

            using var target = new OwnedFd(fd);
            if (Libc.StatFd(fd, StatxMask.Basic, out var reached) != Errno.None || !IsThis(reached))
                return false;

            directory = new OwnedFd(parent.Fd.Move());
            name = encoded;
            return true;
        }
    }

    private bool IsThis(in Statx stat)
    {
        using var self = _handle.Lease();
        return Libc.StatFd(self.Fd, StatxMask.Basic, out var own) == Errno.None && own.IsSameObject(stat);
    }
}
