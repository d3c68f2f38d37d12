using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>Who may do what to an object, as the kernel sees it: owner, group, mode, ACLs.</summary>
/// <param name="Access">From the mode when there is no ACL.</param>
/// <param name="Default">Null: the directory has none, or it is no directory.</param>
internal sealed record PosixSecurity(
    uint Uid, uint Gid, uint Mode, bool IsDirectory, PosixAcl Access, PosixAcl? Default)
{
    public static Errno Read(int fd, out PosixSecurity? security)
    {
        security = null;
        var errno = Libc.StatFd(fd, StatxMask.Basic, out var stat);
        if (errno != Errno.None)
            return errno;
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        security = Read(stat, path, hasAcls: true);
        return Errno.None;
    }

    /// <summary>Of an object that has been looked at, and is at this path.</summary>
    /// <param name="hasAcls">False: it is known to have none.</param>
    public static PosixSecurity Read(in Statx stat, ReadOnlySpan<byte> path, bool hasAcls)
    {
        var access = (hasAcls ? ReadAcl(path, PosixAcl.AccessXattr) : null) ?? PosixAcl.FromMode(stat.Mode);
        var inherited = hasAcls && stat.IsDirectory ? ReadAcl(path, PosixAcl.DefaultXattr) : null;
        return new(stat.Uid, stat.Gid, stat.Mode, stat.IsDirectory, access, inherited);
    }

    // ENODATA: none. EOPNOTSUPP: mode bits are all there is.
    private static PosixAcl? ReadAcl(ReadOnlySpan<byte> path, ReadOnlySpan<byte> name) =>
        Xattr.Get(path, name, out byte[] value) == Errno.None ? PosixAcl.TryRead(value) : null;
}
