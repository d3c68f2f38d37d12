namespace Symbio.Storage.Tests.Posix;

/// <summary>A btrfs file system.</summary>
public sealed class BtrfsVolume() : MountedVolume("mkfs.btrfs", 256L << 20)
{
    /// <summary>Makes a subvolume, whose inodes are numbered from 256 as those of every other.</summary>
    public static void CreateSubvolume(string path) => Assert.Null(Run("btrfs", "subvolume", "create", path));
}
