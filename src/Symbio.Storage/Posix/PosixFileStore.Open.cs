using Symbio.Protocol;
using Symbio.Storage.Posix.Native;

namespace Symbio.Storage.Posix;

public sealed partial class PosixFileStore
{
    private const int OpenedFile = OpenFlags.NonBlock; // For the case that a lease is held: EAGAIN instead of a wait.

    private NtStatus Open(string path, StoreOpenOptions options, StoreCaller caller, bool mayBlock, out PosixFile? file)
    {
        file = null;
        if (!mayBlock && MayHang)
            return NtStatus.CantWait; // What is in the caches tells of the way there only.
        if (HidesPath(path))
            return NtStatus.ObjectNameNotFound;
        var status = ResolverFor(options.ExactCase)
            .Open(path, options.OpenReparsePoint, caller, mayBlock, out int fd, out bool isExact);
        if (status.IsError)
            return status;
        using var found = new OwnedFd(fd);
        var errno = Libc.StatFd(fd, StatxMask.All, out var stat);
        if (errno != Errno.None)
            return errno.ToNtStatus();

        if (stat.Type == Statx.SymbolicLink && Options.Links == LinkPolicy.Hide)
            return NtStatus.ObjectNameNotFound;

        // What it is decides whether it may be opened at all: to open a FIFO or a device is to act on it.
        bool hasData = stat.IsRegularFile || stat.IsDirectory;
        int opened;
        if (NeedsData(stat, options.Access) && (hasData || !options.OpenReparsePoint))
        {
            if (!hasData)
                return NtStatus.IoReparseTagNotHandled;
            errno = ReopenAs(caller, fd, FlagsFor(stat, options.Access), out opened);
            if (errno == Errno.EAGAIN)
                return NtStatus.OplockNotGranted; // Somebody's lease; the kernel has told that one.
            if (errno != Errno.None)
                return errno.ToNtStatus();
        }
        else
        {
            opened = found.Move();
        }

        file = new PosixFile(
            this, new PosixHandle(opened), stat, VolumeOf(opened, stat), options.Access, path, isExact, options.ExactCase,
            isFound: true);
        return NtStatus.Success;
    }

    /// <summary>
    /// The mode of a file without set-uid and set-gid, unless it is the caller's own: nobody makes programs that run as the
    /// service, or as an account that others work as, too.
    /// </summary>
    internal uint PermittedMode(uint mode, StoreCaller caller)
    {
        const uint setIds = 0xC00;
        return Account.IsOwn(caller) ? mode : mode & ~setIds;
    }

    private static bool NeedsData(in Statx stat, StoreAccess access) =>
        stat.IsDirectory ? (access & StoreAccess.Read) != 0 : access != StoreAccess.None;

    private static int FlagsFor(in Statx stat, StoreAccess access)
    {
        if (stat.IsDirectory)
            return OpenFlags.ReadOnly | OpenFlags.Directory;
        return OpenedFile | ((access & StoreAccess.Write) != 0 ? OpenFlags.ReadWrite : OpenFlags.ReadOnly);
    }

    private Errno ReopenAs(StoreCaller caller, int fd, int flags, out int opened)
    {
        using var scope = Account.Enter(caller);
        opened = -1;
        if (!scope.IsEntered)
            return Errno.EACCES;
        var errno = Libc.Reopen(fd, flags, out opened);
        if (errno == Errno.EACCES && (flags & OpenFlags.ReadWrite) != 0)
            errno = Libc.Reopen(fd, (flags & ~OpenFlags.ReadWrite) | OpenFlags.WriteOnly, out opened); // --w-------
        return errno;
    }

    private NtStatus Create(
        string path, StoreCreateOptions options, StoreCaller caller, bool mayBlock, out PosixFile? file)
    {
        file = null;
        if (!mayBlock && MayHang)
            return NtStatus.CantWait;
        if (path.Length == 0)
            return NtStatus.ObjectNameCollision;
        if (options is { Mode: { } mode, IsDirectory: false })
            options = options with { Mode = PermittedMode(mode, caller) };
        if (HidesPath(path))
            return NtStatus.AccessDenied;
        Span<byte> buffer = stackalloc byte[Libc.PathMax + 1];
        var resolver = ResolverFor(options.ExactCase);
        var status = resolver.OpenParent(path, caller, mayBlock, buffer, out var parent, out var leaf);
        using (parent)
        {
            if (status.IsError)
                return status;
            if (Codec.Encode(leaf) is not { } name)
                return NtStatus.ObjectNameInvalid;
            int directory = parent.Fd.Fd;
            var errno = Libc.StatFd(directory, StatxMask.Basic, out var directoryStat);
            if (errno != Errno.None)
                return errno.ToNtStatus();
            if (!TryPassCreateGate(directoryStat, leaf, mayBlock, out Lock gate))
                return NtStatus.CantWait;
            int fd;
            try
            {
                status = resolver.Find(directory, leaf.ToString(), caller, mayBlock, out string? spelling);
                if (status.IsError)
                    return status;
                if (spelling is not null)
                    return NtStatus.ObjectNameCollision;
                errno = CreateAs(caller, directory, name, options, out fd);
            }
            finally
            {
                gate.Exit();
            }

            if (errno != Errno.None)
                return errno == Errno.ENOENT ? NtStatus.ObjectPathNotFound : errno.ToNtStatus();
            status = Finish(fd, path, parent.IsExact, options, caller, out file);
            if (!status.IsSuccess)
                Libc.Unlink(directory, name, options.IsDirectory); // Nothing half made stays behind.
            return status;
        }
    }

    private Errno CreateAs(
        StoreCaller caller, int directory, ReadOnlySpan<byte> name, StoreCreateOptions options, out int fd)
    {
        using var scope = Account.Enter(caller);
        fd = -1;
        if (!scope.IsEntered)
            return Errno.EACCES;
        const ResolveFlags below = ResolveFlags.Beneath | ResolveFlags.NoSymlinks;
        if (!options.IsDirectory)
        {
            bool writes = (options.Access & StoreAccess.Write) != 0 || options.AllocationSize > 0;
            int access = writes ? OpenFlags.ReadWrite : OpenFlags.ReadOnly;
            int flags = access | OpenedFile | OpenFlags.Create | OpenFlags.Exclusive | OpenFlags.NoFollow;
            return Libc.OpenAt2(directory, name, flags, options.Mode ?? Options.FileMode, below, out fd);
        }

        var errno = Libc.MakeDirectory(directory, name, options.Mode ?? Options.DirectoryMode);
        if (errno != Errno.None)
            return errno;
        int open = OpenFlags.Directory | OpenFlags.NoFollow;
        bool reads = (options.Access & StoreAccess.Read) != 0;
        errno = Libc.OpenAt2(directory, name, open | (reads ? OpenFlags.ReadOnly : OpenFlags.Path), 0, below, out fd);

        // Its mode may keep even its owner from reading it. Who makes it has it open all the same, [MS-FSA] 2.1.5.1.1.
        if (errno == Errno.EACCES && reads)
            errno = Libc.OpenAt2(directory, name, open | OpenFlags.Path, 0, below, out fd);
        if (errno != Errno.None)
            Libc.Unlink(directory, name, isDirectory: true);
        return errno;
    }

    /// <summary>Gives a new object all that the caller asked for.</summary>
    private NtStatus Finish(
        int fd, string path, bool isExact, StoreCreateOptions options, StoreCaller caller, out PosixFile? file)
    {
        file = null;
        var handle = new PosixHandle(fd);
        var errno = Libc.StatFd(fd, StatxMask.All, out var stat);
        if (errno != Errno.None)
        {
            handle.Dispose();
            return errno.ToNtStatus();
        }

        file = new PosixFile(
            this, handle, stat, VolumeOf(fd, stat), options.Access, path, isExact, options.ExactCase);
        var status = file.Initialize(options, caller);
        if (!status.IsSuccess) // STATUS_INVALID_EA_NAME is a warning.
        {
            handle.Dispose();
            file = null;
        }

        return status;
    }
}
