using System.Buffers;
using Symbio.Protocol.Dtyp;
using Symbio.Protocol.Fscc;
using Symbio.Storage.Posix.Native;
using FileAttributes = Symbio.Protocol.Fscc.FileAttributes;

namespace Symbio.Storage.Posix;

/// <summary>From statx and user.DOSATTRIB to what NT calls attributes, times and sizes.</summary>
internal static class StatReader
{
    public static FileStat Build(in Statx stat, ulong fileId, DosAttributes dos, bool isHidden, uint eaSize)
    {
        // Samba's rules: without the xattr a file has no attributes at all, and names may be hidden in any case.
        var attributes = (dos.Attributes ?? 0)
            & ~(FileAttributes.Directory | FileAttributes.Compressed | FileAttributes.ReparsePoint);
        if (stat.IsCompressed)
            attributes |= FileAttributes.Compressed;
        if (stat.IsDirectory)
            attributes |= FileAttributes.Directory;
        if (isHidden)
            attributes |= FileAttributes.Hidden;
        var tag = stat.Type switch
        {
            Statx.RegularFile or Statx.DirectoryType => dos.Tag,
            Statx.SymbolicLink => ReparseTag.SymbolicLink,
            _ => ReparseTag.Nfs, // FIFOs, sockets and devices are what Windows' NFS server would make of them.
        };
        if (tag != ReparseTag.None)
            attributes |= FileAttributes.ReparsePoint;
        return new FileStat(
            FileId: fileId,
            Attributes: attributes,
            EndOfFile: stat.IsRegularFile ? stat.Size : 0,
            AllocationSize: stat.IsRegularFile ? InClusters(stat) : 0,
            CreationTime: dos.CreationTime != FileTime.None ? dos.CreationTime : CreationTime(stat),
            LastAccessTime: stat.AccessTime.ToFileTime(),
            LastWriteTime: stat.ModifyTime.ToFileTime(),
            ChangeTime: dos.ChangeTime.Over(stat.ChangeTime.ToFileTime()),
            LinkCount: stat.IsDirectory ? 1 : stat.LinkCount, // A directory's count tells of its subdirectories.
            ReparseTag: (uint)tag,
            EaSize: eaSize)
        {
            IsHiddenByName = isHidden && ((dos.Attributes ?? 0) & FileAttributes.Hidden) == 0,
            Posix = new PosixStat(
                stat.Mode, stat.Uid, stat.Gid, stat.LinkCount, (stat.DevMajor << 20) ^ stat.DevMinor),
        };
    }

    // Btrfs keeps a few bytes with the inode and counts them as a part of a block.
    private static ulong InClusters(in Statx stat)
    {
        const ulong Cluster = 4096;
        ulong bytes = stat.Blocks * Statx.BlockUnit;
        return stat.BlockSize < Cluster ? bytes : (bytes + Cluster - 1) / Cluster * Cluster;
    }

    /// <summary>When the file system does not know either, the oldest time there is.</summary>
    public static FileTime CreationTime(in Statx stat)
    {
        if (stat.HasBirthTime)
            return stat.BirthTime.ToFileTime();
        var (modified, changed) = (stat.ModifyTime.ToFileTime(), stat.ChangeTime.ToFileTime());
        return modified < changed ? modified : changed;
    }

    /// <summary>The attributes stored with an object; none when there are none or they cannot be read.</summary>
    public static DosAttributes ReadDosAttributes(ReadOnlySpan<byte> path, bool follow)
    {
        byte[] value = ArrayPool<byte>.Shared.Rent(DosAttributes.MaxLength);
        var errno = follow
            ? Libc.GetXattr(path, DosAttributes.XattrName, value.AsSpan(0, DosAttributes.MaxLength), out int length)
            : Libc.GetXattrNoFollow(path, DosAttributes.XattrName, value.AsSpan(0, DosAttributes.MaxLength), out length);
        var read = errno == Errno.None ? DosAttributes.Read(value.AsMemory(0, length)) : default;
        ArrayPool<byte>.Shared.Return(value);
        return (read.Attributes & FileAttributes.ReparsePoint) > 0
            ? read with { Tag = ReparseXattr.ReadTag(path, follow) }
            : read;
    }
}
