using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

/// <summary>What some file systems can do and others cannot; asked once, when a store is opened.</summary>
internal static class FileSystemFeatures
{
    public static StoreCapabilities Probe(int root)
    {
        var capabilities = StoreCapabilities.None;
        if (CanClone(root))
            capabilities |= StoreCapabilities.BlockCloning;
        if (CanCompress(root))
            capabilities |= StoreCapabilities.Compression;
        if (PosixQuotas.AreKept(root))
            capabilities |= StoreCapabilities.Quotas;
        return capabilities;
    }

    // XFS and overlays differ from one volume to the next, so the name of the file system does not tell. Two files that
    // never get a name do, and nobody sees them.
    private static bool CanClone(int root)
    {
        if (Libc.OpenUnnamed(root, out int one) != Errno.None)
            return false;
        using var source = new OwnedFd(one);
        if (Libc.OpenUnnamed(root, out int other) != Errno.None)
            return false;
        using var target = new OwnedFd(other);
        return Libc.CloneRange(one, 0, other, 0, 0) == Errno.None;
    }

    // Others take the flag too and do nothing with it, or compress whatever the flag says.
    private static bool CanCompress(int root) =>
        Libc.StatFileSystem(root, out var stat) == Errno.None && FileSystems.Name(stat) == "btrfs" &&
        Libc.GetInodeFlags(root, out _) == Errno.None;
}
