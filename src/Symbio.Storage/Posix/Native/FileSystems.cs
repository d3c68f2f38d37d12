namespace Symbio.Storage.Posix.Native;

/// <summary>File systems by the magic number of statfs(2).</summary>
internal static class FileSystems
{
    private static readonly Dictionary<uint, (string Name, bool IsShared)> s_known = new()
    {
        [0x0000EF53] = ("ext4", false),
        [0x58465342] = ("xfs", false),
        [0x9123683E] = ("btrfs", false),
        [0x01021994] = ("tmpfs", false),
        [0x794C7630] = ("overlay", false),
        [0x2FC12FC1] = ("zfs", false),
        [0xCA451A4E] = ("bcachefs", false),
        [0xF2F52010] = ("f2fs", false),
        [0x52654973] = ("reiserfs", false),
        [0x3153464A] = ("jfs", false),
        [0x2011BAB0] = ("exfat", false),
        [0x00004D44] = ("vfat", false),
        [0x5346544E] = ("ntfs", false),
        [0x7366746E] = ("ntfs3", false),
        [0x858458F6] = ("ramfs", false),
        // Other machines, or another process behind FUSE, change these without this kernel's knowledge.
        [0x00006969] = ("nfs", true),
        [0x0000517B] = ("smb", true),
        [0xFF534D42] = ("cifs", true),
        [0xFE534D42] = ("smb2", true),
        [0x65735546] = ("fuse", true),
        [0x00C36400] = ("ceph", true),
        [0x01021997] = ("9p", true),
        [0x5346414F] = ("afs", true),
        [0x0BD00BD0] = ("lustre", true),
        [0x47504653] = ("gpfs", true),
        [0x7461636F] = ("ocfs2", true),
        [0x01161970] = ("gfs2", true),
        [0x19830326] = ("beegfs", true),
    };

    public static string Name(in StatFs stat) =>
        s_known.TryGetValue((uint)stat.Type, out var known) ? known.Name : $"0x{(uint)stat.Type:x}";

    /// <summary>
    /// True when only this kernel changes it: inotify sees whoever changes a directory, and nothing waits for another machine.
    /// An unknown file system gets no such trust.
    /// </summary>
    public static bool IsLocal(int fd) =>
        Libc.StatFileSystem(fd, out var stat) == Errno.None &&
        s_known.TryGetValue((uint)stat.Type, out var known) && !known.IsShared;

    /// <summary>True when there is no disk to wait for.</summary>
    public static bool IsInMemory(int fd) =>
        Libc.StatFileSystem(fd, out var stat) == Errno.None && (uint)stat.Type is 0x01021994 or 0x858458F6;
}
