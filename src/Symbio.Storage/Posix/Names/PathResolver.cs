using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>A directory that a name was traced to, and the path that led there as it is spelled on disk.</summary>
internal ref struct ResolvedDirectory
{
    public OwnedFd Fd;

    /// <summary>
    /// What <see cref="Path"/> starts from; null: the share's root. A directory in it when the path is too long.
    /// </summary>
    public OwnedFd? Base;

    /// <summary>Disk path from <see cref="Base"/>, without NUL; empty: Base itself.</summary>
    public Span<byte> Path;

    /// <summary>The name was spelled as on disk, and no link was followed on the way.</summary>
    public bool IsExact;

    public void Dispose()
    {
        Fd.Dispose();
        Base?.Dispose();
    }
}

/// <summary>
/// Finds what SMB paths mean below the share's root. The kernel does the walking (openat2 with RESOLVE_BENEATH): no
/// link, no ".." and no rename that races with it leads out of the share. Every descriptor it gives is O_PATH.
/// </summary>
/// <param name="exactCase">Names are found in the case that they have, and in no other.</param>
/// <remarks>
/// With mayBlock false, a method that would have to wait for a disk says <see cref="NtStatus.CantWait"/> and has done
/// nothing.
/// </remarks>
internal sealed class PathResolver(
    PosixHandle root, NameCodec codec, NameIndex index, ServiceAccount account, LinkPolicy links, bool exactCase)
{
    private const int Attempts = 16; // openat2 says EAGAIN when a rename crossed its way; it rarely does so twice.

    private readonly ResolveFlags _resolve =
        ResolveFlags.Beneath | ResolveFlags.NoMagicLinks | (links == LinkPolicy.Follow ? 0 : ResolveFlags.NoSymlinks);

    public NameCodec Codec => codec;

    /// <summary>The last name of a path, and what is before it.</summary>
    public static ReadOnlySpan<char> Split(ReadOnlySpan<char> path, out ReadOnlySpan<char> leaf)
    {
        int separator = path.LastIndexOf('\\');
        leaf = path[(separator + 1)..];
        return separator < 0 ? [] : path[..separator];
    }

    /// <summary>Opens what a path names, without regard to case. The exact path costs one system call.</summary>
    /// <param name="noFollow">A link at the end is opened itself.</param>
    public NtStatus Open(ReadOnlySpan<char> path, bool noFollow, StoreCaller caller, bool mayBlock, out int fd) =>
        Open(path, noFollow, caller, mayBlock, out fd, out _);

    /// <param name="isExact">The path is spelled as on disk, and no link was followed on the way.</param>
    public NtStatus Open(
        ReadOnlySpan<char> path, bool noFollow, StoreCaller caller, bool mayBlock, out int fd, out bool isExact)
    {
        fd = -1;
        isExact = false;
        Span<byte> buffer = stackalloc byte[Libc.PathMax + 1];
        if (codec.TryEncodePath(path, buffer, out int length))
        {
            var errno = OpenExactly(buffer[..(length + 1)], LeafFlags(noFollow), caller, mayBlock, out fd, out isExact);
            bool hidden = errno == Errno.ELOOP && links == LinkPolicy.Hide; // Where on the way shows name by name.
            if (!hidden && errno is not (Errno.ENOENT or Errno.EAGAIN)) // EAGAIN: the index may know without waiting.
                return errno == Errno.ENOTDIR ? NtStatus.ObjectPathNotFound : StatusOf(errno);
        }
        else if (length < 0)
        {
            return NtStatus.ObjectNameInvalid;
        }

        if (path.IsEmpty)
            return NtStatus.ObjectNameNotFound; // The root itself was deleted.
        return OpenInOtherCase(path, noFollow, caller, mayBlock, buffer, out fd);
    }

    // In exact case this tells a name that is missing from a path that is.
    private NtStatus OpenInOtherCase(
        ReadOnlySpan<char> path, bool noFollow, StoreCaller caller, bool mayBlock, Span<byte> buffer, out int fd)
    {
        fd = -1;
        var status = OpenParent(path, caller, mayBlock, buffer, out var parent, out var leaf);
        using (parent)
        {
            if (status.IsError)
                return status;
            status = Find(parent.Fd.Fd, leaf.ToString(), caller, mayBlock, out string? spelling);
            if (status.IsError)
                return status;
            if (spelling is null || codec.Encode(spelling) is not { } name)
                return NtStatus.ObjectNameNotFound;
            return StatusOf(OpenLeaf(parent, buffer, name, LeafFlags(noFollow), caller, mayBlock, out fd));
        }
    }

    /// <summary>
    /// Opens the directory that holds the last name of a path. <paramref name="buffer"/> (PATH_MAX + 1 bytes) backs
    /// the result.
    /// </summary>
    public NtStatus OpenParent(ReadOnlySpan<char> path, StoreCaller caller, bool mayBlock, Span<byte> buffer,
        out ResolvedDirectory parent, out ReadOnlySpan<char> leaf)
    {
        var directory = Split(path, out leaf);
        parent = new ResolvedDirectory { Fd = new(-1) };
        if (codec.TryEncodePath(directory, buffer, out int length))
        {
            var errno = OpenExactly(
                buffer[..(length + 1)], DirectoryFlags, caller, mayBlock, out int fd, out parent.IsExact);
            if (errno == Errno.None)
            {
                parent.Fd = new OwnedFd(fd);
                parent.Path = directory.IsEmpty ? [] : buffer[..length];
            }

            if (errno != Errno.ENOENT)
                return PathStatusOf(errno);
        }
        else if (length < 0)
        {
            return NtStatus.ObjectPathNotFound;
        }

        return WalkTo(directory, caller, mayBlock, buffer, ref parent);
    }

    /// <summary>
    /// A symbolic link, by its path as it is spelled on disk, leads to a directory of the share. NT knows links to
    /// directories and links to files; here it is the target that makes the difference.
    /// </summary>
    public bool LeadsToDirectory(ReadOnlySpan<char> path)
    {
        Span<byte> buffer = stackalloc byte[Libc.PathMax + 1];
        if (!codec.TryEncodePath(path, buffer, out int length))
            return false;
        using var lease = root.Lease();
        const ResolveFlags below = ResolveFlags.Beneath | ResolveFlags.NoMagicLinks;
        var errno = Libc.OpenAt2(lease.Fd, buffer[..(length + 1)], DirectoryFlags, 0, below, out int fd);
        using var found = new OwnedFd(fd);
        return errno == Errno.None;
    }

    /// <summary>The spelling on disk of a name in a directory; null when there is no such name.</summary>
    public NtStatus Find(int directory, string name, StoreCaller caller, bool mayBlock, out string? spelling)
    {
        spelling = null;
        var errno = MaySearch(directory, caller);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        errno = Libc.StatFd(directory, StatxMask.Basic, out var stat);
        if (errno != Errno.None)
            return errno.ToNtStatus();
        if (stat.LinkCount == 0)
            return NtStatus.Success; // Removed: it holds nothing and will hold nothing.
        if (exactCase)
        {
            errno = codec.Encode(name) is { } only ? Libc.StatAt(directory, only, StatxMask.Type, out _) : Errno.ENOENT;
            spelling = errno == Errno.None ? name : null;
            return errno is Errno.ENOENT or Errno.ENAMETOOLONG ? NtStatus.Success : StatusOf(errno);
        }

        errno = index.Find(directory, stat, name, mayBlock, out spelling);
        if (errno is Errno.EACCES or Errno.EPERM)
        {
            // This account may pass through the directory but not list it: then the exact spelling is all there is.
            if (codec.Encode(name) is { } exact && Libc.StatAt(directory, exact, StatxMask.Type, out _) == Errno.None)
                spelling = name;
            return NtStatus.Success;
        }

        return StatusOf(errno);
    }

    /// <summary>Opens a name (with NUL) in a directory found before, following links within the share.</summary>
    public Errno OpenLeaf(in ResolvedDirectory parent, Span<byte> buffer, ReadOnlySpan<byte> name, int flags,
        StoreCaller caller, bool mayBlock, out int fd)
    {
        int length = parent.Path.Length;
        if (length + 1 + name.Length > buffer.Length)
            return OpenBelow(parent.Fd.Fd, name, flags, caller, mayBlock, out fd); // Links may lead down only.
        if (length > 0)
            buffer[length++] = (byte)'/';
        name.CopyTo(buffer[length..]);
        return OpenBelow(parent.Base?.Fd ?? -1, buffer[..(length + name.Length)], flags, caller, mayBlock, out fd);
    }

    private static int DirectoryFlags => OpenFlags.Path | OpenFlags.Directory;

    private static int LeafFlags(bool noFollow) => OpenFlags.Path | (noFollow ? OpenFlags.NoFollow : 0);

    /// <summary>
    /// Goes name by name, looking each up without regard to case where its spelling is not the one on disk.
    /// </summary>
    private NtStatus WalkTo(
        ReadOnlySpan<char> path, StoreCaller caller, bool mayBlock, Span<byte> buffer, ref ResolvedDirectory at)
    {
        var errno = OpenBelow(-1, "."u8.WithNul(), DirectoryFlags, caller, mayBlock, out int fd);
        if (errno != Errno.None)
            return PathStatusOf(errno);
        at.Fd = new OwnedFd(fd);
        at.Path = buffer[..0];
        while (!path.IsEmpty)
        {
            int end = path.IndexOf('\\');
            var status = Step(end < 0 ? path : path[..end], caller, mayBlock, buffer, ref at);
            if (status.IsError)
                return status;
            path = end < 0 ? [] : path[(end + 1)..];
        }

        return NtStatus.Success;
    }

    private NtStatus Step(
        ReadOnlySpan<char> name, StoreCaller caller, bool mayBlock, Span<byte> buffer, ref ResolvedDirectory at)
    {
        if (codec.Encode(name) is not { } encoded)
            return NtStatus.ObjectPathNotFound;
        var errno = OpenLeaf(at, buffer, encoded, DirectoryFlags, caller, mayBlock, out int fd);
        if (errno == Errno.ENOENT)
        {
            var status = Find(at.Fd.Fd, name.ToString(), caller, mayBlock, out string? spelling);
            if (status.IsError)
                return status;
            if (spelling is null || codec.Encode(spelling) is not { } other)
                return NtStatus.ObjectPathNotFound;
            encoded = other;
            errno = OpenLeaf(at, buffer, encoded, DirectoryFlags, caller, mayBlock, out fd);
        }

        if (errno != Errno.None)
            return PathStatusOf(errno);
        int length = at.Path.Length;
        if (length + 1 + encoded.Length > buffer.Length)
        {
            // PATH_MAX is used up: the path starts anew from the directory that was reached last.
            at.Base?.Dispose();
            at.Base = new OwnedFd(at.Fd.Move());
            encoded.AsSpan(0, encoded.Length - 1).CopyTo(buffer);
            at.Path = buffer[..(encoded.Length - 1)];
        }
        else
        {
            at.Fd.Dispose();
            at.Path = buffer[..(length + (length > 0 ? 1 : 0) + encoded.Length - 1)]; // OpenLeaf has put it there.
        }

        at.Fd = new OwnedFd(fd);
        return NtStatus.Success;
    }

    /// <summary>
    /// Opens a path below the root. First without following links: then it is known to be where its path says, and who asks
    /// for the place of the descriptor later need not ask the kernel.
    /// </summary>
    private Errno OpenExactly(
        ReadOnlySpan<byte> path, int flags, StoreCaller caller, bool mayBlock, out int fd, out bool isExact)
    {
        var errno = OpenBelow(-1, path, flags, caller, mayBlock, out fd, ResolveFlags.NoSymlinks);
        isExact = errno == Errno.None;
        return errno != Errno.ELOOP || (_resolve & ResolveFlags.NoSymlinks) != 0
            ? errno
            : OpenBelow(-1, path, flags, caller, mayBlock, out fd);
    }

    /// <summary>openat2 as the caller; a directory of -1 is the root.</summary>
    private Errno OpenBelow(int directory, ReadOnlySpan<byte> path, int flags, StoreCaller caller, bool mayBlock, out int fd,
        ResolveFlags besides = ResolveFlags.None)
    {
        using var lease = root.Lease();
        using var scope = account.Enter(caller);
        fd = -1;
        if (!scope.IsEntered)
            return Errno.EACCES;
        var resolve = _resolve | besides | (mayBlock ? ResolveFlags.None : ResolveFlags.Cached);
        int attempt = 0;
        Errno errno;
        do
        {
            errno = Libc.OpenAt2(directory < 0 ? lease.Fd : directory, path, flags, 0, resolve, out fd);
        }
        while (errno == Errno.EAGAIN && mayBlock && ++attempt < Attempts);
        return errno;
    }

    /// <summary>The index knows all names; only who may search the directory may learn of them.</summary>
    private Errno MaySearch(int directory, StoreCaller caller)
    {
        if (account.IsSelf(caller))
            return Errno.None;
        using var scope = account.Enter(caller);
        if (!scope.IsEntered)
            return Errno.EACCES;
        var errno = Libc.OpenAt2(directory, "."u8.WithNul(), OpenFlags.Path, 0, ResolveFlags.None, out int fd);
        using var opened = new OwnedFd(fd);
        return errno == Errno.ENOENT ? Errno.None : errno; // Removed: the caller will find out.
    }

    private NtStatus StatusOf(Errno errno) => errno switch
    {
        Errno.EAGAIN => NtStatus.CantWait,
        Errno.ELOOP when links == LinkPolicy.Report => NtStatus.ReparsePointEncountered,
        Errno.ELOOP when links == LinkPolicy.Hide => NtStatus.ObjectNameNotFound,
        _ => errno.ToNtStatus(),
    };

    /// <summary>As <see cref="StatusOf"/>, for what is not the last name of the path.</summary>
    private NtStatus PathStatusOf(Errno errno) => errno switch
    {
        Errno.ENOENT or Errno.ENOTDIR or Errno.ESTALE or Errno.ENAMETOOLONG => NtStatus.ObjectPathNotFound,
        Errno.ELOOP when links == LinkPolicy.Hide => NtStatus.ObjectPathNotFound,
        _ => StatusOf(errno),
    };
}
