using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Reads what objects' xattrs say, from memory where nothing has changed. One look at the names tells which of the others are
/// needed at all.
/// </summary>
/// <param name="cache">Null: the file system may change without this kernel's knowledge, and is asked each time.</param>
internal readonly struct InodeReader(InodeCache? cache)
{
    private const int ManyNames = 1024;

    /// <summary>Attributes and the like.</summary>
    /// <param name="stat">The object as it is now.</param>
    /// <param name="path">Where its xattrs are, with NUL.</param>
    /// <param name="follow">The path may end in a link that leads to it, as <see cref="ProcFd"/>'s do.</param>
    public InodeFacts Read(in Statx stat, ReadOnlySpan<byte> path, bool follow)
    {
        if (cache?.Find(stat) is { } known)
            return known;
        bool isSettled = InodeCache.IsSettled(stat);
        var facts = ReadAnew(stat, path, follow);
        if (isSettled)
            cache?.Keep(facts, stat);
        return facts;
    }

    /// <summary>What a listing shows of an entry beside its stat.</summary>
    /// <param name="stat">The entry as it is now.</param>
    /// <param name="directory">Where it is.</param>
    /// <param name="name">Its name there, with NUL.</param>
    public (DosAttributes Dos, uint EaSize) ReadEntry(in Statx stat, int directory, ReadOnlySpan<byte> name)
    {
        if (!HasXattrs(stat) || cache?.IsBare(stat) == true)
            return default;
        if (cache?.Find(stat) is { } known)
            return (known.Dos, known.EaSize);
        var keeper = InodeCache.IsSettled(stat) ? cache : null;
        Span<byte> names = stackalloc byte[ManyNames];
        if (Libc.ListXattrAt(directory, name, names, out int length) == Errno.None && IsBare(names[..length]))
        {
            keeper?.KeepBare(stat);
            return default;
        }

        Span<byte> path = stackalloc byte[ProcFd.MaxLength + NameCodec.MaxBytes + 2];
        int prefix = ProcFd.Format(directory, path);
        path[prefix++] = (byte)'/';
        name.CopyTo(path[prefix..]);
        var facts = ReadAnew(stat, path[..(prefix + name.Length)], follow: false);
        if (facts.Dos == default && facts.EaSize == 0)
            keeper?.KeepBare(stat);
        else
            keeper?.Keep(facts, stat);
        return (facts.Dos, facts.EaSize);
    }

    /// <summary>Owner, permissions and descriptor of what is open.</summary>
    public Errno ReadSecurity(int fd, out InodeSecurity? security)
    {
        security = null;
        var errno = Libc.StatFd(fd, StatxMask.Basic, out var stat);
        if (errno != Errno.None)
            return errno;
        Span<byte> path = stackalloc byte[ProcFd.MaxLength];
        ProcFd.Format(fd, path);
        return ReadSecurity(stat, path, Read(stat, path, follow: true), out security);
    }

    /// <summary>Of an object that has been looked at, with the facts of the same moment.</summary>
    public static Errno ReadSecurity(in Statx stat, ReadOnlySpan<byte> path, InodeFacts facts, out InodeSecurity? security)
    {
        security = facts.Security;
        if (security is not null)
            return Errno.None;
        var posix = PosixSecurity.Read(stat, path, facts.HasAcls);
        ReadOnlyMemory<byte>? stored = null;
        var errno = Errno.None;
        if (facts.HasDescriptor)
            errno = StoredDescriptor.Read(path, posix, out stored);
        if (errno is not (Errno.None or Errno.EOPNOTSUPP))
            return errno;
        facts.Security = security = new InodeSecurity(posix, stored);
        return Errno.None;
    }

    private InodeFacts ReadAnew(in Statx stat, ReadOnlySpan<byte> path, bool follow)
    {
        DosAttributes dos = default;
        uint eaSize = 0;
        bool hasAcls = true, hasDescriptor = true; // Unless it is known better.
        if (HasXattrs(stat))
        {
            Span<byte> names = stackalloc byte[ManyNames];
            var errno = Libc.ListXattr(path, names, out int length);
            bool isListed = errno == Errno.None;
            names = isListed ? names[..length] : [];
            bool hasDos = !isListed || Contains(names, DosAttributes.XattrName);
            if (isListed && cache is not null) // A file system behind the network need not list all that it has.
            {
                hasAcls = Contains(names, PosixAcl.AccessXattr) || Contains(names, PosixAcl.DefaultXattr);
                hasDescriptor = Contains(names, NtAclXattr.TrustedName) || Contains(names, NtAclXattr.UserName);
            }

            if (hasDos)
                dos = StatReader.ReadDosAttributes(path, follow);
            if (!isListed || ExtendedAttributes.HasAny(names))
                eaSize = ExtendedAttributes.Size(path);
        }

        return new InodeFacts(stat.Device, stat.Inode, stat.ChangeTime, dos, eaSize, hasAcls, hasDescriptor);
    }

    /// <summary>Links, sockets and the like have no user xattrs.</summary>
    private static bool HasXattrs(in Statx stat) => stat.IsRegularFile || stat.IsDirectory;

    private static bool IsBare(ReadOnlySpan<byte> names) =>
        names.IsEmpty || (!Contains(names, DosAttributes.XattrName) && !ExtendedAttributes.HasAny(names));

    /// <summary>A list of names, each with its NUL, holds one that has its NUL too.</summary>
    private static bool Contains(ReadOnlySpan<byte> names, ReadOnlySpan<byte> name)
    {
        int at = names.IndexOf(name);
        return at == 0 || (at > 0 && names[at - 1] == 0);
    }
}
