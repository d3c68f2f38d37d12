using System.Buffers.Binary;
using Symbio.Protocol;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>
/// Whose forks a file's may be: its own owner's, and the service's where that cannot give files away. In a folder that is open to
/// several users one could call another's file the fork of his own, and have the service read it to him.
/// </summary>
internal readonly record struct ForkOwners(uint File, uint? Service)
{
    public bool Include(uint uid) => uid == File || uid == Service;
}

/// <summary>
/// The AppleDouble file <c>._name</c> beside a file, which holds its resource fork. Whatever else has such a name is left alone:
/// links, files with several names, other users' files, files that are no AppleDouble.
/// </summary>
internal static class ForkFile
{
    /// <summary>Bytes before the fork in a file that we make: the header with two entries, and a FinderInfo.</summary>
    public const int NewHeaderLength =
        AppleDouble.FixedLength + (2 * AppleDouble.EntryLength) + AfpInfo.FinderInfoLength;

    private const ResolveFlags Below = ResolveFlags.Beneath | ResolveFlags.NoSymlinks;
    private const int FinderInfoOffset = AppleDouble.FixedLength + (2 * AppleDouble.EntryLength);

    private static ReadOnlySpan<byte> Prefix => "._"u8;

    // What Samba's fruit module calls itself; macOS writes "Mac OS X".
    private static ReadOnlySpan<byte> Writer => "Netatalk"u8;

    /// <summary>A name on disk is one of these.</summary>
    public static bool IsName(ReadOnlySpan<byte> name) => name.StartsWith(Prefix);

    /// <summary>A path leads to one of these, or through a directory with such a name.</summary>
    public static bool IsPath(ReadOnlySpan<char> path) =>
        path.StartsWith("._", StringComparison.Ordinal) || path.Contains(@"\._", StringComparison.Ordinal);

    /// <summary>The name (both with NUL) of a file's fork; null when that would be too long.</summary>
    public static byte[]? NameOf(ReadOnlySpan<byte> name) =>
        name.Length - 1 + Prefix.Length > NameCodec.MaxBytes ? null : [.. Prefix, .. name];

    /// <summary>Opens the fork of a file in its directory.</summary>
    /// <param name="name">The fork's, with NUL.</param>
    /// <param name="owners">Null: its bytes are of no interest, and so anybody's.</param>
    /// <returns>ENOENT: there is nothing of that name; EACCES: something that is not the file's fork.</returns>
    public static Errno Open(
        int directory, ReadOnlySpan<byte> name, ForkOwners? owners, out int fd, out AppleDouble? header)
    {
        header = null;
        const int Flags = OpenFlags.NonBlock;
        var errno = Libc.OpenAt2(directory, name, OpenFlags.ReadWrite | OpenFlags.NoFollow | Flags, 0, Below, out fd);
        if (errno is Errno.EACCES or Errno.EROFS or Errno.EPERM)
            errno = Libc.OpenAt2(directory, name, OpenFlags.ReadOnly | OpenFlags.NoFollow | Flags, 0, Below, out fd);
        if (errno != Errno.None)
            return errno == Errno.ENOENT ? Errno.ENOENT : Errno.EACCES;
        using var opened = new OwnedFd(fd);
        if (Libc.StatFd(fd, StatxMask.Basic, out var stat) != Errno.None || !stat.IsRegularFile || stat.LinkCount != 1
            || owners?.Include(stat.Uid) == false)
        {
            return Errno.EACCES;
        }

        header = Read(fd, stat.Size);
        if (header is null || !header.TryFind(AppleDouble.ResourceFork, out _))
            return Errno.EACCES;
        opened.Move();
        return Errno.None;
    }

    /// <summary>There is a fork of this name (with NUL), and nothing else.</summary>
    public static bool Exists(int directory, ReadOnlySpan<byte> name, ForkOwners? owners)
    {
        if (Open(directory, name, owners, out int fd, out _) != Errno.None)
            return false;
        _ = Libc.Close(fd);
        return true;
    }

    /// <summary>Makes an empty fork for a file, for the same users.</summary>
    /// <param name="name">The fork's, with NUL.</param>
    public static Errno Create(int directory, ReadOnlySpan<byte> name, PosixSecurity owner, out int fd, out AppleDouble? header)
    {
        header = null;
        var errno = Libc.OpenAt2(
            directory, name, OpenFlags.ReadWrite | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow, 0x180, Below,
            out fd); // 0600
        if (errno != Errno.None)
            return errno;
        using var created = new OwnedFd(fd);
        Span<byte> content = stackalloc byte[NewHeaderLength];
        content.Clear();
        AppleDouble.Write(content, Writer,
        [
            new(AppleDouble.ResourceFork, NewHeaderLength, 0),
            new(AppleDouble.FinderInfo, FinderInfoOffset, AfpInfo.FinderInfoLength),
        ]);
        errno = Libc.Write(fd, content, 0, noWait: false, out int count);
        if (errno == Errno.None && count < content.Length)
            errno = Errno.ENOSPC;
        if (errno != Errno.None)
        {
            Libc.Unlink(directory, name, isDirectory: false);
            return errno;
        }

        Protect(fd, owner);
        header = AppleDouble.TryRead(content, NewHeaderLength);
        created.Move();
        return Errno.None;
    }

    /// <summary>
    /// Gives a fork the owner and the mode of its file. Where an ACL says who may read that, the mode does not: nobody but the
    /// owner reads the fork on this machine then.
    /// </summary>
    public static void Protect(int fd, PosixSecurity owner)
    {
        const uint ReadAndWrite = 0b110_110_110;
        const uint OfOwner = 0b110_000_000;
        Libc.ChangeOwner(fd, owner.Uid, owner.Gid); // Not root: it has the service's owner anyhow.
        Libc.ChangeMode(fd, owner.Mode & (owner.Access.IsMinimal ? ReadAndWrite : OfOwner));
    }

    /// <summary>Removes a fork; of an AppleDouble file that says more, its bytes alone.</summary>
    /// <param name="name">The fork's, with NUL.</param>
    public static Errno Remove(int directory, ReadOnlySpan<byte> name, ForkOwners owners)
    {
        var errno = Open(directory, name, owners, out int fd, out AppleDouble? header);
        if (errno != Errno.None)
            return errno;
        using var opened = new OwnedFd(fd);
        if (IsForkAlone(fd, header!))
            return Libc.Unlink(directory, name, isDirectory: false);
        header!.TryFind(AppleDouble.ResourceFork, out AppleDoubleEntry fork);
        errno = WriteLength(fd, header, 0);
        return errno == Errno.None && header.IsLast(fork) ? Libc.Truncate(fd, fork.Offset) : errno;
    }

    /// <summary>How long the fork is.</summary>
    public static Errno ReadLength(int fd, AppleDouble header, out uint length)
    {
        length = 0;
        Span<byte> field = stackalloc byte[sizeof(uint)];
        var errno = Libc.Read(fd, field, (ulong)header.LengthFieldOf(AppleDouble.ResourceFork), noWait: false, out int count);
        if (errno == Errno.None && count == field.Length)
            length = BinaryPrimitives.ReadUInt32BigEndian(field);
        return errno;
    }

    public static Errno WriteLength(int fd, AppleDouble header, uint length)
    {
        Span<byte> field = stackalloc byte[sizeof(uint)];
        BinaryPrimitives.WriteUInt32BigEndian(field, length);
        return Libc.Write(fd, field, (ulong)header.LengthFieldOf(AppleDouble.ResourceFork), noWait: false, out _);
    }

    /// <summary>Removes from a directory, which is about to go, what is left of forks without files.</summary>
    public static void RemoveOrphans(int directory)
    {
        var errno = Libc.OpenAt2(
            directory, "."u8.WithNul(), OpenFlags.ReadOnly | OpenFlags.Directory, 0, ResolveFlags.None, out int fd);
        if (errno != Errno.None)
            return;
        using var listing = new OwnedFd(fd);
        var orphans = new List<byte[]>();
        Span<byte> buffer = stackalloc byte[4096];
        while (Libc.ReadDirectory(fd, buffer, out int length) == Errno.None && length > 0)
        {
            for (int position = 0; position < length;)
            {
                var record = DirectoryRecord.Read(buffer[position..length]);
                position += record.Length;
                if (IsName(record.Name))
                    orphans.Add([.. record.Name, 0]);
                else if (!record.IsDotOrDotDot)
                    return; // It does not go.
            }
        }

        foreach (byte[] orphan in orphans)
        {
            if (Exists(fd, orphan, owners: null)) // Else it is somebody's file: the directory stays, and so does that.
                Libc.Unlink(fd, orphan, isDirectory: false);
        }
    }

    private static AppleDouble? Read(int fd, ulong size)
    {
        Span<byte> start = stackalloc byte[AppleDouble.MaxHeader];
        return Libc.Read(fd, start, 0, noWait: false, out int count) == Errno.None
            ? AppleDouble.TryRead(start[..count], size)
            : null;
    }

    private static bool IsForkAlone(int fd, AppleDouble header)
    {
        Span<byte> finder = stackalloc byte[AfpInfo.FinderInfoLength];
        foreach (AppleDoubleEntry entry in header.Entries)
        {
            if (entry.Id == AppleDouble.ResourceFork || entry.Length == 0)
                continue;
            if (entry.Id != AppleDouble.FinderInfo || entry.Length != AfpInfo.FinderInfoLength)
                return false;
            if (Libc.Read(fd, finder, entry.Offset, noWait: false, out _) != Errno.None || finder.ContainsAnyExcept((byte)0))
                return false;
        }

        return true;
    }
}
